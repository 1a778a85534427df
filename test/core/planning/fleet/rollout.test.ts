import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError, RefusedError } from "../../../../components/core/errors";
import type { Fleet } from "../../../../components/core/planning/fleet/instance";
import { progressOf, readJournal, type RolloutEvent } from "../../../../components/core/planning/fleet/journal";
import { nextAction, opensAt } from "../../../../components/core/planning/fleet/next";
import {
  planRollout,
  type RolloutPlan,
  type RolloutRequest,
} from "../../../../components/core/planning/fleet/rollout-plan";
import { deployedAs, fleetOf, instanceFile } from "../../../support/fleet";

const to = "7.5.4453";
const acknowledge = ["backup-first", "oob-complete"];
const types = ["internal", "trial", "production", "production"] as const;

function mixed(count: number, settings: Record<string, unknown> = {}): Fleet {
  const file = (number: number) =>
    instanceFile(number, {
      type: types[number % types.length] ?? "internal",
      release: number % 3 === 0 ? "7.3.2527" : "7.4.0",
      pause: false,
    });
  return fleetOf(
    Array.from({ length: count }, (_, number) => file(number)),
    settings,
  );
}

const planOf = (fleet: Fleet, more: Partial<RolloutRequest> = {}): RolloutPlan =>
  planRollout(fleet, deployedAs(fleet), { to, acknowledge, ...more });

describe("the plan of a rollout", () => {
  it("takes shares by the draw of the release, each instance once, the same in every run", () => {
    const plan = planOf(mixed(40));
    assert.deepEqual(
      plan.waves.map(({ name, members, soakHours, pause }) => [name, members.length, soakHours, pause]),
      [
        ["internal", 10, 72, false],
        ["first", 3, 24, false],
        ["second", 9, 24, false],
        ["all", 18, 0, false],
      ],
    );
    assert.deepEqual(planOf(mixed(40)), plan);
    const other = planRollout(mixed(40), deployedAs(mixed(40)), { to: "7.5.0", acknowledge });
    assert.notDeepEqual(
      other.waves[1]?.members.map(({ id }) => id),
      plan.waves[1]?.members.map(({ id }) => id),
    );
  });

  it("takes whom its expression means, by the release each runs, and by its file's where that is not known", () => {
    const fleet = fleetOf(
      [1, 2, 3, 4].map((number) => instanceFile(number, { release: number < 3 ? "7.4.0" : "7.3.2527" })),
    );
    const running = {
      "src-00000001": { release: "7.4.0" },
      "src-00000002": { release: "7.3.2527" },
      "src-00000003": { release: "7.4.0" },
    };
    const request = { to, acknowledge, select: 'instance.release < "7.4"' };
    const ids = ({ waves }: RolloutPlan) => waves.flatMap(({ members }) => members.map(({ id }) => id));
    const plan = planRollout(fleet, running, request);
    assert.deepEqual(ids(plan), ["src-00000002"]);
    assert.deepEqual(plan.leftOut, [{ id: "src-00000004", slug: "customer-4", reason: "nothing is deployed" }]);
    assert.equal(plan.select, request.select);
    assert.deepEqual(ids(planRollout(fleet, running, request, fleet.instances.slice(2))), []);
  });

  it("leaves out who is there, newer, paused, not deployed or in no wave, and says why", () => {
    const fleet = fleetOf(
      [
        instanceFile(1, { release: to }),
        instanceFile(2, { channel: "pause" }),
        instanceFile(3),
        instanceFile(4),
        instanceFile(5, { type: "internal" }),
        instanceFile(6, { type: "internal", channel: "insiders" }),
      ],
      { waves: [{ name: "ours", members: [{ select: 'instance.channel == "insiders"' }] }] },
    );
    const { "src-00000003": _, ...deployed } = deployedAs(fleet);
    deployed["src-00000004"] = { release: "7.6.0" };
    const plan = planRollout(fleet, deployed, { to, acknowledge });
    assert.deepEqual(
      plan.leftOut.map(({ slug, reason }) => `${slug}: ${reason}`),
      [
        "customer-1: runs 7.5.4453 already",
        "customer-2: its channel is pause",
        "customer-3: nothing is deployed",
        "customer-4: runs 7.6.0, which is newer",
        "customer-5: no wave of fleet.yaml takes it",
      ],
    );
    assert.deepEqual(plan.waves, [
      {
        name: "ours",
        soakHours: 24,
        pause: false,
        members: [{ id: "src-00000006", slug: "customer-6", from: "7.4.0", kind: "standard" }],
      },
    ]);
  });

  it("waits for a person before a wave that holds an instance which says so", () => {
    const fleet = fleetOf([instanceFile(1), instanceFile(2, { type: "trial" })]);
    assert.deepEqual(
      planOf(fleet).waves.map(({ name, pause, members }) => [name, pause, members.map(({ slug }) => slug)]),
      [["first", true, ["customer-2", "customer-1"]]],
    );
  });

  it("is refused with every instance that cannot take the release, and nothing is begun", () => {
    const fleet = fleetOf([
      instanceFile(1, { release: "6.0.12741" }),
      instanceFile(2),
      instanceFile(3, { release: to }),
    ]);
    const run = () => planRollout(fleet, { ...deployedAs(fleet), "src-00000001": { release: "5.8.1579" } }, { to });
    assert.throws(run, (error: unknown) => {
      assert.ok(error instanceof RefusedError);
      assert.equal(
        error.message,
        `the rollout of 7.5.4453 is refused, and nothing was begun:
  - 'instances/0.yaml' runs 5.8.1579, which cannot go to 7.5.4453 directly; roll out 6.11.5639 to it first
  - 'instances/1.yaml' runs 7.4.0, from which manual steps have to be taken first; see 'sgbox upgrade --from 7.4.0 --to 7.5.4453', then add to 'config.acknowledge' or --acknowledge: backup-first, oob-complete`,
      );
      return true;
    });
  });

  it("is not made for an unknown release, or with more at a time than the fleet allows", () => {
    assert.throws(
      () => planOf(mixed(2), { to: "7.5.1", parallel: 9 }),
      (error: unknown) => {
        assert.ok(error instanceof InputError);
        assert.deepEqual(
          error.problems.map(({ path }) => path),
          ["to", "parallel"],
        );
        assert.equal(
          error.problems[1]?.message,
          "must be a whole number from 1 to 5, which is what fleet.yaml allows, got 9",
        );
        return true;
      },
    );
  });

  it("is not made for waves that cannot be read or have one name", () => {
    const waves = [
      { name: "a", members: [{ select: "instance.typ == 'x'" }] },
      { name: "a", members: [{ select: "true" }] },
    ];
    assert.throws(
      () => planOf(mixed(4, { waves })),
      (error: unknown) => {
        assert.ok(error instanceof InputError);
        assert.deepEqual(error.problems, [
          { path: "waves.1.name", message: 'is "a", which wave 1 is called already; give it another' },
          {
            path: "waves.0.members.0.select",
            message: `asks for 'instance.typ', which there is not; did you mean 'instance.type'?, got "instance.typ == 'x'"`,
          },
        ]);
        return true;
      },
    );
  });
});

/** Plays a rollout: whoever runs it, instances that fail, people who come, and kills of the process. */
class Played {
  readonly events: RolloutEvent[] = [];
  readonly alive = new Set<string>();
  readonly begun: string[] = [];
  now = new Date("2026-11-22T09:00:00Z");
  most = 0;

  constructor(
    readonly plan: RolloutPlan,
    readonly fails: Set<string>,
  ) {}

  write(event: Record<string, unknown>): void {
    this.events.push({ at: this.now.toISOString(), ...event } as RolloutEvent);
  }

  get progress() {
    return progressOf(this.plan, readJournal(this.events.map((event) => `${JSON.stringify(event)}\n`).join("")));
  }

  /** One decision carried out; false when the process would end. */
  step(): boolean {
    const action = nextAction(this.plan, this.progress, this.alive, this.now);
    switch (action.do) {
      case "begin":
        for (const id of action.ids) {
          this.alive.add(id);
          this.begun.push(id);
          this.write({ event: "member-begun", id });
        }
        this.most = Math.max(this.most, this.alive.size);
        return true;
      case "wait": {
        const [first] = this.alive;
        if (first === undefined) this.now = new Date(action.until ?? this.now);
        else this.end(first);
        return true;
      }
      case "pause":
        this.write({ event: "wave-waits", wave: action.wave });
        return true;
      case "open":
        this.write({ event: "wave-begun", wave: action.wave });
        return true;
      case "close":
        this.write({ event: "wave-done", wave: action.wave });
        return true;
      case "stop":
        this.write({ event: "stopped", reason: action.reason });
        return true;
      case "finish":
        this.write({ event: "finished" });
        return true;
      case "nothing":
        return false;
    }
  }

  private end(id: string): void {
    this.alive.delete(id);
    if (this.fails.has(id)) this.write({ event: "member-failed", id, step: "migrate", message: "exit code 1" });
    else this.write({ event: "member-done", id });
  }

  run(): void {
    for (let steps = 0; steps < 2000; steps++) if (!this.step()) return;
    assert.fail("it never ends");
  }
}

describe("a rollout", () => {
  const states = ({ progress: { members } }: Played): Record<string, number> =>
    Object.values(members).reduce<Record<string, number>>((sums, { state }) => {
      sums[state] = (sums[state] ?? 0) + 1;
      return sums;
    }, {});

  it("goes through its waves, with no more at a time than planned, and watches each before the next", () => {
    const played = new Played(planOf(mixed(40)), new Set());
    played.run();
    assert.equal(played.progress.state, "finished");
    assert.deepEqual(states(played), { done: 40 });
    assert.equal(played.most, 5);
    assert.equal(played.now.toISOString(), "2026-11-27T09:00:00.000Z");
    assert.equal(new Set(played.begun).size, 40);
  });

  it("stops when one fails, touches nobody else, and goes on with the failed one when it is resumed", () => {
    const plan = planOf(mixed(40));
    const failing = plan.waves[1]?.members[0];
    assert.ok(failing);
    const played = new Played(plan, new Set([failing.id]));
    played.run();
    const { state, reason, waves } = played.progress;
    assert.deepEqual([state, reason], ["stopped", `wave first failed: ${failing.slug} (${failing.id}) at migrate`]);
    assert.deepEqual(states(played), { done: 12, failed: 1, open: 27 });
    assert.deepEqual([waves["first"]?.state, waves["second"]?.state], ["running", "open"]);
    played.fails.clear();
    played.write({ event: "resumed", by: "somebody" });
    played.run();
    assert.equal(played.progress.state, "finished");
    assert.equal(played.begun.filter((id) => id === failing.id).length, 2);
    assert.equal(played.begun.length, 41);
  });

  it("waits for a person where that is planned, and goes on when one comes", () => {
    const fleet = mixed(8, { waves: [{ name: "all", members: [{ select: "true" }], pause: true }] });
    const played = new Played(planOf(fleet), new Set());
    played.run();
    assert.deepEqual([played.progress.waves["all"]?.state, played.begun], ["waiting", []]);
    played.write({ event: "wave-allowed", wave: "all", by: "somebody" });
    played.run();
    assert.equal(played.progress.state, "finished");
  });

  it("killed at any point goes on without doing anything of a finished instance again", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 60 }), { maxLength: 6 }), fc.subarray([0, 1, 2, 3, 4, 5, 6]), (kills, bad) => {
        const plan = planOf(mixed(16, { gate: { failures: 2 } }));
        const ids = plan.waves.flatMap(({ members }) => members.map(({ id }) => id));
        const played = new Played(plan, new Set(bad.map((index) => ids[index] ?? "")));
        for (const kill of kills) {
          for (let steps = 0; steps < kill; steps++) if (!played.step()) break;
          played.alive.clear();
        }
        for (let people = 0; people < 20 && played.progress.state !== "finished"; people++) {
          played.run();
          if (played.progress.state === "stopped") {
            played.fails.clear();
            played.write({ event: "resumed", by: "somebody" });
          }
        }
        assert.equal(played.progress.state, "finished");
        assert.ok(played.most <= plan.parallel);
        const done = played.events.flatMap((event) => (event.event === "member-done" ? [event.id] : []));
        assert.equal(new Set(done).size, done.length);
        // Within the gate failed instances may stay behind; nobody else is left.
        const { failed = 0, ...others } = states(played);
        assert.ok(failed <= 2 * plan.waves.length);
        assert.deepEqual(others, { done: ids.length - failed });
      }),
      { numRuns: 60 },
    );
  });

  it("begins an instance in its window only, also one that reaches over midnight", () => {
    const window = { days: [6], fromHourUtc: 22, hours: 4 };
    for (const [now, opens] of [
      ["2026-11-21T21:00:00Z", "2026-11-21T22:00:00.000Z"],
      ["2026-11-21T23:30:00Z", "2026-11-21T23:30:00.000Z"],
      ["2026-11-22T01:59:00Z", "2026-11-22T01:59:00.000Z"],
      ["2026-11-22T02:00:00Z", "2026-11-28T22:00:00.000Z"],
    ] as const)
      assert.equal(opensAt(window, new Date(now)).toISOString(), opens, now);
  });
});

describe("the journal of a rollout", () => {
  const line = '{"at":"2026-11-22T09:00:00Z","event":"member-begun","id":"src-00000001"}\n';

  it("is read without a last line that was cut off", () => {
    assert.equal(readJournal(`${line}{"at":"2026-11-2`).length, 1);
  });

  it("is refused when a line before the last is damaged", () => {
    assert.throws(
      () => readJournal(`${line}{"at":\n${line}`),
      new RefusedError(
        [
          {
            path: "line 2",
            message:
              "of the rollout's journal cannot be read; it was damaged or written by a newer version of this library, and without it nobody knows what was done",
          },
        ],
        "the rollout cannot go on",
      ),
    );
  });
});
