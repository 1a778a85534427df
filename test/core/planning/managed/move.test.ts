import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError, RefusedError } from "../../../../components/core/errors";
import { requireVm, parseSpecification } from "../../../../components/core/planning/config/specification";
import { checkTransition, manifestOf } from "../../../../components/core/planning/manifest";
import { moveText } from "../../../../components/core/planning/managed/move";
import { planMove } from "../../../../components/core/planning/managed/plan-move";
import { planVm } from "../../../../components/core/planning/vm/plan";
import { goodConfigs as good, problemLines } from "../../../support/configs";

const all = { databases: "managed", cache: "managed", objectStorage: "managed" } as const;
const eks = { ...good.aws, shape: "kubernetes" } as const;

const move = (from: object, to: object, gb?: number) =>
  planMove(parseSpecification(from), parseSpecification(to), gb === undefined ? {} : { postgresSizeGb: gb });

function refused(from: object, to: object): string[] {
  try {
    move(from, to);
  } catch (error) {
    assert.ok(error instanceof RefusedError, String(error));
    assert.match(error.message, /^the move is refused:/);
    return problemLines(error);
  }
  return [];
}

describe("a move of data between bundled and managed services", () => {
  it("has no steps where every store is served by the same", () => {
    const { stores, steps, allowDataLoss } = move(good.aws, { ...good.aws, databases: "bundled" });
    assert.deepEqual({ stores, steps, allowDataLoss }, { stores: [], steps: [], allowDataLoss: [] });
  });

  it("goes through the steps of a machine in this order, with nothing started between stop and start", () => {
    const { steps } = move(good.aws, { ...good.aws, ...all });
    assert.deepEqual(
      steps.map(({ id, phase, where }) => `${phase} ${id} ${where ?? "by hand"}`),
      [
        "before backup by hand",
        "before drain by hand",
        "before prepare machine",
        "during stop machine",
        "during dump machine",
        "during update workstation",
        "during arrange machine",
        "during restore machine",
        "during start machine",
        "after verify by hand",
        "after give-up workstation",
      ],
    );
    assert.deepEqual(
      steps.filter(({ pointOfNoReturn }) => pointOfNoReturn !== undefined).map(({ id }) => id),
      ["start", "give-up"],
    );
  });

  it("goes through those of a cluster the same way, and unlocks servers of the cloud before they are left", () => {
    assert.deepEqual(
      move({ ...eks, ...all }, eks).steps.map(({ id }) => id),
      ["backup", "drain", "unlock", "prepare", "stop", "dump", "update", "restore", "start", "verify", "give-up"],
    );
  });

  it("asks on Google Cloud for servers to be deleted by hand before they are given up", () => {
    const giveUp = (from: object, to: object) => move(from, to).steps.at(-1)?.preconditions.join("; ") ?? "";
    const asked =
      /the old servers were deleted by hand: the private connection to Google's services cannot go before them/;
    assert.match(giveUp({ ...good.gcp, ...all }, good.gcp), asked);
    assert.doesNotMatch(giveUp({ ...good.aws, ...all }, good.aws), asked);
    assert.doesNotMatch(giveUp(good.gcp, { ...good.gcp, ...all }), asked);
    assert.doesNotMatch(giveUp({ ...good.gcp, objectStorage: "managed" }, good.gcp), asked);
  });

  it("needs neither stop nor dump where only what is not restored moves", () => {
    const { steps, stores } = move(good.aws, { ...good.aws, cache: "managed" });
    assert.deepEqual(
      steps.map(({ id }) => id),
      ["backup", "update", "verify", "give-up"],
    );
    assert.deepEqual(
      stores.map(({ key, how }) => [key, how]),
      [
        ["cache.cache", "left"],
        ["cache.store", "left"],
      ],
    );
  });

  for (const [cloud, config] of Object.entries({ aws: good.aws, gcp: good.gcp }))
    it(`asks for exactly the keys of 'allowDataLoss' without which the update is refused on ${cloud}, both ways`, () => {
      for (const [from, to] of [
        [config, { ...config, ...all }],
        [{ ...config, ...all }, config],
      ] as const) {
        const { allowDataLoss } = move(from, to);
        const before = requireVm(parseSpecification(from));
        const manifest = manifestOf(planVm(before), before, "digest");
        const check = (allowed: readonly string[]) => {
          const after = requireVm(parseSpecification({ ...to, allowDataLoss: allowed }));
          checkTransition(manifest, planVm(after), after);
        };
        check(allowDataLoss);
        for (const key of allowDataLoss)
          assert.throws(
            () => check(allowDataLoss.filter((other) => other !== key)),
            (error) => problemLines(error).length === 1 && problemLines(error)[0]?.startsWith(`'${key}' `) === true,
            key,
          );
      }
    });

  it("leaves what the old stores need as it is: claims and passwords, or all services of the cloud", () => {
    const databases = { databases: "managed" };
    assert.deepEqual(move(good.aws, { ...good.aws, ...databases }).exclude, [
      "**::sourcegraph-codeinsightsDbPassword",
      "**::sourcegraph-codeintelDbPassword",
      "**::sourcegraph-pgsqlPassword",
    ]);
    assert.deepEqual(move(eks, { ...eks, cache: "managed" }).exclude, ["**::sourcegraph-claim-redis-store"]);
    assert.deepEqual(move({ ...eks, ...databases }, eks).exclude.at(-1), "**:ManagedServices**");
  });

  it("stops every container but the databases on a machine, and holds all of the new ones that know a store", () => {
    const { machine } = move(good.aws, { ...good.aws, ...all });
    assert.ok(machine !== undefined);
    assert.ok(machine.stopped.includes("pgsql-exporter") && machine.stopped.includes("syntect-server"));
    assert.ok(machine.held.includes("migrator") && machine.held.includes("sourcegraph-frontend-0"));
    for (const name of ["pgsql", "codeintel-db", "codeinsights-db"]) {
      assert.ok(!machine.stopped.includes(name) && !machine.held.includes(name), name);
    }
    assert.ok(!machine.held.includes("syntect-server"));
  });

  it("estimates the time by the size of the data, never less for more", () => {
    assert.deepEqual(move(good.aws, { ...good.aws, ...all }, 100).downtime.parts[1], {
      what: "dump, restore and comparison of the databases",
      minutes: { least: 50, most: 300 },
    });
    const least = (gb: number) => move(good.aws, { ...good.aws, databases: "managed" }, gb).downtime.atLeastMinutes;
    fc.assert(
      fc.property(fc.nat({ max: 10_000 }), fc.nat({ max: 10_000 }), (a, b) => a > b || least(a) <= least(b)),
      { numRuns: 10 },
    );
    assert.equal(move(eks, { ...eks, databases: "managed" }, 30).dumpGb, 30);
    assert.equal(move(eks, { ...eks, databases: "managed" }).dumpGb, 600);
  });

  it("takes the names of pods, Secrets, storage class and login from the plan of the cluster", () => {
    const { kubernetes } = move(
      { ...eks, kubernetes: { namespace: "code" } },
      { ...eks, kubernetes: { namespace: "code" }, databases: "managed" },
    );
    assert.deepEqual(kubernetes, {
      name: "code",
      helmRelease: "sourcegraph",
      goingOn: ["pgsql", "codeintel-db", "codeinsights-db"],
      storageClass: "sourcegraph",
      podSecurity: { runAsUser: 999, runAsGroup: 999, fsGroup: 999, runAsNonRoot: true },
      logins: { pgsql: "pgsql-auth", "codeintel-db": "codeintel-db-auth", "codeinsights-db": "codeinsights-db-auth" },
    });
  });

  it("refuses what is no move, or more than one, with every reason at once", () => {
    assert.deepEqual(refused(good.aws, { ...good.aws, ...all, name: "other", release: "7.4.0" }), [
      "'name' is sourcegraph now and other then; a move changes who serves the stores and nothing else, so keep sourcegraph",
      "'release' is 7.5.4453 now and 7.4.0 then; a move changes who serves the stores and nothing else, so keep 7.5.4453",
    ]);
    assert.deepEqual(
      refused(
        { ...eks, databases: { managed: { version: "17", login: "iam" } }, kubernetes: { via: "helm" } },
        { ...eks, cache: "managed" },
      ),
      [
        "'kubernetes.via' is helm; the steps are for objects of this library, so give \"native\" for the move",
        "'databases.managed.login' is iam, by which nothing is restored; move with \"password\", and change the login afterwards",
        "'databases.managed.version' is 17; release 7.5.4453 has no programs and no containers of PostgreSQL above 16, so this data cannot go back",
        "some stores would come to the cloud's own services and others leave them; make it two moves, one after the other",
      ],
    );
  });

  it("refuses a size of the data that is none", () => {
    const wrong = (gb: number) =>
      new InputError(
        [{ path: "postgresSizeGb", message: `is ${gb}; give the size in GB as a number of at least 0` }],
        "the move cannot be planned",
      );
    for (const gb of [-4, Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(() => move(good.aws, { ...good.aws, ...all }, gb), wrong(gb));
  });

  it("is what the refusal of a plain change names", () => {
    assert.equal(
      moveText("bundled", "managed"),
      'move it by the steps that sgbox move prints ("Moving data" in docs/managed-services.md), with Sourcegraph stopped',
    );
    assert.equal(
      moveText("bundled", "external"),
      "move it by dump and restore with Sourcegraph stopped, by the steps that sgbox move prints",
    );
  });
});
