import assert from "node:assert/strict";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { planMove } from "../../../components/core/planning/managed/plan-move";
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
    stack.set({ databases: undefined, allowDataLoss: [...back.allowDataLoss] });
    const changes = await stack.changes("up", { args: excluded(back) });
    assert.deepEqual(ofData(changes), []);
    assert.deepEqual(
      changes.filter((change) => /subnet|securityGroup|parameterGroup/i.test(change)),
      [],
    );
    assert.deepEqual(ids(database, /./), servers);
  });
});
