import assert from "node:assert/strict";
import { planVm, type Plan } from "../../../components/core/planning/vm/plan";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { builtProject } from "../../support/built";
import { startDocker, type DockerEngine } from "../../support/docker";
import { Engine, type ConfigValue } from "../../support/engine";
import { buildImages, requireImages } from "../../support/images/build";
import { requireToolchain, toolchainFolder } from "../../support/toolchain";

const older = "7.4.0";
const release = "7.5.4453";
const marker = "marker-of-a-secret-5f1c";

const config = (version: string): Record<string, ConfigValue> => ({
  cloud: "local",
  release: version,
  registry: { host: "registry.test/sourcegraph", pinDigests: false },
  smtp: {
    host: "mail.test",
    port: 587,
    from: "sg@mail.test",
    authentication: "PLAIN",
    username: "sg",
    passwordSecret: "smtpPassword",
  },
  // The sandbox of a test may not grant privileges.
  overrides: { cadvisor: { privileged: false } },
});

function planOf(version: string): Plan {
  return planVm(parseSpecification({ ...config(version), secrets: { smtpPassword: "" } }));
}

function images(version: string): { reference: string; service: string }[] {
  const named = planOf(version).containers.map((c) => ({ reference: c.image.reference, service: c.service }));
  return [...new Map(named.map((image) => [image.reference, image])).values()];
}

function stackConfig(values: Record<string, ConfigValue>): Record<string, ConfigValue> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`sourcegraph:${key}`, value]));
}

describe("the local stack on the real engine and a real Docker Engine, with stand-in images", function () {
  this.timeout(400_000);
  let docker: DockerEngine;
  let engine: Engine;

  before(async function () {
    const bin = requireToolchain(this);
    requireImages(this);
    docker = await startDocker(toolchainFolder());
    await buildImages([...images(older), ...images(release)], docker.api);
    engine = await Engine.start({
      bin,
      project: builtProject(),
      config: stackConfig(config(older)),
      env: docker.env,
      timeoutMs: 240_000,
    });
    await engine.configSet("sourcegraph:secrets.smtpPassword", marker, { secret: true, path: true });
  });
  after(async () => {
    engine?.stop();
    await docker?.stop();
  });

  const lines = async (...args: string[]) =>
    (await docker.docker(args)).stdout
      .trim()
      .split("\n")
      .filter((line) => line !== "")
      .sort();
  const inPgsql = async (file: string) => lines("exec", "sourcegraph-pgsql", "cat", `/data/${file}`);

  it("comes up with every container of the plan, and a second preview changes nothing", async () => {
    const up = await engine.up();
    assert.equal(up.code, 0, up.stdout + up.stderr);
    const expected = planOf(older)
      .containers.filter((c) => c.service !== "migrator")
      .map((c) => `sourcegraph-${c.name}`);
    assert.deepEqual(await lines("ps", "--format", "{{.Names}}"), expected.sort());
    assert.deepEqual(await lines("ps", "--format", "{{.Ports}}", "--filter", "publish=1-65535"), [
      "127.0.0.1:7080->80/tcp",
    ]);
    const preview = await engine.preview();
    assert.deepEqual([preview.code, preview.changes], [0, []], preview.stdout);
  });

  it("keeps secrets out of the state file, the plan of changes and the outputs, and gives them to the containers", async () => {
    const passwords = await lines("exec", "sourcegraph-pgsql", "sh", "-c", "echo $POSTGRES_PASSWORD");
    assert.match(passwords[0] ?? "", /^[A-Za-z0-9]{32}$/);
    assert.deepEqual(
      await lines("exec", "sourcegraph-sourcegraph-frontend-0", "sh", "-c", "echo $PGPASSWORD"),
      passwords,
    );
    const site = await lines("exec", "sourcegraph-sourcegraph-frontend-0", "cat", "/etc/sourcegraph/site-config.json");
    assert.ok(
      site.some((line) => line.includes(marker)),
      site.join("\n"),
    );
    const outputs = JSON.stringify(await engine.outputs());
    for (const secret of [marker, ...passwords]) {
      assert.ok(!engine.exportState().includes(secret), "the state file holds a secret in the open");
      assert.ok(!outputs.includes(secret), "the outputs hold a secret");
    }
  });

  it("refuses an upgrade whose manual steps are not acknowledged, before anything is registered", async () => {
    engine.writeConfig({ "sourcegraph:release": release });
    const refused = await engine.preview();
    assert.notEqual(refused.code, 0);
    assert.match(refused.stdout, /backup-first/);
    assert.deepEqual(refused.changes, []);
    assert.ok(!refused.stdout.includes("    at "), "a stack trace is shown for a user's mistake");
  });

  it("upgrades to the next release in place: the databases' volumes stay", async () => {
    engine.writeConfig({ "sourcegraph:acknowledge": ["backup-first", "oob-complete"] });
    const up = await engine.up();
    assert.equal(up.code, 0, up.stdout + up.stderr);
    assert.ok(
      up.changes.every((change) => !/Volume|Network|RandomPassword/.test(change)),
      up.changes.join("\n"),
    );
    assert.deepEqual(await inPgsql(".stand-in-first"), [older]);
    const made = (await lines("images", "--no-trunc", "--format", "{{.Tag}} {{.ID}}")).filter((line) =>
      line.startsWith(`${release} `),
    );
    const ids = new Set(made.map((line) => line.split(" ")[1]));
    const containers = await lines("ps", "--no-trunc", "--format", "{{.Image}}");
    assert.ok(containers.length > 20);
    assert.deepEqual(
      containers.filter((image) => !ids.has(image)),
      [],
    );
    const preview = await engine.preview();
    assert.deepEqual([preview.code, preview.changes], [0, []], preview.stdout);
  });

  it("refuses to go back to the older release, naming the way", async () => {
    engine.writeConfig({ "sourcegraph:release": older });
    const refused = await engine.preview();
    assert.notEqual(refused.code, 0);
    assert.match(refused.stdout, /refused/);
    engine.writeConfig({ "sourcegraph:release": release });
  });

  it("goes down without the volumes that hold data, and comes up again with the data", async () => {
    const down = await engine.destroy({ args: ["--exclude-protected"] });
    assert.equal(down.code, 0, down.stdout + down.stderr);
    assert.deepEqual(await lines("ps", "--all", "--format", "{{.Names}}"), []);
    assert.deepEqual(
      await lines("volume", "ls", "--format", "{{.Name}}"),
      planOf(release)
        .dataResources.filter(({ kind }) => kind === "volume")
        .map(({ name }) => name)
        .sort(),
    );
    const up = await engine.up();
    assert.equal(up.code, 0, up.stdout + up.stderr);
    assert.deepEqual(await inPgsql(".stand-in-first"), [older]);
  });
});
