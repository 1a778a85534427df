import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { instanceFile } from "../support/fleet";
import { sgbox } from "./support";

const commit = "0123456789abcdef0123456789abcdef01234567";

describe("sgbox fleet export", () => {
  let folder: string;
  const settings = (more: object): void =>
    writeFileSync(join(folder, "fleet.yaml"), stringify({ name: "managed", organization: "acme", ...more }));
  const exported = (...args: readonly string[]) =>
    sgbox(["fleet", "export", "--fleet", folder, "--out", join(folder, "out"), ...args]);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sgbox-export-"));
    mkdirSync(join(folder, "instances"));
    const one = instanceFile(1);
    const secrets = { licence: { secure: "v1:cipher" } };
    writeFileSync(join(folder, "instances/1.yaml"), stringify({ ...one, config: { ...one.config, secrets } }));
    writeFileSync(join(folder, "instances/2.yaml"), stringify(instanceFile(2, { type: "internal" })));
    writeFileSync(join(folder, "instances/3.yaml"), stringify(instanceFile(3, { channel: "pause" })));
    settings({ source: { repository: "https://github.com/acme/fleet.git" } });
  });
  afterEach(() => rmSync(join(folder, "out"), { recursive: true, force: true }));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("writes Stacks for the operator, and says who is left out", async () => {
    const { code, stdout, stderr } = await exported("--operator", "--commit", commit);
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      `wrote 5 files for 2 instances in 2 waves to ${join(folder, "out")}; its README.md says how to use them\n`,
    );
    assert.equal(stderr, "src-00000003 is left out: its channel is pause\n");
    assert.deepEqual(readdirSync(join(folder, "out")).sort(), [
      "00-ground.yaml",
      "README.md",
      "held",
      "wave-01.yaml",
      "wave-02.yaml",
    ]);
    const wave = readFileSync(join(folder, "out/wave-02.yaml"), "utf8");
    assert.match(wave, /^ {2}name: src-00000001$/m);
    assert.ok(!wave.includes("cipher"));
  });

  it("writes settings for Pulumi Deployments, ciphertext and all", async () => {
    const { code, stdout, stderr } = await exported("--deployments", "--json");
    assert.equal(code, 0, stderr);
    const { instances, files } = JSON.parse(stdout) as { instances: number; files: string[] };
    assert.equal(instances, 2);
    assert.deepEqual(files, [
      "README.md",
      "requests.json",
      "src-00000001/settings.json",
      "src-00000001/drift.json",
      "src-00000002/settings.json",
      "src-00000002/drift.json",
      "stacks/Pulumi.src-00000001.yaml",
      "stacks/Pulumi.src-00000002.yaml",
    ]);
    const text = readFileSync(join(folder, "out/stacks/Pulumi.src-00000001.yaml"), "utf8");
    assert.match(text, /licence:\n {6}secure: v1:cipher\n/);
  });

  it("refuses what it is not told and what has no meaning, with exit code 2, and writes nothing", async () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [[], "'operator' is the one choice and deployments the other; give one of --operator, --deployments"],
      [
        ["--operator", "--deployments"],
        "'operator' is the one choice and deployments the other; give one of --operator, --deployments",
      ],
      [
        ["--deployments", "--commit", commit],
        "'commit' is for --operator only; Pulumi Deployments take releases and commits from the files and fleet.yaml",
      ],
      [
        ["--operator", "--commit", commit, "--acknowledge", "backup-first"],
        "'acknowledge' is for --to only, which says what they are brought to; give --to, or write acknowledge into the instances' config",
      ],
      [
        ["--operator"],
        "'fleet.yaml: source.commit' is missing; a branch would bring each commit to all instances at once, past the waves. Give it, or --commit $(git rev-parse HEAD)",
      ],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await exported(...args);
      assert.equal(code, 2);
      assert.equal(stderr, `sgbox: the fleet cannot be exported:\n  - ${message}\n`);
    }
    assert.ok(!readdirSync(folder).includes("out"));
  });
});
