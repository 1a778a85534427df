import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { goodConfigs as good } from "../support/configs";
import { folderWith, sgbox, stackFile } from "./support";

describe("sgbox move", () => {
  const folder = folderWith({
    "Pulumi.now.yaml": stackFile(good.aws),
    "Pulumi.then.yaml": stackFile({ ...good.aws, databases: "managed" }),
    "Pulumi.gcp.yaml": stackFile(good.gcp),
  });
  const move = (...args: string[]) => sgbox(["move", ...args], { folder });
  const both = ["--stack", "Pulumi.now.yaml", "--to", "Pulumi.then.yaml"];

  // The planners of both shapes are loaded once, which takes seconds on a busy machine.
  before(async () => {
    await move(...both);
  });

  it("prints stores, terms and steps, and programs when asked", async () => {
    const { code, stdout, stderr } = await move(...both, "--postgres-size-gb", "10");
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^Move of sourcegraph\n/);
    assert.match(stdout, /^ {2}downtime +from the stop until everything runs on the new stores; 15 to 90 minutes$/m);
    assert.match(stdout, /^ {2}restore +machine +Restore the dumps into the new databases/m);
    assert.doesNotMatch(stdout, /pg_dump/);
    assert.match((await move(...both, "--commands")).stdout, /pg_dump --format=directory/);
  });

  it("prints the plan with its programs as JSON", async () => {
    const { steps, allowDataLoss } = JSON.parse((await move(...both, "--json")).stdout) as {
      steps: { id: string; program?: string }[];
      allowDataLoss: string[];
    };
    assert.ok(allowDataLoss.includes("databases.frontend") && allowDataLoss.includes("sourcegraph-pgsqlPassword"));
    assert.match(steps.find(({ id }) => id === "update")?.program ?? "", /\npulumi up --exclude /);
  });

  it("writes a program for each step that has one", async () => {
    const { code, stderr } = await move(...both, "--out", "steps");
    assert.equal(code, 0);
    assert.match(stderr, /^wrote prepare\.sh, .* to steps\n$/);
    const written = path.join(folder, "steps");
    assert.deepEqual(
      readdirSync(written).sort(),
      ["arrange", "dump", "give-up", "prepare", "restore", "start", "stop", "update"].map((id) => `${id}.sh`),
    );
    assert.equal(statSync(path.join(written, "dump.sh")).mode & 0o111, 0o111);
    assert.match(readFileSync(path.join(written, "start.sh"), "utf8"), /^#!\/bin\/bash\nset -euo pipefail\n/);
  });

  it("says that nothing moves where the two agree, with exit code 0", async () => {
    const { code, stdout } = await move("--stack", "Pulumi.now.yaml", "--to", "Pulumi.now.yaml");
    assert.equal(code, 0);
    assert.match(stdout, /nothing moves: the two configs have every store served by the same/);
  });

  it("refuses what is no move with exit code 3, and a file that is not there with 2", async () => {
    const other = await move("--stack", "Pulumi.now.yaml", "--to", "Pulumi.gcp.yaml");
    assert.equal(other.code, 3);
    assert.match(other.stderr, /^sgbox: the move is refused:\n {2}- 'cloud' is aws now and gcp then; a move changes/);
    assert.equal((await move("--stack", "Pulumi.now.yaml", "--to", "Pulumi.none.yaml")).code, 2);
    assert.equal((await move("--stack", "Pulumi.now.yaml")).code, 2);
  });
});
