import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { stringify } from "yaml";
import type { InstanceConfig } from "../../components/core/planning/fleet/schema";
import { instanceFile } from "../support/fleet";
import { standInManifest } from "../support/stand-in-manifest";
import { sgbox } from "./support";

describe("sgbox fleet", () => {
  let folder: string;
  const state = (release: string, more: object = {}): string =>
    JSON.stringify({
      version: 3,
      checkpoint: {
        latest: {
          manifest: { time: "2026-11-20T10:00:00Z" },
          resources: [{ type: "pulumi:pulumi:Stack", outputs: { manifest: standInManifest({ release }) } }],
          ...more,
        },
      },
    });
  const instance = (number: number, more: Partial<InstanceConfig> = {}): void =>
    writeFileSync(join(folder, "instances", `${number}.yaml`), stringify(instanceFile(number, more)));

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sgbox-fleet-"));
    const states = join(folder, "states/.pulumi/stacks/sourcegraph");
    mkdirSync(join(folder, "instances"));
    mkdirSync(states, { recursive: true });
    writeFileSync(
      join(folder, "fleet.yaml"),
      stringify({ name: "managed", backend: pathToFileURL(join(folder, "states")).href }),
    );
    instance(1, { config: { ...instanceFile(1).config, secrets: { licence: { secure: "v1:abc:def" } } } });
    instance(2, { type: "trial", expires: "2026-12-01" });
    instance(3, { type: "internal", release: "7.5.4453" });
    writeFileSync(join(states, "src-00000001.json"), state("7.4.0", { pending_operations: [{}] }));
    writeFileSync(join(states, "src-00000003.json.gz"), gzipSync(state("6.12.5040")));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("status shows which release runs where, how old it is, and what is unusual", async () => {
    const { code, stdout, stderr } = await sgbox(["fleet", "status", "--fleet", folder]);
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      `Fleet managed  1 current, 1 not deployed, 1 behind; 659 USD a month for 2 of them
  instance      slug        type        place          size  release    age                         last change       USD a month  note
  src-00000001  customer-1  production  aws us-east-1  XS    7.4.0      current: 1 minor, 136 days  2026-11-20 10:00          329  an update was interrupted
  src-00000002  customer-2  trial       aws us-east-1  XS               not deployed
  src-00000003  customer-3  internal    aws us-east-1  XS    6.12.5040  behind: 6 minor, 269 days   2026-11-20 10:00          329  its file says 7.5.4453
  health: not asked; --health does
  drift: not looked for; sgbox fleet drift does
`,
    );
    const chosen = await sgbox([
      "fleet",
      "status",
      "--fleet",
      folder,
      "--json",
      "--select",
      'instance.type == "trial"',
    ]);
    assert.deepEqual(
      (JSON.parse(chosen.stdout) as { id: string }[]).map(({ id }) => id),
      ["src-00000002"],
    );
  });

  it("plan shows the waves and who is left out", async () => {
    const args = ["fleet", "plan", "--fleet", folder, "--to", "7.5.4453", "--acknowledge", "backup-first"];
    const refused = await sgbox(args);
    assert.equal(refused.code, 3);
    assert.match(
      refused.stderr,
      /the rollout of 7\.5\.4453 is refused, and nothing was begun:\n {2}- 'instances\/1\.yaml'/,
    );
    const { code, stdout, stderr } = await sgbox([...args, "oob-complete", "--select", 'instance.type != "internal"']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Wave 1: first {2}1 instances, waits for a person, then watched for 1 days\n/);
    assert.match(stdout, /Left out {2}1 instances\n.*\n {2}src-00000002 {2}customer-2 {2}nothing is deployed\n/);
  });

  it("resume and pause are not held up by an instance past its last day, which reap may have to remove first", async () => {
    instance(4, { type: "trial", expires: "2020-01-01" });
    for (const verb of [["resume", "--abandon"], ["pause"]]) {
      const { code, stderr } = await sgbox(["fleet", ...verb, "--fleet", folder]);
      assert.equal(code, 2);
      assert.match(stderr, /there is nothing to go on with:\n {2}- 'fleet' never had a rollout/);
    }
    rmSync(join(folder, "instances/4.yaml"));
  });

  it("says what is wrong with a folder, a file, a backend and an expression, with exit code 2", async () => {
    const nowhere = await sgbox(["fleet", "status", "--fleet", join(folder, "instances")]);
    assert.equal(nowhere.code, 2);
    assert.equal(
      nowhere.stderr,
      `sgbox: the fleet cannot be read:\n  - 'fleet' is "${join(folder, "instances")}", which holds no fleet.yaml; name the folder of a fleet with --fleet\n`,
    );
    writeFileSync(join(folder, "instances/4.yaml"), "a: [");
    const broken = await sgbox(["fleet", "status", "--fleet", folder]);
    rmSync(join(folder, "instances/4.yaml"));
    assert.equal(broken.code, 2);
    assert.match(broken.stderr, /'instances\/4\.yaml' is not YAML: /);
    mkdirSync(join(folder, "instances/gone"));
    writeFileSync(join(folder, "instances/gone/src-00000003.yaml"), stringify({ id: "src-00000003", slug: "old" }));
    const used = await sgbox(["fleet", "status", "--fleet", folder]);
    rmSync(join(folder, "instances/gone"), { recursive: true });
    assert.equal(used.code, 2);
    assert.match(used.stderr, /'instances\/3\.yaml: id' is "src-00000003", which was that of instances\/gone\/src-0/);
    const wrong = await sgbox(["fleet", "status", "--fleet", folder, "--select", "instance.kind == 'x'"]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /asks for 'instance\.kind', which there is not/);
  });
});
