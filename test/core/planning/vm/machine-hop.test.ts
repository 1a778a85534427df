import assert from "node:assert/strict";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import type { LastHop } from "../../../../components/core/planning/manifest";
import { machineHop } from "../../../../components/core/planning/vm/machine-hop";
import { planVm } from "../../../../components/core/planning/vm/plan";
import { goodConfigs } from "../../../support/configs";

function planned(hop: LastHop, config: object = goodConfigs.aws) {
  const specification = parseSpecification({ ...config, release: hop.to });
  return machineHop(planVm(specification), specification, hop);
}

describe("what a machine is told of a change of release", () => {
  it("is the runbook's steps of the machine, without the pull, which comes before everything", () => {
    const hop = planned({ from: "7.4.0", to: "7.5.4453", kind: "standard" });
    assert.deepEqual(
      hop?.steps.map(({ id }) => id),
      ["check-migrations", "stop", "databases", "migrate", "start", "verify", "drift"],
    );
    assert.deepEqual([hop?.from, hop?.kind, hop?.frontend], [["7.4.0"], "standard", "sourcegraph-frontend-0"]);
    assert.equal(
      hop?.wayBack,
      "restore the data disk from the snapshot that was taken before 7.5.4453: 'sgbox restore --from SNAPSHOT'",
    );
  });

  it("of a rollback is how the release before is started on the databases as they are", () => {
    const hop = planned({ from: "7.5.4453", to: "7.4.0", kind: "rollback" });
    assert.deepEqual(
      [hop?.from, hop?.kind, hop?.steps.map(({ id }) => id)],
      [["7.5.4453"], "rollback", ["stop", "start", "verify", "drift"]],
    );
    assert.equal(hop?.images.length, 1);
  });

  it("is nothing where a backup of the release is to come first", () =>
    assert.equal(planned({ from: "7.5.4453", to: "7.4.0", kind: "restore" }), undefined));

  it("names the backup instead of a snapshot where there is no disk of a cloud", () =>
    assert.equal(
      planned({ from: "7.4.0", to: "7.5.4453", kind: "standard" }, goodConfigs.local)?.wayBack,
      "restore the backup that was taken at 7.4.0",
    ));
});
