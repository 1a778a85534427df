import assert from "node:assert/strict";
import { leastArgs as leastOnAws, recordVm as recordOnAws } from "../support/aws-vm";
import { leastArgs as leastOnGcp, recordVm as recordOnGcp } from "../support/gcp-vm";
import { only, type Recorded } from "../support/recorder";

/** Names of the resources whose inputs are others. */
function changed(before: readonly Recorded[], after: readonly Recorded[]): string[] {
  assert.deepEqual(
    before.map(({ type, name }) => `${type} ${name}`),
    after.map(({ type, name }) => `${type} ${name}`),
  );
  return before.flatMap(({ name, inputs }, index) =>
    JSON.stringify(inputs) === JSON.stringify(after[index]?.inputs) ? [] : [name],
  );
}

describe("a machine that starts from a machine image", () => {
  it("looks a name up among those of its own account on AWS", async () => {
    const machine = { image: "sourcegraph-7-5-4453-1a2b3c4d5e-2026-11-22" };
    const { calls } = await recordOnAws({ ...leastOnAws, machine });
    const [lookup] = calls.filter(({ token }) => token === "aws:ec2/getAmi:getAmi");
    assert.deepEqual(
      [lookup?.inputs["owners"], lookup?.inputs["filters"]],
      [["self"], [{ name: "name", values: [machine.image] }]],
    );
  });

  it("takes an id as it is on AWS, and changes nothing but the machine", async () => {
    const before = await recordOnAws(leastOnAws);
    const after = await recordOnAws({ ...leastOnAws, machine: { image: "ami-0123456789abcdef0" } });
    assert.equal(only(after.resources, "aws:ec2/instance:Instance").inputs["ami"], "ami-0123456789abcdef0");
    assert.equal(after.calls.filter(({ token }) => token === "aws:ec2/getAmi:getAmi").length, 0);
    const others = changed(before.resources, after.resources).filter((name) => name !== "sourcegraph-machine");
    assert.deepEqual(others, []);
  });

  it("takes one of its own or another project on Google Cloud, and changes nothing but the machine", async () => {
    const before = await recordOnGcp(leastOnGcp);
    const image = "projects/acme-images/global/images/sourcegraph-7-5-4453";
    const after = await recordOnGcp({ ...leastOnGcp, machine: { image } });
    const { bootDisk } = only(after.resources, "gcp:compute/instance:Instance").inputs as {
      bootDisk: { initializeParams: { image: string } };
    };
    assert.equal(bootDisk.initializeParams.image, image);
    assert.deepEqual(
      changed(before.resources, after.resources).filter((name) => name !== "sourcegraph-machine"),
      [],
    );
  });
});
