import assert from "node:assert/strict";
import fc from "fast-check";
import { progressOf, type RolloutEvent } from "../../../../components/core/planning/fleet/journal";
import { ageOf } from "../../../../components/core/planning/fleet/release-age";
import { planRollout } from "../../../../components/core/planning/fleet/rollout-plan";
import { rolloutStatus } from "../../../../components/core/planning/fleet/rollout-status";
import { fleetStatus } from "../../../../components/core/planning/fleet/status";
import { releases } from "../../../../components/core/product/releases";
import { deployedAs, fleetOf, instanceFile, today } from "../../../support/fleet";

const to = "7.5.4453";
const at = (hour: number): string => `2026-11-22T${String(hour).padStart(2, "0")}:00:00.000Z`;

const fleet = fleetOf(
  [
    instanceFile(1, { type: "internal" }),
    instanceFile(2, { type: "trial" }),
    instanceFile(3, { release: to, config: { ...instanceFile(3).config, size: undefined, usage: usage() } }),
  ],
  {
    waves: [
      { name: "own", members: [{ select: 'instance.type == "internal"' }], soakHours: 2 },
      { name: "people", members: [], soakHours: 0, pause: true },
      { name: "rest", members: [{ select: "true" }], soakHours: 0 },
    ],
  },
);

function usage(): object {
  return { users: 1000, repositories: 10_000, totalSizeGb: 300, largestRepositoryGb: 5, largestIndexGb: 1 };
}

const plan = planRollout(fleet, deployedAs(fleet), {
  to,
  acknowledge: ["backup-first", "oob-complete"],
});
const [own, trial] = plan.waves.flatMap(({ members }) => members.map(({ id }) => id));
const begun: RolloutEvent[] = [
  { at: at(1), event: "begun", digest: plan.digest, to, by: "it" },
  { at: at(2), event: "wave-begun", wave: "own" },
  { at: at(2), event: "member-begun", id: own ?? "" },
];
const statusAfter = (...events: RolloutEvent[]) => rolloutStatus(plan, progressOf(plan, [...begun, ...events]));

describe("the age of a release", () => {
  it("is green up to one minor behind, and counts days since the next minor was published", () => {
    assert.deepEqual(ageOf(to, today), { age: "current", minorsBehind: 0 });
    assert.deepEqual(ageOf("7.4.0", today), { age: "current", minorsBehind: 1, daysBehind: 137 });
    assert.equal(ageOf("7.3.2527", today).age, "behind");
    assert.equal(ageOf("5.11.6271", today).age, "old");
  });

  it("is never less for an older release", () => {
    const known = fc.constantFrom(...releases.map(({ version }, index) => ({ version, index })));
    fc.assert(
      fc.property(known, known, (a, b) => {
        const [older, newer] = a.index <= b.index ? [a, b] : [b, a];
        assert.ok(ageOf(older.version, today).minorsBehind >= ageOf(newer.version, today).minorsBehind);
      }),
    );
  });
});

describe("the status of a fleet", () => {
  it("says of each instance what its file, the backend, the rollout, its address, drift and prices say", () => {
    const failed = progressOf(plan, [
      ...begun,
      { at: at(3), event: "member-failed", id: own ?? "", step: "update", message: "the disk is full" },
    ]);
    const [first, second, third] = fleetStatus(fleet, {
      states: {
        [own ?? ""]: {
          release: "7.4.0",
          updatedAt: at(0),
          lastChange: { at: at(1), by: "it" },
          pending: 2,
        },
        [fleet.instances[2]?.id ?? ""]: { release: "7.4.0", updatedAt: at(0), pending: 0 },
      },
      today: "2026-12-11",
      rollout: { plan, progress: failed },
      health: { [own ?? ""]: "sick" },
      drift: { instances: { [own ?? ""]: { at: at(0), differs: 3 } } },
      monthly: { [own ?? ""]: 412.5, [trial ?? ""]: 99 },
    });
    assert.deepEqual(first, {
      id: "src-00000001",
      slug: "customer-1",
      type: "internal",
      channel: "stable",
      place: "aws us-east-1",
      size: "XS",
      release: "7.4.0",
      age: "current",
      minorsBehind: 1,
      daysBehind: 156,
      updatedAt: at(1),
      changedBy: "it",
      interrupted: true,
      health: "sick",
      drift: { differs: 3, at: at(0) },
      monthly: 412.5,
      isExpired: false,
      rollout: { wave: "own", state: "failed", message: "the disk is full" },
      nextWave: "own",
    });
    assert.deepEqual(second, {
      id: trial,
      slug: "customer-2",
      type: "trial",
      channel: "stable",
      place: "aws us-east-1",
      size: "XS",
      age: "absent",
      interrupted: false,
      expires: "2026-12-10",
      isExpired: true,
      rollout: { wave: "rest", state: "open" },
      nextWave: "rest",
    });
    assert.equal(third?.size, "S");
    assert.equal(third?.wanted, to);
    assert.equal(third?.updatedAt, at(0));
    assert.equal(third?.nextWave, undefined);
  });

  it("says who is not simply active, and why", () => {
    const { instances } = fleetOf([instanceFile(1, { state: "extracted", reason: "a repair" }), instanceFile(2)]);
    const [extracted, active] = fleetStatus({ ...fleet, instances }, { states: {}, today });
    assert.deepEqual([extracted?.life, active?.life], [{ state: "extracted", reason: "a repair" }, undefined]);
  });

  it("names no next wave once the rollout is finished or was given up", () => {
    for (const event of [
      { at: at(4), event: "finished" },
      { at: at(4), event: "abandoned", by: "it" },
    ] as const) {
      const progress = progressOf(plan, [...begun, event]);
      const rows = fleetStatus(fleet, { states: {}, today, rollout: { plan, progress } });
      assert.deepEqual(
        rows.map(({ nextWave }) => nextWave),
        [undefined, undefined, undefined],
      );
      assert.equal(rolloutStatus(plan, progress).next, undefined);
    }
  });
});

describe("the status of a rollout", () => {
  it("names the wave that comes next, from when on, and whether a person has to let it begin", () => {
    assert.deepEqual(statusAfter(), {
      to,
      digest: plan.digest,
      state: "running",
      since: at(1),
      at: at(2),
      waves: [
        {
          name: "own",
          state: "running",
          at: at(2),
          members: [{ id: own, slug: "customer-1", state: "running" }],
        },
        { name: "people", state: "open", members: [] },
        { name: "rest", state: "open", members: [{ id: trial, slug: "customer-2", state: "open" }] },
      ],
      passedOver: [{ id: "src-00000003", slug: "customer-3", reason: "runs 7.5.4453 already" }],
      next: { wave: "people", asks: true },
    });
    const watched = [
      { at: at(3), event: "member-done", id: own ?? "" },
      { at: at(4), event: "wave-done", wave: "own" },
    ] as const;
    assert.deepEqual(statusAfter(...watched).next, { wave: "people", asks: true, from: at(6) });
    const allowed = { at: at(7), event: "wave-allowed", wave: "people", by: "it" } as const;
    assert.deepEqual(statusAfter(...watched, allowed).next, { wave: "people", asks: false, from: at(6) });
  });

  it("says why it stands still", () => {
    const { state, reason, next } = statusAfter({ at: at(3), event: "stopped", reason: "wave own failed" });
    assert.deepEqual([state, reason, next?.wave], ["stopped", "wave own failed", "people"]);
  });
});
