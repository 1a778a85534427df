import assert from "node:assert/strict";
import { InputError } from "../../../../components/core/errors";
import { planRollout } from "../../../../components/core/planning/fleet/rollout-plan";
import { stagesOf } from "../../../../components/core/planning/fleet/stages";
import { stagesSections } from "../../../../components/core/rendering/fleet/stages-report";
import { fleetOf, instanceFile } from "../../../support/fleet";

describe("the stages a release has reached", () => {
  const to = "7.5.4453";
  const fleet = fleetOf(
    [
      instanceFile(1, { type: "internal" }),
      instanceFile(2, { type: "trial" }),
      instanceFile(3, { type: "trial" }),
      instanceFile(4),
    ],
    {
      waves: [
        { name: "ours", members: [{ select: 'instance.type == "internal"' }] },
        { name: "trials", members: [{ select: 'instance.type == "trial"' }] },
      ],
    },
  );
  const states = {
    "src-00000001": { release: to, pending: 0 },
    "src-00000002": { release: "7.4.0", pending: 0 },
    "src-00000004": { release: "7.5.4453", pending: 0 },
  };

  it("are the waves with how many have it, newer ones too, and who has not", () => {
    const stages = stagesOf(fleet, states, "7.5.0");
    assert.deepEqual(
      stages.map(({ wave, reached, of }) => [wave, reached, of]),
      [
        ["ours", 1, 1],
        ["trials", 0, 2],
        ["", 1, 1],
      ],
    );
    assert.deepEqual(
      [...(stages[1]?.missing ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1)),
      [
        { id: "src-00000002", slug: "customer-2", release: "7.4.0" },
        { id: "src-00000003", slug: "customer-3" },
      ],
    );
  });

  it("are those of the newest rollout where it is of this release", () => {
    const [, second] = fleet.instances;
    assert.ok(second);
    const plan = planRollout(fleet, states, { to, acknowledge: ["backup-first", "oob-complete"] }, [second]);
    assert.deepEqual(
      stagesOf(fleet, states, to, plan).map(({ wave, reached, of }) => [wave, reached, of]),
      [
        ["trials", 0, 1],
        ["", 2, 3],
      ],
    );
    assert.equal(stagesOf(fleet, states, "7.5.0", plan).length, 3);
  });

  it("are told as a table, and not for a release there is not", () => {
    const [section] = stagesSections("managed", to, stagesOf(fleet, states, to));
    assert.equal(section?.summary, "2 of 4 instances");
    assert.deepEqual(section?.rows.at(-1), ["in no wave", "1", "1", ""]);
    assert.match(section?.rows[1]?.[3] ?? "", /customer-2 \(7\.4\.0\)/);
    assert.match(section?.rows[1]?.[3] ?? "", /customer-3 \(not deployed\)/);
    assert.throws(() => stagesOf(fleet, states, "7.5.1"), InputError);
  });
});
