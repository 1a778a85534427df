import assert from "node:assert/strict";
import fc from "fast-check";
import { progressOf, type RolloutEvent } from "../../../../components/core/planning/fleet/journal";
import type { RolloutPlan, RolloutWave } from "../../../../components/core/planning/fleet/rollout-plan";
import { rolloutLive } from "../../../../components/core/rendering/fleet/rollout-live";

const idOf = (number: number): string => `src-${String(number).padStart(8, "0")}`;
const wave = (name: string, numbers: readonly number[], more: Partial<RolloutWave> = {}): RolloutWave => ({
  name,
  soakHours: 24,
  pause: false,
  members: numbers.map((number) => ({ id: idOf(number), slug: `c${number}`, kind: "standard" })),
  ...more,
});
const plan: RolloutPlan = {
  schema: 1,
  digest: "0".repeat(64),
  inputs: "1".repeat(64),
  fleet: "managed",
  to: "7.5.4453",
  select: "",
  parallel: 5,
  gate: { failures: 1, errorPercent: 1, healthyMinutes: 5 },
  acknowledge: [],
  waves: [wave("early", [1, 2, 3, 10, 5]), wave("all", [6, 7], { pause: true })],
  leftOut: [],
};
const at = (time: string): string => `2026-11-22T${time}Z`;
const began: readonly RolloutEvent[] = [
  { at: at("10:00:00"), event: "begun", digest: plan.digest, to: plan.to, by: "ada" },
  { at: at("10:00:00"), event: "wave-begun", wave: "early" },
];
const begins = (number: number, time: string): readonly RolloutEvent[] => [
  { at: at(time), event: "member-begun", id: idOf(number) },
  { at: at(time), event: "step-begun", id: idOf(number), step: "check" },
];
const fails: RolloutEvent = {
  at: at("10:03:00"),
  event: "member-failed",
  id: idOf(2),
  step: "update",
  message: "the disk\nis full",
};
const atWork: readonly RolloutEvent[] = [
  ...began,
  ...[1, 2, 3, 10].flatMap((number) => begins(number, "10:00:00")),
  { at: at("10:01:00"), event: "step-done", id: idOf(1), step: "check" },
  { at: at("10:02:00"), event: "member-done", id: idOf(1) },
  fails,
  { at: at("10:00:30"), event: "step-done", id: idOf(10), step: "check" },
  { at: at("10:00:30"), event: "step-begun", id: idOf(10), step: "update" },
  ...begins(5, "11:04:50"),
];
const overAll: readonly RolloutEvent[] = [
  ...began,
  ...[1, 2, 3, 10, 5].map((number): RolloutEvent => ({ at: at("11:00:00"), event: "member-done", id: idOf(number) })),
  { at: at("11:00:00"), event: "wave-done", wave: "early" },
];
const room = { columns: 79, rows: 23 };
const lines = (events: readonly RolloutEvent[], time = "11:05:00", size = room, of = plan): string[] =>
  rolloutLive(of, progressOf(of, events), new Date(at(time)), size);

describe("a rollout at this moment", () => {
  it("is its wave with counts, and each instance at work with its step and how long it takes", () => {
    assert.deepEqual(lines(atWork), [
      "wave early: 1 of 5 done, 1 failed, 3 at work",
      "  c3 (src-00000003)   check   1:05:00",
      "  c10 (src-00000010)  update  1:04:30",
      "  c5 (src-00000005)   check   0:10",
    ]);
    assert.deepEqual(lines(began, "10:00:01"), ["wave early: 0 of 5 done"]);
  });

  it("counts those that are back while a wave is rolled back, and no time before a step began", () => {
    const undoes = { rollout: "x", wave: "early", to: "7.5.4453" };
    const events: readonly RolloutEvent[] = [
      ...began,
      { at: at("10:01:00"), event: "member-back", id: idOf(1) },
      ...begins(2, "10:02:00"),
    ];
    assert.deepEqual(lines(events, "10:01:59", room, { ...plan, undoes }), [
      "wave early: 1 of 5 back, 1 at work",
      "  c2 (src-00000002)  check  0:00",
    ]);
  });

  it("is the wave that comes next while none is at work, and nothing once it stands still or is over", () => {
    assert.deepEqual(lines(overAll), ["wave all: next from 2026-11-23 11:00, waits for a person"]);
    assert.deepEqual(lines([...atWork, { at: at("11:05:00"), event: "stopped", reason: "enough" }]), []);
    assert.deepEqual(
      lines([
        ...overAll,
        { at: at("11:01:00"), event: "wave-done", wave: "all" },
        { at: at("11:01:00"), event: "finished" },
      ]),
      [],
    );
  });

  it("is cut to the room there is, and says how many are not shown", () => {
    assert.deepEqual(lines(atWork, "11:05:00", { columns: 24, rows: 3 }), [
      "wave early: 1 of 5 done…",
      "  c3 (src-00000003)  ch…",
      "  and 2 more",
    ]);
    assert.deepEqual(lines(atWork, "11:05:00", { columns: 79, rows: 1 }), [
      "wave early: 1 of 5 done, 1 failed, 3 at work",
    ]);
    const odd = { ...plan, waves: [{ ...wave("a\n\u001b[2Jb", [1]) }] };
    assert.deepEqual(
      lines([{ at: at("10:00:00"), event: "wave-begun", wave: "a\n\u001b[2Jb" }], undefined, room, odd),
      ["wave a  [2Jb: 0 of 1 done"],
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 6 }), (columns, rows) => {
        const shown = lines(atWork, "11:05:00", { columns, rows });
        assert.equal(shown.length, Math.min(rows, 4));
        assert.ok(shown.every((line) => line.length <= columns));
      }),
    );
  });
});
