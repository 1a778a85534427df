import { strict as assert } from "node:assert";
import { RefusedError, type Problem } from "../../../../components/core/errors";
import {
  multiTenantManifest,
  parseMultiTenantManifest,
  type MultiTenantManifest,
} from "../../../../components/core/planning/multi-tenant/manifest";
import {
  checkKubernetesTransition,
  kubernetesManifest,
} from "../../../../components/core/planning/kubernetes/transition";
import { checkMultiTenantTransition } from "../../../../components/core/planning/multi-tenant/transition";
import type { MultiTenantSection } from "../../../../components/core/planning/config/schema-multi-tenant";
import { multiTenantPlan } from "../../../support/multi-tenant";

const deployed = multiTenantManifest(multiTenantPlan());

type Cell = MultiTenantSection["cells"][string];

/** A change of one cell. */
const withCell = (name: string, vary: Partial<Cell>) => (section: MultiTenantSection) => {
  const cell = section.cells[name];
  assert.ok(cell);
  return { ...section, cells: { ...section.cells, [name]: { ...cell, ...vary } } };
};

function refusal(
  vary: (section: MultiTenantSection) => MultiTenantSection,
  acknowledged: readonly string[] = [],
  cloud: "aws" | "gcp" = "aws",
  previous: MultiTenantManifest = deployed,
): readonly Problem[] {
  try {
    checkMultiTenantTransition(previous, multiTenantPlan(cloud, vary), acknowledged);
  } catch (error) {
    assert.ok(error instanceof RefusedError);
    assert.equal(error.exitCode, 3);
    return error.problems;
  }
  return assert.fail("it is not refused");
}

const newCell =
  "make a second cell beside it, move its tenants by the procedure of a move, and take this one away empty";

describe("an update of the multi-tenant backend", () => {
  it("may be the first, or change nothing", () => {
    assert.deepEqual(checkMultiTenantTransition(undefined, multiTenantPlan()), {
      newCells: ["cell-1", "cell-2", "acme", "bank"],
      newTenants: ["acme", "great-bank"],
      upgraded: [],
      kubernetes: {},
      notices: [],
    });
    assert.deepEqual(checkMultiTenantTransition(deployed, multiTenantPlan()), {
      newCells: [],
      newTenants: [],
      upgraded: [],
      kubernetes: {},
      notices: [],
    });
  });

  it("reads its own manifest back, and refuses one that is none", () => {
    assert.deepEqual(parseMultiTenantManifest(JSON.parse(JSON.stringify(deployed))), deployed);
    assert.equal(parseMultiTenantManifest(undefined), undefined);
    assert.throws(() => parseMultiTenantManifest({ schema: 2 }), {
      message:
        "refused, because nobody can say what is deployed:\n  - 'manifest' of the last update cannot be read as that of a multi-tenant backend; use the version of this program that wrote it",
    });
  });

  it("writes no secret and no pooled tenant into its manifest", () => {
    assert.deepEqual(Object.keys(deployed.tenants), ["acme", "great-bank"]);
    assert.doesNotMatch(JSON.stringify(deployed), /Client|Password|sams_cid/);
  });

  it("refuses what of a cell cannot change, all at once and with what to do instead", () => {
    const vary = withCell("cell-2", {
      account: { id: "222222222229" },
      cidr: "10.99.0.0/16",
      tenancy: "dedicated",
      targetMaxTenants: 1,
    });
    assert.deepEqual(refusal(vary), [
      {
        path: "multiTenant.cells.cell-2.account.id",
        message: `is deployed as 222222222222, and cannot become 222222222229: everything of it would be made anew in another account; keep it, or ${newCell}`,
      },
      {
        path: "multiTenant.cells.cell-2.cidr",
        message: `is deployed as 10.65.0.0/16, and cannot become 10.99.0.0/16: a network keeps its addresses; keep it, or ${newCell}`,
      },
      {
        path: "multiTenant.cells.cell-2.tenancy",
        message: `is deployed as pooled, and cannot become dedicated: tenants would share what was promised to one alone, or the reverse; keep it, or ${newCell}`,
      },
    ]);
    assert.deepEqual(
      refusal(withCell("cell-2", { region: "us-west-2" })).map(({ path }) => path),
      ["multiTenant.cells.cell-2.region", "multiTenant.cells.cell-2.zones"],
    );
  });

  it("refuses another key of the customer", () => {
    const vary = (section: MultiTenantSection) => {
      const { bank } = section.cells;
      assert.ok(bank);
      const customerKeys = { ...bank.customerKeys, db: "arn:aws:kms:us-east-1:333333333333:key/other" };
      return { ...section, cells: { ...section.cells, bank: { ...bank, customerKeys } } };
    };
    const [problem, ...others] = refusal(vary);
    assert.equal(others.length, 0);
    assert.equal(problem?.path, "multiTenant.cells.bank.customerKeys");
    assert.match(problem.message, /what is encrypted stays under its key; keep it, or make a second cell/);
  });

  it("refuses to tell a cell of many tenants that was not told before, or the reverse", () => {
    const [name, cell] = Object.entries(deployed.cells)[0] ?? [];
    assert.ok(name !== undefined && cell !== undefined);
    const untold = { ...deployed, cells: { ...deployed.cells, [name]: { ...cell, workspaces: false } } };
    assert.deepEqual(
      refusal((section) => section, [], "aws", untold),
      [
        {
          path: "multiTenant.cells.cell-1.WORKSPACES_API_URL",
          message: `is deployed as false, and cannot become true: index files are named by it, and none of those that are there would be found again; keep it, or ${newCell}`,
        },
      ],
    );
  });

  it("refuses another domain, and says that it takes a second environment", () => {
    assert.deepEqual(
      refusal((section) => ({ ...section, environment: { ...section.environment, domain: "w.example.org" } })),
      [
        {
          path: "multiTenant.environment.domain",
          message:
            "is deployed as workspaces.example.com, and cannot become w.example.org; keep it, or deploy a second environment beside it and move the tenants",
        },
      ],
    );
  });

  it("refuses another number, tier or cell of a tenant: a move is a procedure", () => {
    const vary = (section: MultiTenantSection): MultiTenantSection => ({
      ...section,
      tenants: {
        ...section.tenants,
        acme: {
          tier: "isolated",
          experimental: true,
          workspaceId: "0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a11",
          number: 1003,
          cell: "cell-1",
        },
      },
    });
    assert.deepEqual(refusal(vary), [
      {
        path: "multiTenant.tenants.acme.number",
        message:
          "is 1001, and cannot become 1003: rows, index files and objects are named by it; keep it, or onboard another tenant",
      },
      {
        path: "multiTenant.tenants.acme.tier",
        message:
          "is dedicated, and cannot become isolated in place; keep it, and move the tenant into a cell of that tier by the procedure of a move",
      },
      {
        path: "multiTenant.tenants.acme.cell",
        message:
          "is acme, and cannot become cell-1 by a change of the config, which would lead people to a cell without their data; run the procedure of a move, which ends with this change and 'moved:acme:acme:cell-1' in 'acknowledge'",
      },
    ]);
  });

  it("takes the last step of a move when it is acknowledged", () => {
    const lab = {
      tier: "isolated",
      experimental: true,
      workspaceId: "0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a13",
      number: 77,
      cell: "cell-1",
    } as const;
    const before = multiTenantManifest(
      multiTenantPlan("aws", (section) => ({ ...section, tenants: { ...section.tenants, lab } })),
    );
    const after = multiTenantPlan("aws", (section) => ({
      ...section,
      tenants: { ...section.tenants, lab: { ...lab, cell: "cell-2" } },
    }));
    assert.throws(() => checkMultiTenantTransition(before, after), RefusedError);
    assert.deepEqual(checkMultiTenantTransition(before, after, ["moved:lab:cell-1:cell-2"]).newTenants, []);
  });

  it("takes a tenant away only after it left and was shown to be gone", () => {
    const without = (section: MultiTenantSection): MultiTenantSection => {
      const { acme: _acme, ...tenants } = section.tenants ?? {};
      return { ...section, tenants };
    };
    assert.deepEqual(refusal(without), [
      {
        path: "multiTenant.tenants.acme",
        message:
          "would be taken away while its state is active: set 'state' to deleted, deploy, wait the days of grace, purge, and only then remove it",
      },
    ]);
    const acme = deployed.tenants["acme"];
    assert.ok(acme);
    const left = { ...deployed, tenants: { ...deployed.tenants, acme: { ...acme, state: "deleted" } } };
    assert.deepEqual(refusal(without, [], "aws", left), [
      {
        path: "multiTenant.tenants.acme",
        message:
          "would be taken away before its stores are shown to be empty: run the verification of the procedure of leaving, then add \"purged:acme\" to 'acknowledge'",
      },
    ]);
    checkMultiTenantTransition(left, multiTenantPlan("aws", without), ["purged:acme"]);
  });

  it("takes a cell away only when it is drained", () => {
    const without = (section: MultiTenantSection): MultiTenantSection => {
      const { "cell-2": _cell, ...cells } = section.cells;
      return { ...section, cells };
    };
    assert.deepEqual(refusal(without), [
      {
        path: "multiTenant.cells.cell-2",
        message:
          "would be taken away with everything in it: drain it by its procedure, then add \"drained:cell-2\" to 'acknowledge'",
      },
    ]);
    checkMultiTenantTransition(deployed, multiTenantPlan("aws", without), ["drained:cell-2"]);
  });

  it("puts a new tenant into an open cell only, and leaves those that are there in a closed one", () => {
    const lab = {
      tier: "isolated",
      experimental: true,
      workspaceId: "0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a13",
      number: 77,
      cell: "cell-2",
    } as const;
    for (const state of ["draining", "closed"] as const)
      assert.deepEqual(
        refusal((section) => ({ ...withCell("cell-2", { state })(section), tenants: { ...section.tenants, lab } })),
        [
          {
            path: "multiTenant.tenants.lab.cell",
            message: `is cell cell-2, which is ${state} and takes no tenants; use an open cell, or open this one`,
          },
        ],
      );
    checkMultiTenantTransition(deployed, multiTenantPlan("aws", withCell("acme", { state: "closed" })));
  });

  it("keeps the wait of keys that Google fixed when they were made", () => {
    const previous = multiTenantManifest(multiTenantPlan("gcp"));
    const vary = (section: MultiTenantSection) => ({
      ...section,
      environment: { ...section.environment, offboarding: { backupDays: 14 } },
    });
    assert.deepEqual(refusal(vary, [], "gcp", previous), [
      {
        path: "multiTenant.environment.offboarding.backupDays",
        message:
          "makes keys of tenants wait 14 days for their end, and Google Cloud fixes that when a key is made: those that are there wait 30; keep it, or onboard the tenants anew",
      },
    ]);
    checkMultiTenantTransition(deployed, multiTenantPlan("aws", vary));
  });

  it("brings a release to one cell alone, and asks for the canary first", () => {
    const old = {
      ...deployed,
      cells: Object.fromEntries(
        Object.entries(deployed.cells).map(([name, cell]) => [name, { ...cell, release: "7.4.0" }]),
      ),
    };
    const at = (names: readonly string[]) =>
      multiTenantPlan("aws", (section) => ({
        ...section,
        cells: Object.fromEntries(
          Object.entries(section.cells).map(([name, cell]) => [
            name,
            { ...cell, release: names.includes(name) ? "7.5.4453" : "7.4.0" },
          ]),
        ),
      }));
    assert.deepEqual(checkMultiTenantTransition(old, at(["cell-1"])), {
      newCells: [],
      newTenants: [],
      upgraded: ["cell-1"],
      kubernetes: {},
      notices: [],
    });
    assert.deepEqual(checkMultiTenantTransition(old, at(["cell-1", "cell-2"])).notices, [
      "cell-2 would go to a release that the canary cell-1 does not run yet (7.4.0): give the release to cell-1 alone, watch it, then to the others",
    ]);
  });

  it("checks the upgrade of each cell from what is deployed in it, and says in which it is refused", () => {
    const plan = multiTenantPlan();
    const within = (release: string) =>
      Object.fromEntries(
        plan.cells.map(({ name, plan: cell, specification }) => [
          name,
          {
            ...kubernetesManifest(cell, specification, checkKubernetesTransition(undefined, cell, specification), ""),
            release: name === "cell-2" ? release : cell.release,
          },
        ]),
      );
    const manifest = multiTenantManifest(plan, within("7.4.0"));
    assert.deepEqual(parseMultiTenantManifest(JSON.parse(JSON.stringify(manifest))), manifest);
    const same = checkMultiTenantTransition(multiTenantManifest(plan, within("7.5.4453")), plan);
    assert.deepEqual(
      Object.entries(same.kubernetes).map(([name, { phase, hop }]) => [name, phase, hop?.to]),
      ["cell-1", "cell-2", "acme", "bank"].map((name) => [name, "run", undefined]),
    );
    const lacks = refusal((section) => section, [], "aws", manifest).map(
      ({ path, message }) => `${path} ${message.slice(0, message.indexOf(":"))}`,
    );
    assert.deepEqual(lacks, [
      'multiTenant.cells.cell-2.acknowledge lacks "backup-first"',
      'multiTenant.cells.cell-2.acknowledge lacks "oob-complete"',
    ]);
    const acknowledged = multiTenantPlan("aws", withCell("cell-2", { acknowledge: ["backup-first", "oob-complete"] }));
    const { hop } = checkMultiTenantTransition(manifest, acknowledged).kubernetes["cell-2"] ?? {};
    assert.deepEqual([hop?.from, hop?.to, hop?.kind], ["7.4.0", "7.5.4453", "standard"]);
  });

  it("changes the secret of an origin in two updates, so that the edge never shows one that is refused", () => {
    const list = (originSecrets: number[]) => withCell("cell-1", { originSecrets });
    const after = (originSecrets: number[]) => multiTenantManifest(multiTenantPlan("aws", list(originSecrets)));
    const steps = (from: number[], to: number[]) =>
      checkMultiTenantTransition(after(from), multiTenantPlan("aws", list(to))).notices;
    assert.deepEqual([steps([1], [1, 2]), steps([1, 2], [2]), steps([2], [2, 3])], [[], [], []]);
    assert.deepEqual(refusal(list([2])), [
      {
        path: "multiTenant.cells.cell-1.originSecrets",
        message:
          "must name 1, which the edge shows until it was changed everywhere, got [2]; set it to [1, 2], and take 1 away in the update after",
      },
    ]);
    assert.deepEqual(
      refusal(list([1]), [], "aws", after([1, 2])).map(({ path }) => path),
      ["multiTenant.cells.cell-1.originSecrets"],
    );
    const notice =
      "the origin of cell-1 accepts secrets 1 and 2, and the edge shows 2: set 'multiTenant.cells.cell-1.originSecrets' to [2] in the next update";
    assert.ok(multiTenantPlan("aws", list([1, 2])).notices.includes(notice));
  });

  it("knows that a cell that was deployed before its secrets had numbers has the first", () => {
    const { originSecrets: _numbers, ...before } = deployed.cells["cell-1"] ?? assert.fail();
    const read = parseMultiTenantManifest({ ...deployed, cells: { "cell-1": before } });
    assert.deepEqual(read?.cells["cell-1"]?.originSecrets, [1]);
  });
});
