import assert from "node:assert/strict";
import fc from "fast-check";
import { checkHop, planUpgrade } from "../../../../components/core/planning/upgrade/upgrade";
import { forbiddenBecause, knownReleases, manualStepIds } from "../../../../components/core/planning/upgrade/facts";
import { findPath } from "../../../../components/core/planning/upgrade/path";
import type {
  Hop,
  UpgradePlan,
  UpgradeRequest,
  UpgradeSituation,
} from "../../../../components/core/planning/upgrade/upgrade-plan";
import { UpgradeRefusedError } from "../../../../components/core/planning/upgrade/refusal";
import { compareReleases } from "../../../../components/core/product/releases";

/** What the vendor's pages forbid, said once more and in another way than the planner says it. */
function lawful(
  from: string,
  to: string,
  { target = "compose", databases = "bundled", postgresMajor, postgresSizeGb }: UpgradeSituation,
): boolean {
  const below = (release: string, line: string): boolean => compareReleases(release, `${line}.0`) < 0;
  const over = (low: string, high: string): boolean => below(from, low) && !below(to, high);
  if (compareReleases(from, to) >= 0) return false;
  if (["5.10.0", "6.0.0", "6.0.2687", "5.3.16323"].includes(to) || /^5\.1\.[0-4]$/.test(to)) return false;
  if ((postgresSizeGb ?? 0) >= 1000 && over("5.9", "5.10")) return false;
  if (target === "kubernetes" && over("5.10", "6.0")) return false;
  if (databases === "bundled" && over("5.10", "7.0")) return false;
  return !(databases === "external" && postgresMajor !== 16 && over("5.10", "6.0"));
}

const situations: readonly UpgradeSituation[] = (["compose", "kubernetes"] as const).flatMap((target) =>
  [
    {},
    { postgresSizeGb: 2000 },
    { databases: "external" as const },
    { databases: "external" as const, postgresMajor: 16 },
  ].map((rest) => ({ target, ...rest })),
);

function isLegalPath(path: readonly string[], situation: UpgradeSituation): boolean {
  return path.every((release, index) => index === 0 || lawful(path[index - 1] ?? "", release, situation));
}

const anySituation = fc.constantFrom(...situations);
const anyRequest: fc.Arbitrary<UpgradeRequest> = anySituation.chain((situation) => {
  const release = fc.constantFrom(...knownReleases(situation.target ?? "compose"));
  return fc.record({ from: release, to: release }).map((pair) => ({ ...pair, ...situation }));
});

function outcome<T>(ask: () => T): T | UpgradeRefusedError {
  try {
    return ask();
  } catch (error) {
    assert.ok(error instanceof UpgradeRefusedError, String(error));
    return error;
  }
}

describe("every pair of known releases", () => {
  for (const situation of situations) {
    it(`has a lawful way of least length upwards: ${JSON.stringify(situation)}`, () => {
      const known = knownReleases(situation.target ?? "compose");
      for (const from of known) {
        for (const to of known) {
          if (compareReleases(from, to) >= 0 || forbiddenBecause(to) !== undefined) continue;
          const { path, complete } = findPath(from, to, situation);
          assert.ok(complete, `${from} to ${to}`);
          assert.equal(path[0], from);
          assert.equal(path.at(-1), to);
          assert.ok(isLegalPath(path, situation), path.join(" > "));
          assert.equal(path.length === 2, lawful(from, to, situation), path.join(" > "));
        }
      }
    });
  }

  it("ends at the target or is refused with stops that are a lawful path themselves", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const plan: UpgradePlan | UpgradeRefusedError = outcome(() => planUpgrade(request));
        if (plan instanceof UpgradeRefusedError) {
          assert.ok(isLegalPath([request.from, ...plan.stops], request), plan.message);
          assert.ok(
            compareReleases(request.from, request.to) > 0 || forbiddenBecause(request.to) !== undefined,
            plan.message,
          );
          return;
        }
        assert.equal(plan.path.at(-1), request.to);
        assert.ok(plan.path.slice(1).every((release) => forbiddenBecause(release) === undefined));
        assert.deepEqual(
          plan.hops.map(({ from, to }) => [from, to]),
          plan.path.slice(1).map((to, index) => [plan.path[index], to]),
        );
        assert.deepEqual(
          plan.stops.map(({ release }) => release),
          plan.path.slice(1, -1),
        );
        assert.ok(plan.stops.every(({ rules }) => rules.length > 0));
      }),
      { numRuns: 600 },
    );
  });

  it("is planned in hops the program accepts one by one once everything is acknowledged", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const plan = outcome(() => planUpgrade(request));
        if (plan instanceof UpgradeRefusedError) return;
        for (const hop of plan.hops) {
          const checked: Hop | undefined = checkHop({
            ...request,
            from: hop.from,
            to: hop.to,
            acknowledge: plan.acknowledgementsNeeded,
          });
          assert.deepEqual({ ...checked, manualSteps: [] }, { ...hop, manualSteps: [] });
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is never refused more when more is acknowledged", () => {
    const ids = fc.subarray([...manualStepIds, "no-such-step"]);
    fc.assert(
      fc.property(anyRequest, ids, ids, (request, some, more) => {
        const before = outcome(() => checkHop({ ...request, acknowledge: some }));
        const after = outcome(() => checkHop({ ...request, acknowledge: [...some, ...more] }));
        if (!(before instanceof UpgradeRefusedError)) assert.ok(!(after instanceof UpgradeRefusedError));
        else if (after instanceof UpgradeRefusedError) {
          assert.equal(after.refusal, before.refusal);
          const lacking = ({ problems }: UpgradeRefusedError): number =>
            problems.filter(({ message }) => message.startsWith("lacks")).length;
          assert.ok(lacking(after) <= lacking(before));
        }
      }),
      { numRuns: 300 },
    );
  });
});
