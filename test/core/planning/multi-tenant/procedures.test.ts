import { strict as assert } from "node:assert";
import fc from "fast-check";
import { InputError, RefusedError, type Problem } from "../../../../components/core/errors";
import { planAccess } from "../../../../components/core/planning/multi-tenant/procedures/access";
import { planDrain } from "../../../../components/core/planning/multi-tenant/procedures/drain";
import { planMove } from "../../../../components/core/planning/multi-tenant/procedures/move";
import { planOffboarding } from "../../../../components/core/planning/multi-tenant/procedures/offboarding";
import { planOnboarding } from "../../../../components/core/planning/multi-tenant/procedures/onboarding";
import { canaryProbe } from "../../../../components/core/planning/multi-tenant/procedures/canary";
import {
  tenantReference,
  type Procedure,
  type ProcedureStep,
  type TenantReference,
} from "../../../../components/core/planning/multi-tenant/procedures/procedure";
import { procedureSections } from "../../../../components/core/rendering/multi-tenant/procedures";
import { purgeMarkers } from "../../../../components/core/product/multi-tenant/tenancy";
import { multiTenantPlan, pooledTenant } from "../../../support/multi-tenant";

/** A plan that an isolated tenant is in too, with these days. */
const planWith = (cloud: "aws" | "gcp", graceDays = 7, backupDays = 30) =>
  multiTenantPlan(cloud, (section) => ({
    ...section,
    environment: { ...section.environment, offboarding: { graceDays, backupDays } },
    tenants: {
      ...section.tenants,
      lab: {
        tier: "isolated",
        experimental: true,
        workspaceId: "0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a13",
        number: 77,
        cell: "cell-2",
      },
    },
  }));

const plan = planWith("aws");
const everybody: readonly TenantReference[] = [
  pooledTenant,
  ...["acme", "great-bank", "lab"].map((name) => tenantReference(plan, name)),
];

const ids = ({ steps }: Procedure): string[] => steps.map(({ id }) => id);
const positions = ({ steps }: Procedure, effect: ProcedureStep["effect"]): number[] =>
  steps.flatMap((step, index) => (step.effect === effect ? [index] : []));
const problemsOf = (run: () => unknown): readonly Problem[] => {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof RefusedError || error instanceof InputError);
    return error.problems;
  }
  return assert.fail("it is not refused");
};

/** What has to be true of every procedure. */
function holdsTogether({ steps }: Procedure): void {
  assert.equal(new Set(steps.map(({ id }) => id)).size, steps.length, "names of steps are their own");
  assert.ok(steps.every(({ proof, what }) => proof !== "" && what !== ""));
  const days = steps.flatMap(({ fromDay }) => fromDay ?? []);
  assert.deepEqual(
    days,
    [...days].sort((a, b) => a - b),
    "days do not go back",
  );
  for (const { effect, undo } of steps)
    if (effect !== "purge" && effect !== "destroy" && effect !== "verify" && effect !== "record" && effect !== "wait")
      assert.ok(undo !== undefined, effect);
}

describe("looking into the databases of a cell", () => {
  const access = planAccess(plan, "cell-1", "2026-01-31T18:00Z");

  it("is agreed, let in, shown to be reading only, and ended, each with its proof", () => {
    holdsTogether(access);
    assert.deepEqual(ids(access), ["ask", "admit", "prove", "look", "dismiss"]);
    const queries = access.steps.flatMap(({ actions, checks }) =>
      [...actions, ...checks].flatMap((action) =>
        action.kind === "sql"
          ? [`${action.query} as ${action.as} until ${action.until ?? "always"}: ${action.expected}`]
          : [],
      ),
    );
    const until = "2026-01-31T18:00:00Z";
    assert.deepEqual(queries, [
      `admit as administrator until ${until}: ALTER ROLE`,
      "lint as app until always: no line",
      `read-only as operator until ${until}: read-only until ${until}`,
      `dismiss as administrator until ${until}: 0`,
      `dismiss as administrator until ${until}: 0`,
    ]);
  });

  it("prints its queries with the time and the login, and no password", () => {
    const text = JSON.stringify(procedureSections(plan, access));
    for (const part of ["valid until '2026-01-31T18:00:00Z'", "sourcegraph_operator", "printenv OPERATOR_PASSWORD"])
      assert.ok(text.includes(part), part);
  });

  it("refuses what is no time in UTC, and a cell there is not", () => {
    for (const until of ["tomorrow", "2026-01-31T18:00", "2026-13-31T18:00Z", "2026-01-31"])
      assert.deepEqual(
        problemsOf(() => planAccess(plan, "cell-1", until)),
        [{ path: "until", message: `must be a time in UTC such as 2026-01-31T18:00Z, got "${until}"` }],
      );
    assert.equal(problemsOf(() => planAccess(plan, "cel-1", "2026-01-31T18:00Z"))[0]?.path, "cell");
  });
});

describe("letting a tenant in", () => {
  it("reserves, places, makes and probes a pooled tenant, and then publishes its route", () => {
    const procedure = planOnboarding(plan, pooledTenant);
    assert.deepEqual(ids(procedure), ["reserve", "place", "row", "limits", "canary", "route"]);
    assert.ok(
      procedure.steps.every(({ by }) => by !== "this program"),
      "no deployment for a sign-up",
    );
  });

  it("makes the cell of a dedicated tenant before anything is in it", () => {
    const procedure = planOnboarding(plan, tenantReference(plan, "acme"));
    assert.deepEqual(ids(procedure), ["reserve", "place", "resources", "row", "limits", "canary", "activate", "route"]);
  });

  it("publishes the route last and after a probe, for every tier and cloud", () => {
    for (const cloud of ["aws", "gcp"] as const)
      for (const tenant of everybody) {
        const procedure = planOnboarding(planWith(cloud), tenant);
        holdsTogether(procedure);
        const { steps } = procedure;
        assert.deepEqual(positions(procedure, "route-on"), [steps.length - 1]);
        const [probe = -1] = positions(procedure, "probe");
        assert.ok(positions(procedure, "make").every((index) => index < probe));
      }
  });

  it("probes as the application's login, and expects three refusals", () => {
    const [cell] = plan.cells;
    assert.ok(cell);
    assert.deepEqual(canaryProbe(cell, pooledTenant), {
      cell: "cell-1",
      databases: ["frontend", "codeIntel", "codeInsights"],
      own: 4711,
      other: 1,
      as: "app",
      expected: "canary passed",
      refused: [
        "tenant 1 writes a row of tenant 4711",
        "tenant 1 sees a row of tenant 4711",
        "a session that names no tenant sees a row of tenant 4711",
      ],
    });
  });

  it("refuses a name, a cell and a region that do not fit, all at once", () => {
    const drained = multiTenantPlan("aws", (section) => {
      const { acme } = section.cells;
      assert.ok(acme);
      return { ...section, cells: { ...section.cells, acme: { ...acme, state: "draining" } }, tenants: {} };
    });
    assert.deepEqual(
      problemsOf(() => planOnboarding(drained, { ...pooledTenant, name: "1x", cell: "acme", residency: "eu" })),
      [
        {
          path: "tenant.name",
          message: 'must be 3 to 32 lower-case letters, digits and dashes, beginning with a letter, got "1x"',
        },
        { path: "tenant.cell", message: "is cell acme, which is draining and takes no tenants; use an open cell" },
        {
          path: "tenant.cell",
          message: "is a cell of tenancy dedicated, got for tier pooled; use a cell of tenancy pooled (B-T03)",
        },
        {
          path: "tenant.cell",
          message: 'is in region us-east-1, got for residency "eu"; use a cell in such a region',
        },
      ],
    );
  });

  it("says which cell was meant", () => {
    assert.deepEqual(
      problemsOf(() => planOnboarding(plan, { ...pooledTenant, cell: "cell1" })),
      [{ path: "cell", message: "names cell \"cell1\", which there is not; did you mean 'cell-1'?" }],
    );
  });
});

describe("letting a tenant go", () => {
  it("takes the route first, waits, and empties store by store in the product's order", () => {
    const procedure = planOffboarding(plan, pooledTenant);
    assert.deepEqual(ids(procedure), [
      "route",
      "revoke",
      "grace",
      "purge-gateway-limits",
      "purge-searcher-cache",
      "purge-redis",
      "purge-zoekt",
      "purge-gitserver",
      "purge-blobstore",
      "purge-database",
      "purge-secrets",
      "verify",
      "expire",
      "record",
    ]);
    const purged = procedure.steps.flatMap(({ store }) => store?.replace("-", " ") ?? []);
    assert.deepEqual(
      purged.filter((store) => (purgeMarkers as readonly string[]).includes(store)),
      purgeMarkers,
    );
  });

  it("empties nothing before the days of grace are over, and is over at the end of the term", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 7, max: 30 }),
        fc.constantFrom(...everybody),
        fc.constantFrom("aws" as const, "gcp" as const),
        (graceDays, backupDays, tenant, cloud) => {
          const procedure = planOffboarding(planWith(cloud, graceDays, backupDays), tenant);
          holdsTogether(procedure);
          const { steps, termDays } = procedure;
          assert.equal(termDays, graceDays + backupDays);
          assert.deepEqual(positions(procedure, "route-off"), [0]);
          for (const { effect, fromDay } of steps)
            if (effect === "purge" || effect === "destroy") assert.ok(fromDay !== undefined && fromDay >= graceDays);
          assert.equal(steps.at(-1)?.fromDay, termDays);
          const [verified = -1] = positions(procedure, "verify");
          assert.ok(positions(procedure, "purge").every((index) => index < verified));
          assert.ok(
            positions(procedure, "destroy").every((index) => index > verified),
            "counted while it is there",
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it("can be undone until something is emptied", () => {
    for (const tenant of everybody) {
      const { steps } = planOffboarding(plan, tenant);
      const first = steps.findIndex(({ effect }) => effect === "purge");
      assert.ok(steps.slice(0, first).every(({ undo }) => undo !== undefined));
    }
  });

  it("ends keys of a dedicated tenant, and leaves those of a byok tenant to the customer", () => {
    const by = (name: string) =>
      planOffboarding(plan, tenantReference(plan, name))
        .steps.filter(({ effect }) => effect === "destroy")
        .map(({ id, by: who }) => `${id} by ${who}`);
    assert.deepEqual(by("acme"), ["destroy-keys by operator", "destroy-cell by operator"]);
    assert.deepEqual(by("great-bank"), ["destroy-keys by customer", "destroy-cell by operator"]);
    assert.deepEqual(by("lab"), ["destroy-resources by operator"]);
    assert.deepEqual(
      planOffboarding(plan, pooledTenant).steps.filter(({ effect }) => effect === "destroy"),
      [],
    );
  });

  it("does not promise to shred what shares pages", () => {
    assert.deepEqual(planOffboarding(plan, pooledTenant).limits, [
      "a tenant of tier pooled cannot be shredded by a key as a whole: pages and disks are shared, so until day 37 its rows may be in backups",
    ]);
    assert.deepEqual(planOffboarding(plan, tenantReference(plan, "acme")).limits, []);
  });

  it("looks into every pod that has disks", () => {
    const large = multiTenantPlan("aws", (section) => {
      const { "cell-1": cell, ...cells } = section.cells;
      assert.ok(cell);
      return { ...section, cells: { ...cells, "cell-1": { ...cell, size: "3XL" } } };
    });
    const pods = large.cells
      .find(({ name }) => name === "cell-1")
      ?.plan.workloads.find(({ name }) => name === "gitserver")?.replicas;
    const step = planOffboarding(large, pooledTenant).steps.find(({ id }) => id === "purge-gitserver");
    assert.ok(step);
    assert.equal(step.checks.length, pods);
    assert.deepEqual(step.checks[0], {
      kind: "command",
      text: "kubectl --namespace sourcegraph exec gitserver-0 --container gitserver -- sh -c \"find /data/repos -type d -path '*/tenants/4711'\"",
    });
  });
});

describe("moving a tenant", () => {
  it("suspends, copies, closes the one way between two cells, makes again, probes, switches and only then purges", () => {
    const procedure = planMove(plan, pooledTenant, "cell-2");
    holdsTogether(procedure);
    assert.deepEqual(ids(procedure).slice(0, 10), [
      "suspend",
      "open",
      "copy-rows",
      "copy-objects",
      "close",
      "clone",
      "index",
      "canary",
      "route",
      "resume",
    ]);
    const [switched = -1] = positions(procedure, "route-on");
    assert.ok(positions(procedure, "purge").every((index) => index > switched));
    assert.ok(procedure.steps.slice(0, switched + 1).every(({ undo }) => undo !== undefined));
    const [opened = -1] = positions(procedure, "admit");
    const [closed = -1] = positions(procedure, "close");
    assert.ok(positions(procedure, "copy").every((index) => opened < index && index < closed));
    assert.ok(procedure.steps.slice(10).every(({ cell, effect }) => cell === "cell-1" && effect === "purge"));
    assert.ok(
      procedure.steps.every(({ store }) => store !== "gateway-limits"),
      "its limits go with it",
    );
  });

  it("refuses a cell that does not take it, for every reason at once", () => {
    const other = multiTenantPlan("aws", (section) => {
      const { acme } = section.cells;
      assert.ok(acme);
      return {
        ...section,
        cells: { ...section.cells, acme: { ...acme, state: "closed", release: "7.4.0" } },
        tenants: {},
      };
    });
    assert.deepEqual(
      problemsOf(() => planMove(other, pooledTenant, "acme")),
      [
        { path: "to", message: "is cell acme, which is closed and takes no tenants; use an open cell" },
        {
          path: "to",
          message: "is a cell of tenancy dedicated, got for tier pooled; use a cell of tenancy pooled (B-T03)",
        },
        {
          path: "to",
          message:
            "runs release 7.4.0, and cell cell-1 runs 7.5.4453, whose tables differ; bring both to one release first",
        },
      ],
    );
    assert.deepEqual(
      problemsOf(() => planMove(plan, pooledTenant, "cell-1")),
      [{ path: "to", message: "is cell cell-1, in which tiny is already" }],
    );
  });
});

describe("draining a cell", () => {
  it("lets nobody in, moves everybody, counts, closes, waits for copies and takes the cell away last", () => {
    const moves = [pooledTenant, { ...pooledTenant, name: "small", number: 4712 }].map((tenant) => ({
      tenant,
      to: "cell-2",
    }));
    const procedure = planDrain(plan, "cell-1", moves);
    holdsTogether(procedure);
    const { steps, cells } = procedure;
    assert.deepEqual(cells, ["cell-1", "cell-2"]);
    assert.equal(steps[0]?.id, "drain");
    assert.deepEqual(
      steps.slice(-4).map(({ id }) => id),
      ["verify", "close", "wait", "destroy"],
    );
    assert.deepEqual(positions(procedure, "destroy"), [steps.length - 1]);
    assert.equal(steps.at(-1)?.fromDay, 30);
    assert.equal(
      steps.filter(({ id }) => id.startsWith("tiny-")).length,
      planMove(plan, pooledTenant, "cell-2").steps.length,
    );
    assert.ok(
      ids(procedure).indexOf("small-suspend") > ids(procedure).indexOf("tiny-purge-secrets"),
      "one after another",
    );
  });

  it("changes nothing but the state of the cell to begin with", () => {
    assert.deepEqual(planDrain(plan, "cell-1", []).steps[0]?.actions, [
      { kind: "config", path: "multiTenant.cells.cell-1.state", value: "draining" },
      { kind: "command", text: "sgbox up" },
    ]);
  });
});
