import { strict as assert } from "node:assert";
import { planMultiTenant } from "../../../../components/core/planning/multi-tenant/plan";
import { specifyMultiTenant } from "../../../../components/core/planning/multi-tenant/specify";
import { requirePurges } from "../../../../components/core/planning/multi-tenant/purges";
import { InputError, RefusedError } from "../../../../components/core/errors";
import { multiTenantConfig, multiTenantPlan } from "../../../support/multi-tenant";
import { variablesOf } from "../../../support/kubernetes-plans";
import type { PlannedCell } from "../../../../components/core/planning/multi-tenant/multi-tenant-plan";

const cellOf = (name: string, cloud: "aws" | "gcp" = "aws"): PlannedCell => {
  const found = multiTenantPlan(cloud).cells.find((cell) => cell.name === name);
  assert.ok(found);
  return found;
};

/** Services of a cell that know tenants, by name of the container. */
const told = [
  ["sourcegraph-frontend", "frontend"],
  ["worker", "worker"],
  ["gitserver", "gitserver"],
  ["searcher", "searcher"],
  ["indexed-search", "zoekt-webserver"],
  ["indexed-search", "zoekt-indexserver"],
  ["syntect-server", "syntect-server"],
] as const;

describe("the plan of the multi-tenant backend", () => {
  it("is the same for the same config, on both clouds", () => {
    for (const cloud of ["aws", "gcp"] as const) assert.deepEqual(multiTenantPlan(cloud), multiTenantPlan(cloud));
  });

  it("guards every cell against deletion by the cloud, until the config lifts it", () => {
    for (const cloud of ["aws", "gcp"] as const)
      for (const [given, guarded] of [[{}, true] as const, [{ deletionProtection: false }, false] as const]) {
        const { cells } = planMultiTenant(specifyMultiTenant({ ...multiTenantConfig(cloud), ...given }));
        assert.deepEqual(
          cells.map(({ specification }) => specification.deletionProtection),
          cells.map(() => guarded),
        );
      }
  });

  it("tells every service of a cell that there are many tenants, and to refuse whatever names none (B-T01)", () => {
    for (const cloud of ["aws", "gcp"] as const)
      for (const { plan } of multiTenantPlan(cloud).cells)
        for (const [workload, name] of told) {
          const containers = plan.workloads.find((each) => each.name === workload)?.containers;
          const container = containers?.find((each) => each.service === (name === "frontend" ? workload : name));
          assert.ok(container, `${workload}/${name}`);
          const variables = variablesOf(container);
          assert.equal(variables["SRC_TENANT_ENFORCEMENT_MODE"], "strict", name);
          assert.equal(variables["WORKSPACES_API_URL"], "https://workspaces-api.example.com", name);
          assert.equal(variables["SOURCEGRAPHDOTCOM_MODE"], undefined, name);
          assert.equal(variables["SRC_DISABLE_SHARD_MERGING"], name === "zoekt-indexserver" ? "true" : undefined, name);
        }
  });

  it("signs the application in as one that owns nothing, and the migrator alone as the owner (B-T02)", () => {
    const { plan, logins } = cellOf("cell-1");
    const frontend = plan.workloads.find(({ name }) => name === "sourcegraph-frontend");
    const app = variablesOf(frontend?.containers[0]);
    const migrator = variablesOf(frontend?.initContainers.find(({ service }) => service === "migrator"));
    for (const prefix of ["PG", "CODEINTEL_PG", "CODEINSIGHTS_PG"]) {
      assert.equal(app[`${prefix}USER`], "sourcegraph_app");
      assert.equal(app[`${prefix}PASSWORD`], `secret:sourcegraph-frontend-environment#${prefix}PASSWORD`);
      assert.equal(migrator[`${prefix}USER`], "sourcegraph_owner");
      assert.equal(migrator[`${prefix}PASSWORD`], `secret:migrator-environment#${prefix}PASSWORD`);
    }
    assert.deepEqual(
      { app: logins.app, owner: logins.owner, administrator: logins.administrator, forced: logins.forced },
      {
        app: { user: "sourcegraph_app", passwordSecret: "appDatabasePassword" },
        owner: { user: "sourcegraph_owner", passwordSecret: "ownerDatabasePassword" },
        administrator: "sourcegraph",
        forced: false,
      },
    );
    const parts = plan.secretObjects.find(({ name }) => name === "sourcegraph-frontend-environment")?.data[
      "PGPASSWORD"
    ];
    assert.deepEqual(parts, [{ secret: "appDatabasePassword", as: "raw" }]);
  });

  it("runs the services of a cell and no others, with every store the cloud's own", () => {
    const { plan } = cellOf("cell-1");
    assert.deepEqual(
      plan.workloads.map(({ name }) => name),
      ["sourcegraph-frontend", "worker", "syntect-server", "gitserver", "searcher", "indexed-search", "otel-collector"],
    );
    assert.deepEqual(
      [plan.managed.databases.length, plan.managed.caches.length, plan.managed.bucket?.versioning],
      [3, 2, false],
    );
    assert.equal(plan.executors, undefined);
    assert.equal(plan.cluster?.endpoint.public, false);
  });

  it("gives every workload an account of its own, which is the one that its identity is bound to", () => {
    const { plan, identities } = cellOf("cell-1");
    const accounts = plan.workloads.map(({ serviceAccount }) => serviceAccount);
    assert.ok(accounts.every(({ created }) => created));
    const names = accounts.map(({ name }) => name);
    assert.equal(new Set(names).size, plan.workloads.length);
    const apart = ["migrator", "db-set-up", "cell-agent"];
    const bound = identities.flatMap(({ serviceAccount }) => serviceAccount ?? []);
    assert.deepEqual([...names, ...apart].sort(), bound.sort());
  });

  it("gives the cell's own client to the one service that calls out, and to it alone", () => {
    const { plan } = cellOf("cell-2");
    const withClient = plan.workloads.filter(({ containers }) =>
      containers.some((container) => variablesOf(container)["SAMS_CLIENT_ID"] === "sams_cid_2"),
    );
    assert.deepEqual(
      withClient.map(({ name }) => name),
      ["worker"],
    );
    const worker = variablesOf(withClient[0]?.containers[0]);
    assert.equal(worker["SAMS_CLIENT_SECRET"], "secret:worker-environment#SAMS_CLIENT_SECRET");
    assert.equal(worker["SAMS_URL"], "https://accounts.example.com");
    assert.equal(worker["TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR"], "https://telemetry.example.com:443");
  });

  it("opens three code hosts and the services it calls, and nothing else (B-N06)", () => {
    const hosts = (name: string) => cellOf(name).egress.map(({ host, port }) => `${host}:${port}`);
    assert.deepEqual(hosts("cell-2"), [
      "github.com:443",
      "api.github.com:443",
      "gitlab.com:443",
      "bitbucket.org:443",
      "api.bitbucket.org:443",
      "workspaces-api.example.com:443",
      "accounts.example.com:443",
      "telemetry.example.com:443",
    ]);
    assert.deepEqual(
      hosts("cell-1").filter((host) => !hosts("cell-2").includes(host)),
      ["models-workspaces.example.com:443"],
    );
  });

  it("gives every cell eight keys, none of two cells, and the customer's alone in tenancy byok", () => {
    for (const cloud of ["aws", "gcp"] as const) {
      const { cells } = multiTenantPlan(cloud);
      for (const { keys } of cells)
        assert.deepEqual(
          keys.map(({ use }) => use),
          ["db", "disk", "object", "cache", "secret", "backup", "log", "column"],
        );
      const all = cells.flatMap(({ keys }) => keys.map(({ name, existing }) => existing ?? name));
      assert.equal(new Set(all).size, 32);
      for (const { tenancy, keys } of cells)
        assert.ok(keys.every(({ owner }) => owner === (tenancy === "byok" ? "customer" : "us")));
    }
  });

  it("names identities so that no two cells have one, and none is longer than Google takes", () => {
    const names = multiTenantPlan("gcp").cells.flatMap(({ identities }) => identities.map(({ name }) => name));
    assert.equal(new Set(names).size, names.length);
    const longest = multiTenantPlan("gcp", (section) => {
      const { "cell-1": cell, ...cells } = section.cells;
      assert.ok(cell);
      return { ...section, cells: { ...cells, "sixteen-letters1": cell } };
    }).cells.flatMap(({ identities }) => identities.map(({ name }) => name.length));
    assert.ok(Math.max(...longest) <= 30);
  });

  it("lets nobody but the migrator's job own tables, and the agent of the cell end keys without opening them", () => {
    const { identities } = cellOf("cell-1");
    assert.deepEqual(
      identities.filter(({ database }) => database === "owner").map(({ service }) => service),
      ["migrator"],
    );
    const agent = identities.find(({ service }) => service === "cell-agent");
    assert.deepEqual([agent?.database, agent?.keys], ["none", [{ use: "object", may: "administer" }]]);
    assert.ok(identities.filter(({ timeBound }) => timeBound).every(({ database }) => database === "read-only"));
  });

  it("keeps backups, logs and keys of one tenant within the term it promises (B-T11, B-T12)", () => {
    for (const backupDays of [7, 14, 30]) {
      const plan = multiTenantPlan("aws", (section) => ({
        ...section,
        environment: { ...section.environment, offboarding: { graceDays: 5, backupDays } },
      }));
      assert.equal(plan.environment.offboarding.termDays, 5 + backupDays);
      for (const { backups, keys, tenancy, plan: cell } of plan.cells) {
        assert.ok(
          [backups.keepDays, backups.databaseDays, backups.objectDays, backups.logDays].every(
            (days) => days <= backupDays,
          ),
        );
        assert.ok(cell.managed.databases.every((database) => database.backupDays <= backupDays));
        assert.ok(keys.every(({ waitDays }) => waitDays === (tenancy === "pooled" ? 30 : backupDays)));
      }
    }
  });

  it("says the term as an output: 37 days where nothing else is said", () => {
    assert.deepEqual(multiTenantPlan().environment.offboarding, {
      graceDays: 7,
      backupDays: 30,
      keyWaitDays: 30,
      termDays: 37,
    });
  });

  it("alarms at 85 % of the tenants and 70 % of a disk, and in a cell of one at a tenant that is not its own (B-T14)", () => {
    const alarms = (name: string) =>
      cellOf(name).alarms.map(({ watches, percent, metric }) => [watches, percent, metric]);
    assert.deepEqual(alarms("cell-1"), [
      ["tenants", 85, "TenantsPercent"],
      ["disk", 70, "FullestDiskPercent"],
    ]);
    assert.deepEqual(alarms("acme")[0], ["tenants", 85, "ForeignTenantsPercent"]);
  });

  it("names a cell of many for calls without a route, wherever cells of one stand", () => {
    const { environment } = multiTenantPlan("aws", (section) => {
      const { acme, ...others } = section.cells;
      assert.ok(acme);
      return { ...section, cells: { acme, ...others } };
    });
    assert.equal(environment.edge.defaultCell, "cell-1");
  });

  it("has the folder deleted only where the config lifts the protection", () =>
    assert.deepEqual(
      [true, false].map(
        (deletionProtection) =>
          planMultiTenant(specifyMultiTenant({ ...multiTenantConfig("gcp"), deletionProtection })).environment
            .deletionProtection,
      ),
      [true, false],
    ));

  it("publishes routes of active tenants only, and no name of a person or pooled tenant", () => {
    const { environment } = multiTenantPlan("aws", (section) => ({
      ...section,
      tenants: { ...section.tenants, acme: { ...section.tenants?.["acme"], state: "deleted" } as never },
    }));
    assert.deepEqual(environment.edge.published, [
      { hostname: "code.bank.example", cell: "bank", origin: "bank.origin.workspaces.example.com" },
    ]);
    assert.deepEqual(environment.names.customNames, []);
    assert.deepEqual(environment.names.foreignNames, [
      { hostname: "code.bank.example", tenant: "great-bank", proven: false },
    ]);
  });

  it("gives an isolated tenant key, bucket, database and login of its own", () => {
    const { tenants } = multiTenantPlan("aws", (section) => ({
      ...section,
      tenants: {
        lab: {
          tier: "isolated",
          experimental: true,
          workspaceId: "0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a13",
          number: 77,
          cell: "cell-2",
        },
      },
    }));
    assert.deepEqual(tenants[0]?.isolated, {
      keyName: "tenant-lab",
      keyWaitDays: 30,
      bucket: "tenant-lab-objects",
      softDeleteDays: 30,
      database: "tenant_77",
      login: "tenant_77_app",
      secret: "tenant-lab-database",
    });
    assert.equal(tenants[0]?.monthly, 1);
  });

  it("adds cells, and no cell's cost to another, to the price", () => {
    const { price, cells } = multiTenantPlan();
    const sum = cells.reduce((total, cell) => total + Math.round(cell.price.monthly * 100), 0);
    // Placement, logs and images have a key each, at one dollar.
    assert.equal(Math.round(price.monthly * 100), sum + 300);
    for (const { price: each, keys } of cells) {
      const own = keys.filter(({ owner }) => owner === "us").length;
      const line = each.lines.find(({ item }) => item.startsWith("KMS keys of the cell"));
      assert.equal(line?.quantity, own === 0 ? undefined : own - 1);
    }
    assert.deepEqual(cells[0]?.price.unpriced, ["egress firewall with a list of names"]);
  });

  it("sets guard rails only where it makes unit or folder", () => {
    assert.deepEqual(
      multiTenantPlan("gcp").environment.guardRails.map(({ constraint }) => constraint?.name),
      [
        "iam.disableServiceAccountKeyCreation",
        "gcp.restrictNonCmekServices",
        "storage.publicAccessPrevention",
        "sql.restrictPublicIp",
        "compute.vmExternalIpAccess",
        "compute.restrictSharedVpcHostProjects",
        "gcp.resourceLocations",
      ],
    );
    const { environment, notices } = multiTenantPlan("aws", (section) => {
      const { parent: _parent, ...rest } = section.environment;
      return { ...section, environment: rest };
    });
    assert.deepEqual(environment.guardRails, []);
    assert.ok(notices[0]?.startsWith("neither unit nor folder is made"));
  });

  it("refuses regions beyond the list by a policy of the cloud", () => {
    const { guardRails } = multiTenantPlan().environment;
    const statement = guardRails.find(({ name }) => name === "regions")?.statements?.[0];
    assert.deepEqual(statement?.["Condition"], { StringNotEquals: { "aws:RequestedRegion": ["us-east-1"] } });
  });

  it("lets only Cloudflare reach the origin where that is the edge", () => {
    const { cells, environment } = multiTenantPlan("aws", (section) => ({
      ...section,
      environment: { ...section.environment, edge: "cloudflare", cloudflare: { accountId: "a", zoneId: "z" } },
    }));
    assert.equal(environment.edge.kind, "cloudflare");
    assert.ok(cells.every(({ specification }) => specification.access.allowedCidrs.includes("173.245.48.0/20")));
    assert.ok(cells.every(({ specification }) => !specification.access.allowedCidrs.includes("0.0.0.0/0")));
    assert.ok(cells.every(({ specification }) => !specification.kubernetes.ingress.internal));
    assert.ok(multiTenantPlan().cells.every(({ specification }) => specification.kubernetes.ingress.internal));
  });

  it("says of every cell at once what is wrong with its config", () => {
    const config = multiTenantConfig("aws", (section) => {
      const { "cell-2": cell, acme } = section.cells;
      assert.ok(cell && acme);
      const wrong = { "cell-2": { ...cell, release: "7.5" }, acme: { ...acme, release: "5.0.0" } };
      return { ...section, cells: { ...section.cells, ...wrong } };
    });
    assert.throws(
      () => planMultiTenant(specifyMultiTenant(config)),
      (error) => {
        assert.ok(error instanceof InputError);
        assert.deepEqual(
          error.problems.map(({ path }) => path),
          ["multiTenant.cells.cell-2.release", "multiTenant.cells.acme.release"],
        );
        return true;
      },
    );
  });

  it("refuses a kind of store that nothing empties (B-T10)", () => {
    assert.throws(
      () => {
        requirePurges("cell-1", ["relational", "analytics", "cluster", "analytics"]);
      },
      (error) => {
        assert.ok(error instanceof RefusedError);
        assert.deepEqual(error.problems, [
          {
            path: "cell-1",
            message:
              "breaks B-T10: nothing purges analytics of a tenant who leaves; write what does, with its proof, or keep nothing of tenants in it",
          },
        ]);
        return true;
      },
    );
    requirePurges("cell-1", ["relational", "cache", "object", "block", "secret", "logs", "backup", "cluster"]);
  });
});
