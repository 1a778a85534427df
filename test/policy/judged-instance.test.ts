import assert from "node:assert/strict";
import { SourcegraphVm } from "../../components/vm/aws";
import type { AwsSourcegraphVmArgs } from "../../components/vm/aws-args";
import { leastArgs } from "../support/aws-vm";
import { refusedOf } from "./refused";

async function refused(args: Partial<AwsSourcegraphVmArgs>) {
  const build = () => void new SourcegraphVm("sourcegraph", { ...leastArgs, ...args });
  const { registered, refused: words } = await refusedOf(build);
  return { registered: [...registered].sort(), refused: words };
}
const words = "'sourcegraph-key' breaks B-K03: deletionWindowInDays is 7; set deletionWindowInDays to 30";
const transform = { key: { deletionWindowInDays: 7 } };

describe("an instance of AWS whose rules are enforced", function () {
  this.timeout(60_000);

  it("is registered as it is planned, all of it", async () => {
    const free = await refused({});
    assert.deepEqual(await refused({ boundaries: { enforce: true } }), free);
    assert.ok(free.registered.length > 30);
  });

  it("is refused a transform that breaks a rule, before the resource is registered", async () => {
    const said = await refused({ boundaries: { enforce: true }, transform });
    assert.deepEqual(said.refused, [words]);
    assert.ok(!said.registered.includes("sourcegraph-key"));
  });

  it("keeps a transform that somebody answers for, or where rules are only told", async () => {
    const of = { rule: "B-K03", resource: "sourcegraph-key" };
    const exceptions = [{ ...of, reason: "trial", owner: "security", expires: "2027-01-31" }];
    for (const boundaries of [{}, { enforce: true, exceptions }])
      assert.deepEqual((await refused({ boundaries, transform })).refused, []);
  });
});
