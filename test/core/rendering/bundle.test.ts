import assert from "node:assert/strict";
import fc from "fast-check";
import { machineHop } from "../../../components/core/planning/vm/machine-hop";
import { planVm } from "../../../components/core/planning/vm/plan";
import { secretNames } from "../../../components/core/planning/secrets";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { bundleText, digestOf, type Bundle, type SecretFile } from "../../../components/core/rendering/bundle";
import { renderBundle } from "../../../components/core/rendering/bundle-files";
import { secretText } from "../../../components/core/rendering/secret-text";
import { anyConfig, anyFiles, goodConfigs as good } from "../../support/configs";

function bundleOf(config: object): Bundle {
  const specification = parseSpecification(config, anyFiles);
  return renderBundle(planVm(specification), specification);
}

function secretFile(bundle: Bundle, path: string): SecretFile {
  const found = bundle.secretFiles.find((file) => file.path === path);
  assert.ok(found, path);
  return found;
}

describe("the bundle of any good config", () => {
  it("is the same text every time, sorted, each path once and inside of its folder", () =>
    fc.assert(
      fc.property(anyConfig, (config) => {
        const bundle = bundleOf(config);
        assert.equal(bundleText(bundleOf(config)), bundleText(bundle));
        const paths = [...bundle.files, ...bundle.secretFiles].map(({ path }) => path);
        assert.equal(new Set(paths).size, paths.length);
        for (const path of paths) assert.doesNotMatch(path, /^\/|\.\.|\s/);
        for (const list of [bundle.files, bundle.secretFiles]) {
          const order = list.map(({ path }) => path);
          assert.deepEqual([...order].sort(), order);
        }
      }),
      { numRuns: 15 },
    ));

  it("has every file a container mounts, and every secret and image it names", () =>
    fc.assert(
      fc.property(anyConfig, (config) => {
        const bundle = bundleOf(config);
        const plan = planVm(parseSpecification(config, anyFiles));
        const paths = [...bundle.files, ...bundle.secretFiles].map(({ path }) => path);
        for (const { name, mounts, secretEnvironment } of plan.containers) {
          for (const mount of mounts)
            if (mount.kind === "file")
              assert.ok(
                paths.some((path) => path === mount.source || path.startsWith(`${mount.source}/`)),
                `${name} mounts ${mount.source}`,
              );
          assert.equal(paths.includes(`secrets/${name}.env`), Object.keys(secretEnvironment).length > 0, name);
        }
        const used = bundle.secretFiles.flatMap(({ parts }) => secretNames(parts));
        assert.deepEqual(bundle.secrets, [...new Set(used)].sort());
        assert.deepEqual(bundle.secrets, [...new Set(plan.secrets.map(({ name }) => name))].sort());
        assert.deepEqual(bundle.images, [...new Set(plan.containers.map(({ image }) => image.reference))].sort());
      }),
      { numRuns: 15 },
    ));

  it("keeps secret files to their readers, and everything secret below secrets/", () =>
    fc.assert(
      fc.property(anyConfig, (config) => {
        for (const { path, mode } of bundleOf(config).secretFiles) {
          assert.match(path, /^secrets\//);
          assert.match(mode, /^0[46]00$/);
        }
      }),
      { numRuns: 15 },
    ));
});

describe("an environment file", () => {
  it("gives every variable as it is, literal text around a secret too", () => {
    const env = { URL: 'https://me"$HOME\\:${secret:pw}@h', TWO: "${secret:pw}${secret:pw}" };
    const bundle = bundleOf({ ...good.local, overrides: { caddy: { env } }, secrets: { pw: "" } });
    const { parts, mode } = secretFile(bundle, "secrets/caddy.env");
    assert.equal(mode, "0600");
    assert.equal(secretText(parts, { pw: 'p"w' }, true), 'URL="https://me\\"\\$HOME\\\\:p\\"w@h"\nTWO="p\\"wp\\"w"\n');
  });
});

describe("the bundle", () => {
  it("holds no value of a secret, only names", () => {
    const text = bundleText(bundleOf({ ...good.local, secrets: { unused: "marker-5f1c" } }));
    assert.ok(!text.includes("marker-5f1c"));
    assert.ok(!text.includes("unused"));
  });

  it("lets the application's user, and nobody else, read configuration", () => {
    const smtp = { host: "h", port: 25, from: "a@example.com", authentication: "none" };
    const { owner, mode } = secretFile(bundleOf({ ...good.local, smtp }), "secrets/configuration/site-config.json");
    assert.deepEqual([owner, mode], ["100:101", "0400"]);
  });

  it("logs in at the registry's host without its path", () => {
    const registry = { host: "mirror.test:5000/sourcegraph", credentialsSecret: "login" };
    const bundle = bundleOf({ ...good.local, registry, secrets: { login: "" } });
    assert.equal(bundle.files.find(({ path }) => path === "registry-host")?.text, "mirror.test:5000\n");
    assert.deepEqual(secretFile(bundle, "secrets/registry-login").parts, [{ secret: "login", as: "raw" }]);
  });

  it("tells the machine which upgrade it may make", () => {
    const specification = parseSpecification(good.aws);
    const lastHop = { from: "7.4.0", to: "7.5.4453", kind: "standard" as const };
    const bundle = renderBundle(planVm(specification), specification, lastHop);
    const hop = bundle.files.find(({ path }) => path === "hop.json")?.text ?? "";
    assert.deepEqual(JSON.parse(hop), machineHop(planVm(specification), specification, lastHop));
    assert.ok(!bundleOf(good.aws).files.some(({ path }) => path === "hop.json"));
  });

  it("is found under the SHA-256 of its text", () =>
    assert.equal(digestOf("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
});
