import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { planMove } from "../../../components/core/planning/managed/plan-move";
import { moveScripts } from "../../../components/core/rendering/move/script";
import { goodConfigs } from "../../support/configs";
import { requireToolchain } from "../../support/toolchain";
import { SampleStack } from "../stacks/sample";

const database = "aws:rds/instance:Instance";
const secret = "aws:secretsmanager/secret:Secret";

describe("updates of a move on the real engine with a stand-in cloud", function () {
  this.timeout(300_000);
  this.bail(true); // one test goes on where the one before it ended
  let stack: SampleStack;

  const bundled = parseSpecification(goodConfigs.aws);
  const managed = parseSpecification({ ...goodConfigs.aws, databases: "managed" });
  const there = planMove(bundled, managed);
  const back = planMove(managed, bundled);
  const excluded = ({ exclude }: typeof there) => exclude.flatMap((pattern) => ["--exclude", pattern]);
  const ids = (type: string, name: RegExp) =>
    stack.engine
      .cloud()
      .all(type)
      .filter(({ id }) => name.test(id))
      .map(({ id }) => id);
  const ofData = (changes: readonly string[]) =>
    changes.filter((change) => /Password$|rds\/instance|\/volume:|instance:Instance/.test(change));

  before(async function () {
    stack = await SampleStack.start(requireToolchain(this), "aws");
    await stack.changes("up");
  });
  after(() => stack?.stop());

  it("make servers beside, and leave passwords, volume and machine as they are", async () => {
    const passwords = ids(secret, /sourcegraph-(pgsql|code\w+Db)Password/);
    stack.set({ databases: "managed", allowDataLoss: [...there.allowDataLoss] });
    const changes = ofData(await stack.changes("up", { args: excluded(there) }));
    assert.deepEqual([...new Set(changes.map((change) => change.split(" ")[0]))], ["create"]);
    assert.equal(ids(database, /./).length, 3);
    assert.equal(passwords.length, 3);
    assert.deepEqual(ids(secret, /sourcegraph-(pgsql|code\w+Db)Password/), passwords);
    stack.set({ allowDataLoss: undefined });
    assert.deepEqual(await stack.changes("preview", { args: excluded(there) }), []);
  });

  it("give up nothing by accident: without the patterns the engine refuses to delete the passwords", async () => {
    const { code, stdout } = await stack.run("up");
    assert.equal(code, 1);
    assert.match(stdout, /sourcegraph-pgsqlPassword/);
    assert.equal(ids(secret, /sourcegraph-(pgsql|code\w+Db)Password/).length, 3);
  });

  it("go back to the same passwords, and leave the servers and what they stand on as they are", async () => {
    const servers = ids(database, /./);
    stack.set({ deletionProtection: false });
    await stack.changes("up", { args: excluded(there) });
    stack.set({ databases: undefined, allowDataLoss: [...back.allowDataLoss] });
    const changes = await stack.changes("up", { args: excluded(back) });
    assert.deepEqual(ofData(changes), []);
    assert.deepEqual(
      changes.filter((change) => /subnet|securityGroup|parameterGroup/i.test(change)),
      [],
    );
    assert.deepEqual(ids(database, /./), servers);
  });

  /** What the printed program has pulumi unprotect, by the state as it is; nothing is unprotected. */
  function toBeUnprotected(): string[] {
    const folder = mkdtempSync(join(tmpdir(), "sgbox-move-update-"));
    const { checkpoint } = JSON.parse(stack.engine.exportState()) as { checkpoint: { latest: object } };
    writeFileSync(join(folder, "state"), JSON.stringify({ deployment: checkpoint.latest }));
    const answer = `case "$1 $2" in "stack export") cat ${folder}/state ;; "state unprotect") echo "$4" >> ${folder}/asked ;; esac`;
    writeFileSync(join(folder, "pulumi"), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
    writeFileSync(join(folder, "give-up.sh"), moveScripts(back)["give-up"] ?? "");
    execFileSync("bash", [join(folder, "give-up.sh")], { env: { PATH: `${folder}:${process.env.PATH}` } });
    const asked = readFileSync(join(folder, "asked"), "utf8").trim().split("\n");
    rmSync(folder, { recursive: true });
    return asked.map((urn) => urn.split("::").slice(2).join(" ").replace(/^.*\$/, "")).sort();
  }

  it("give up servers and their passwords and nothing else; servers leave last snapshots and go before what they stand on", async () => {
    const servers = ["sourcegraph-codeinsights-db", "sourcegraph-codeintel-db", "sourcegraph-pgsql"];
    const given = ["codeInsights", "codeIntel", "frontend"].map((name) => `sourcegraph-${name}DatabasePassword`);
    assert.deepEqual(
      toBeUnprotected(),
      [
        ...servers.map((name) => `aws:rds/instance:Instance ${name}`),
        ...servers.map((name) => `random:index/randomPassword:RandomPassword ${name}`),
        ...given.map((name) => `aws:secretsmanager/secret:Secret ${name}`),
        ...given.map((name) => `aws:secretsmanager/secretVersion:SecretVersion ${name}`),
      ].sort(),
    );
    await stack.engine.unprotect();
    stack.set({ allowDataLoss: undefined });
    const steps = await stack.steps(() => stack.changes("up"));
    const subnets = steps.indexOf("delete aws:rds/subnetGroup:SubnetGroup sourcegraph-databases");
    for (const name of servers) assert.ok(steps.indexOf(`delete aws:rds/instance:Instance ${name}`) < subnets, name);
    assert.ok(subnets < steps.indexOf("delete aws:ec2/subnet:Subnet sourcegraph-databases-a"));
    assert.equal(ids("aws:rds/snapshot:Snapshot", /./).length, 3);
    assert.deepEqual(await stack.changes("preview"), []);
  });
});
