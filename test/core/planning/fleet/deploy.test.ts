import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError, RefusedError } from "../../../../components/core/errors";
import type { Fleet } from "../../../../components/core/planning/fleet/instance";
import { progressOf, type RolloutEvent } from "../../../../components/core/planning/fleet/journal";
import type { KnownState } from "../../../../components/core/planning/fleet/known-state";
import { nextAction } from "../../../../components/core/planning/fleet/next";
import { planRollback } from "../../../../components/core/planning/fleet/rollback-plan";
import { planRollout, type RolloutPlan } from "../../../../components/core/planning/fleet/rollout-plan";
import { deployedAs, fleetOf, instanceFile } from "../../../support/fleet";

const to = "7.5.4453";
const acknowledge = ["backup-first", "oob-complete"];
const all = { waves: [{ name: "all", members: [{ select: "true" }] }] };
const deploy = (fleet: Fleet, states: Record<string, { release: string }>): RolloutPlan =>
  planRollout(fleet, states, { to, acknowledge, deploys: true });

describe("the deployment of a release to chosen instances", () => {
  const fleet = fleetOf([instanceFile(1), instanceFile(2), instanceFile(3, { release: to })], all);

  it("deploys those that are not there for the first time, and upgrades the rest, in the waves of the fleet", () => {
    const plan = deploy(fleet, { "src-00000001": { release: "7.4.0" }, "src-00000003": { release: to } });
    const members = plan.waves.flatMap(({ name, members: those }) => those.map((member) => [name, member] as const));
    assert.deepEqual(
      members.sort(([, a], [, b]) => (a.id < b.id ? -1 : 1)),
      [
        ["all", { id: "src-00000001", slug: "customer-1", from: "7.4.0", kind: "standard" }],
        ["all", { id: "src-00000002", slug: "customer-2", kind: "first" }],
      ],
    );
    assert.deepEqual(plan.leftOut, [{ id: "src-00000003", slug: "customer-3", reason: "runs 7.5.4453 already" }]);
    assert.deepEqual(plan.acknowledge, acknowledge);
  });

  it("names its release, its expression and its number by the words of the command, all of them at once", () => {
    const told = (deploys: boolean): string => {
      try {
        planRollout(fleet, {}, { to: "7.5.1", select: "instance.type ==", parallel: 0, deploys });
      } catch (error) {
        if (error instanceof InputError) return error.message;
      }
      return assert.fail("it was planned");
    };
    const named = (message: string): string[] =>
      [...message.matchAll(/^ {2}- '(.*?)' (\S+ \S+)/gm)].map(([, path, words]) => `${path} ${words}`);
    assert.deepEqual(named(told(true)), ["to cannot be", 'release is "7.5.1",', "parallel must be"]);
    assert.deepEqual(named(told(false)), ["select cannot be", 'to is "7.5.1",', "parallel must be"]);
    assert.match(told(true), /^the rollout cannot be planned:\n {2}- 'to' cannot be read: unexpected token: eof; /);
  });

  it("is refused for a stop, a downgrade and a config the release cannot take, all at once", () => {
    const mixed = fleetOf([instanceFile(1), instanceFile(2, { release: to }), instanceFile(3)], all);
    assert.throws(
      () =>
        planRollout(
          mixed,
          { "src-00000001": { release: "5.8.1579" }, "src-00000002": { release: to } },
          {
            to: "7.5.0",
            deploys: true,
          },
        ),
      (error: unknown) => {
        assert.ok(error instanceof RefusedError);
        assert.equal(
          error.message,
          `the rollout of 7.5.0 is refused, and nothing was begun:
  - 'instances/0.yaml' runs 5.8.1579, which cannot go to 7.5.0 directly; roll out 6.11.5639 to it first
  - 'instances/1.yaml' runs 7.5.4453, which is newer than 7.5.0; 'sgbox fleet rollback' goes back where that is possible`,
        );
        return true;
      },
    );
  });

  it("is refused for a config that the release cannot take, deployed or not", () => {
    const { config } = instanceFile(0);
    const external = {
      backend: "S3",
      bucket: "uploads",
      region: "us-east-1",
    };
    const buckets = { ...config, objectStorage: { external } };
    const old = fleetOf([instanceFile(1, { config: buckets }), instanceFile(2, { config: buckets })], all);
    const missing = (file: string, key: string): string =>
      `\n  - '${file}: config.objectStorage.external.${key}' is missing; releases before 7.2.0 keep code graph uploads and search job results in buckets of their own, got release 7.1.2426`;
    assert.throws(
      () =>
        planRollout(old, { "src-00000001": { release: "7.0.2852" } }, { to: "7.1.2426", acknowledge, deploys: true }),
      (error: unknown) => {
        assert.ok(error instanceof RefusedError);
        assert.equal(
          error.message,
          `the rollout of 7.1.2426 is refused, and nothing was begun:${["instances/0.yaml", "instances/1.yaml"]
            .flatMap((file) => ["codeIntelBucket", "searchJobsBucket"].map((key) => missing(file, key)))
            .join("")}`,
        );
        return true;
      },
    );
  });

  it("has the same digest for the same inputs, and another for any other", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat({ max: 30 }), { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        (numbers, deployed) => {
          const made = (change: object = {}) => {
            const own = fleetOf(
              numbers.map((number) => instanceFile(number, change)),
              all,
            );
            return deploy(own, deployed ? deployedAs(own) : {});
          };
          assert.deepEqual(made(), made());
          const { config } = instanceFile(0);
          assert.notEqual(made({ config: { ...config, size: "S" } }).digest, made().digest);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe("a wave with a limit of its own", () => {
  it("has no more at work than that, and none may have more than the fleet", () => {
    const waves = [{ name: "one by one", members: [{ select: "true" }], parallel: 1 }];
    const fleet = fleetOf([instanceFile(1, { pause: false }), instanceFile(2, { pause: false })], { waves });
    const plan = deploy(fleet, deployedAs(fleet));
    assert.equal(plan.waves[0]?.parallel, 1);
    const at = "2026-11-22T09:00:00Z";
    const begun: RolloutEvent[] = [{ at, event: "wave-begun", wave: "one by one" }];
    const action = nextAction(plan, progressOf(plan, begun), new Set(), new Date(at));
    assert.deepEqual(action, { do: "begin", wave: "one by one", ids: [plan.waves[0]?.members[0]?.id] });
    const greedy = fleetOf([instanceFile(1)], { parallel: 2, waves: [{ name: "all", members: [], parallel: 9 }] });
    assert.throws(
      () => deploy(greedy, deployedAs(greedy)),
      new InputError(
        [
          {
            path: "waves.0.parallel",
            message:
              "is 9, more than the 2 instances the fleet upgrades at a time; give up to 2, or raise 'parallel' of the fleet",
          },
        ],
        "the waves are not valid",
      ),
    );
  });
});

describe("the rollback of a wave", () => {
  const ids = [1, 2, 3, 4, 5, 6].map((number) => instanceFile(number).id);
  const [a = "", b = "", c = "", d = "", e = "", f = ""] = ids;
  const files = ids.map((_, index) =>
    instanceFile(index + 1, { pause: false, release: index === 2 ? "7.3.2527" : "7.4.0" }),
  );
  const fleet = fleetOf(files, {
    waves: [
      { name: "first", members: [{ select: `instance.id != "${f}"` }], soakHours: 0 },
      { name: "second", members: [{ select: "true" }] },
    ],
  });
  const { [e]: _, ...deployed } = deployedAs(fleet);
  const plan = deploy(fleet, deployed);
  const at = "2026-11-22T09:00:00Z";
  const events: RolloutEvent[] = [
    { at, event: "wave-begun", wave: "first" },
    ...[a, b, c, e].flatMap((id): RolloutEvent[] => [
      { at, event: "member-begun", id },
      { at, event: "member-done", id },
    ]),
    { at, event: "member-begun", id: d },
    { at, event: "member-failed", id: d, step: "update", message: "the migration failed" },
    { at, event: "stopped", reason: "wave first failed" },
  ];
  const made = { name: "2026-11-22T0900", plan, progress: progressOf(plan, events) };
  const upgraded = (from: string, kind: "standard" | "multi-version"): KnownState => ({
    release: to,
    lastHop: { from, to, kind },
    pending: 0,
  });
  const states: Record<string, KnownState> = {
    [a]: upgraded("7.4.0", "standard"),
    [b]: { release: "7.4.0", pending: 0 },
    [c]: upgraded("7.3.2527", "multi-version"),
    [d]: { release: "7.4.0", pending: 0 },
    [e]: { release: to, pending: 0 },
    [f]: { release: "7.4.0", pending: 0 },
  };
  const stackFileOf = (id: string): string => `.fleet/work/${id}/Pulumi.${id}.yaml`;

  it("takes back who can start the release before, and what a failed update began; says why of every other", () => {
    const back = planRollback(fleet, made, states, { stackFileOf });
    assert.deepEqual(back.undoes, { rollout: "2026-11-22T0900", wave: "first", to });
    assert.deepEqual([back.to, back.acknowledge], ["7.4.0", ["rollback"]]);
    const [wave, ...others] = back.waves;
    assert.deepEqual(others, []);
    assert.deepEqual(
      [...(wave?.members ?? [])].sort((one, two) => (one.id < two.id ? -1 : 1)),
      [
        { id: a, slug: "customer-1", from: to, to: "7.4.0", kind: "rollback" },
        { id: d, slug: "customer-4", from: to, to: "7.4.0", kind: "rollback" },
      ],
    );
    assert.deepEqual(Object.fromEntries(back.leftOut.map(({ id, reason }) => [id, reason])), {
      [b]: "runs 7.4.0 already",
      [c]: `runs 7.5.4453; only the release before a standard upgrade can be started again on the same data, and right after it, and the one from 7.3.2527 to 7.5.4453 was multi-version; its data of 7.3.2527 come back by 'sgbox restore --stack .fleet/work/src-00000003/Pulumi.src-00000003.yaml --from BACKUP', and 'sgbox backup list --stack .fleet/work/src-00000003/Pulumi.src-00000003.yaml' lists what there is`,
      [e]: "it was deployed by this rollout, so there is no release before",
    });
  });

  it("ends with its instances back, by the journal", () => {
    const back = planRollback(fleet, made, states, { stackFileOf });
    const written: RolloutEvent[] = [
      { at, event: "wave-begun", wave: "first" },
      { at, event: "member-back", id: a },
      { at, event: "member-back", id: d },
    ];
    const progress = progressOf(back, written);
    assert.deepEqual(progress.members[a]?.state, "back");
    assert.deepEqual(nextAction(back, progress, new Set(), new Date(at)), { do: "close", wave: "first" });
  });

  it("is refused where a wave has not begun, is unknown, is in the midst of its upgrade, or nobody can go back", () => {
    const why = (wave: string | undefined, more: Partial<typeof made> = {}, known = states): string => {
      try {
        planRollback(fleet, { ...made, ...more }, known, { stackFileOf, ...(wave === undefined ? {} : { wave }) });
      } catch (error) {
        assert.ok(error instanceof InputError || error instanceof RefusedError);
        return `${error.exitCode} ${error.message}`;
      }
      return assert.fail("it was planned");
    };
    const refused = "3 the rollback is refused, and nothing was begun:\n  - ";
    assert.equal(why("second"), `${refused}'wave' is "second", which has not begun; nothing of it could go back`);
    assert.equal(
      why("third"),
      `2 the rollback cannot be planned:\n  - 'wave' is "third", which the rollout of 7.5.4453 has not; its waves are first, second`,
    );
    assert.equal(
      why(undefined, { progress: progressOf(plan, []) }),
      `${refused}'wave' is missing, and no wave of the rollout of 7.5.4453 has begun`,
    );
    const midst = progressOf(plan, [...events.slice(0, 1), { at, event: "member-begun", id: a }]);
    assert.equal(
      why(undefined, { progress: midst }),
      `${refused}'src-00000001' is in the midst of its upgrade; 'sgbox fleet resume' ends that first`,
    );
    const nobody = why(undefined, {}, { [c]: states[c] ?? { pending: 0 } });
    assert.match(
      nobody,
      /^3 the rollback is refused, and nothing was begun:(\n {2}- 'customer-\d \(src-0000000\d\)' [^\n]+){5}$/,
    );
    assert.match(nobody, /'customer-1 \(src-00000001\)' nothing is deployed/);
  });
});
