import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { planVm } from "../../../components/core/planning/vm/plan";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { renderBundle } from "../../../components/core/rendering/bundle-files";
import { secretEnvironmentPath } from "../../../components/core/rendering/compose";
import { secretText } from "../../../components/core/rendering/secret-text";
import { requireComposeOfDebian } from "../../support/compose-debian";
import { startDocker, type DockerEngine } from "../../support/docker";
import { requireToolchain, toolchainFolder } from "../../support/toolchain";
import { understood } from "./understood";

const run = promisify(execFile);
const awkward = "a\"b\\c$d'e #f ${HOME} $$ \\n %h &i\n\tsecond line =é\r\nend\\";

describe("secrets on their way into containers", function () {
  this.timeout(120_000);
  let programs: readonly string[];
  let docker: DockerEngine;
  let folder: string;

  before(async function () {
    const bin = requireToolchain(this);
    programs = [join(bin, "docker-compose"), requireComposeOfDebian(this)];
    folder = mkdtempSync(join(tmpdir(), "sgbox-secrets-"));
    mkdirSync(join(folder, "secrets"));
    docker = await startDocker(toolchainFolder());
  });
  after(async () => {
    await docker?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const compose = (services: Readonly<Record<string, unknown>>) =>
    writeFileSync(join(folder, "compose.yaml"), JSON.stringify({ name: "secrets", services }));

  it("any text survives an environment file, under either compose", async () => {
    const character = fc.oneof(
      fc.constantFrom(..."\\\"'$`#{} =\n\r\t%&nrt0"),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    );
    const text = fc.string({ unit: character }).map((value) => value.replaceAll("\0", ""));
    const values = [awkward, "", "'", "\\", "$", " x ", ...fc.sample(text, { numRuns: 300, seed: 4711 })];
    const lines = values.map((v, n) => secretText([`S${n}="`, { secret: "v", as: "env" }, '"\n'], { v }, true));
    writeFileSync(join(folder, "secrets/all.env"), lines.join(""));
    compose({ all: { image: "all", env_file: [{ path: "./secrets/all.env", required: false }] } });
    // Each value stands for itself: `understood` undoes the doubling of what is printed.
    for (const program of programs) {
      const { services } = await understood(program, folder);
      const read = values.map((_, n) => services["all"]?.environment?.[`S${n}`]);
      assert.deepEqual(read, values);
    }
  });

  it("every container of a deployment gets its variables exactly, whatever the secrets hold", async () => {
    const external = (name: string) => ({ host: "db", user: "sg$u", database: name, passwordSecret: "external" });
    const specification = parseSpecification({
      cloud: "aws",
      region: "us-east-1",
      release: "7.5.4453",
      size: "XS",
      access: { allowedCidrs: ["10.0.0.0/8"] },
      databases: { external: { codeInsights: external("insights") } },
      cache: { external: { cache: "redisCache" } },
      objectStorage: {
        external: {
          backend: "S3",
          bucket: "acme",
          region: "us-east-1",
          accessKeyIdSecret: "keyId",
          secretAccessKeySecret: "key",
        },
      },
      secrets: { external: "", redisCache: "", keyId: "", key: "" },
    });
    const plan = planVm(specification);
    const { secretFiles, secrets } = renderBundle(plan, specification);
    const values = Object.fromEntries(secrets.map((name) => [name, `${name} ${awkward}`]));
    for (const { path, parts } of secretFiles) writeFileSync(join(folder, path), secretText(parts, values, true));
    const readers = plan.containers.filter((each) => Object.keys(each.secretEnvironment).length > 0);
    assert.ok(readers.length >= 6);
    compose(
      Object.fromEntries(
        readers.map(({ name }) => [
          name,
          { image: "busybox:local", network_mode: "none", env_file: [{ path: `./${secretEnvironmentPath(name)}` }] },
        ]),
      ),
    );
    const environment = { ...process.env, ...docker.env };
    const expectedOf = (environment: (typeof readers)[number]["secretEnvironment"]) =>
      Object.fromEntries(
        Object.entries(environment).map(([variable, parts]) => [variable, secretText(parts, values, false)]),
      );
    for (const program of programs) {
      const { services } = await understood(program, folder);
      for (const { name, secretEnvironment } of readers)
        assert.deepEqual(services[name]?.environment, expectedOf(secretEnvironment));
    }
    // The whole way, for a container with the most variables and one with a connection URL.
    const samples = readers.filter(({ name }) => ["sourcegraph-frontend-0", "pgsql-exporter"].includes(name));
    assert.equal(samples.length, 2);
    for (const program of programs)
      for (const { name, secretEnvironment } of samples) {
        const variables = Object.keys(secretEnvironment);
        const print = `printf '%s\\1' ${variables.map((variable) => `"$${variable}"`).join(" ")}`;
        const args = ["run", "--rm", "-T", name, "sh", "-c", print];
        const { stdout } = await run(program, args, { cwd: folder, env: environment, timeout: 60_000 });
        const printed = stdout.split("\u0001");
        const got = Object.fromEntries(variables.map((variable, n) => [variable, printed[n]]));
        assert.deepEqual(got, expectedOf(secretEnvironment));
      }
  });
});
