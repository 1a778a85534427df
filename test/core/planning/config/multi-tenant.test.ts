import { strict as assert } from "node:assert";
import { InputError, RefusedError, type Problem } from "../../../../components/core/errors";
import {
  checkMultiTenant,
  multiTenantRefusal,
} from "../../../../components/core/planning/config/combinations-multi-tenant";
import { Problems } from "../../../../components/core/planning/config/problems";
import { multiTenant, type MultiTenantSection } from "../../../../components/core/planning/config/schema-multi-tenant";
import { parseStack } from "../../../../components/core/planning/config/parse-stack";
import type { MultiTenantInput } from "../../../../components/core/planning/multi-tenant/specify";
import { customerKeys, multiTenantConfig } from "../../../support/multi-tenant";

type Vary = (section: MultiTenantSection) => MultiTenantSection;
type Cell = MultiTenantSection["cells"][string];
type Tenant = NonNullable<MultiTenantSection["tenants"]>[string];

function problemsOf(config: MultiTenantInput): Problem[] {
  const problems = new Problems();
  checkMultiTenant(config, problems);
  return problems.list;
}

const found = (vary: Vary, cloud: "aws" | "gcp" = "aws"): Problem[] => problemsOf(multiTenantConfig(cloud, vary));

const cell =
  (name: string, vary: Partial<Cell>): Vary =>
  (section) => {
    const before = section.cells[name];
    return { ...section, cells: { ...section.cells, [name]: { ...(before as Cell), ...vary } } };
  };

const tenant =
  (name: string, vary: Partial<Tenant>): Vary =>
  (section) => {
    const before = section.tenants?.[name];
    return { ...section, tenants: { ...section.tenants, [name]: { ...(before as Tenant), ...vary } } };
  };

const environment =
  (vary: Partial<MultiTenantSection["environment"]>): Vary =>
  (section) => ({ ...section, environment: { ...section.environment, ...vary } });

/** A new tenant in a cell. */
const lab: Tenant = {
  tier: "isolated",
  experimental: true,
  workspaceId: "0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a13",
  number: 77,
  cell: "cell-1",
};

describe("the config of the multi-tenant backend", () => {
  it("is good as the sample writes it, on both clouds", () => {
    for (const cloud of ["aws", "gcp"] as const) {
      assert.deepEqual(
        found((section) => section, cloud),
        [],
      );
      assert.equal(multiTenant.safeParse(multiTenantConfig(cloud).multiTenant).success, true);
      assert.equal(parseStack(multiTenantConfig(cloud)).shape, "multi-tenant");
    }
  });

  it("refuses pooled tenants with exit code 3, and says where they live", () => {
    const config = multiTenantConfig("aws", tenant("tiny", { ...lab, tier: "pooled", experimental: undefined }));
    const refused = multiTenantRefusal(config);
    assert.ok(refused instanceof RefusedError);
    assert.equal(refused.exitCode, 3);
    assert.deepEqual(refused.problems, [
      {
        path: "multiTenant.tenants.tiny.tier",
        message:
          "is pooled, and pooled tenants are not resources: they are rows of the control plane, which the agent of cell cell-1 turns into a tenant while it runs; else every sign-up were a deployment and this file a list of customers; remove the tenant here and make it there",
      },
    ]);
    assert.throws(() => parseStack(config), RefusedError);
  });

  it("refuses the tier that the product cannot do, unless it is called experimental", () => {
    assert.deepEqual(
      multiTenantRefusal(multiTenantConfig("aws", tenant("lab", { ...lab, experimental: undefined })))?.problems,
      [
        {
          path: "multiTenant.tenants.lab.tier",
          message:
            "is isolated, which today's product cannot use: it opens one connection, one bucket and one set of keys for all tenants of a cell; use dedicated, or set 'experimental' to true for a backend of your own",
        },
      ],
    );
    assert.equal(multiTenantRefusal(multiTenantConfig("aws", tenant("lab", lab))), undefined);
    assert.deepEqual(found(tenant("acme", { experimental: true })), [
      {
        path: "multiTenant.tenants.acme.experimental",
        message: "has a meaning for tier isolated only, got tier dedicated; remove it",
      },
    ]);
  });

  it("wants a key of the customer for every use, and none of them twice", () => {
    const { db, log: _log, ...rest } = customerKeys("aws");
    assert.deepEqual(found(cell("bank", { customerKeys: { ...rest, db, disk: db }, customerAccount: undefined })), [
      {
        path: "multiTenant.cells.bank.customerKeys",
        message:
          "lacks log; tenancy byok needs a key of the customer for every use, so that nothing stays readable without them",
      },
      {
        path: "multiTenant.cells.bank.customerAccount",
        message: "is missing; tenancy byok needs the account or project that owns the keys",
      },
      {
        path: "multiTenant.cells.bank.customerKeys.db",
        message: `must not be that of 'multiTenant.cells.bank.customerKeys.disk', got ${JSON.stringify(db).slice(0, 57)}... twice; every use has a key of its own`,
      },
    ]);
    assert.deepEqual(
      found(cell("bank", { customerKeys: undefined })).map(({ message }) => message),
      [
        "lacks db, disk, object, cache, secret, backup, log, column; tenancy byok needs a key of the customer for every use, so that nothing stays readable without them",
      ],
    );
    assert.deepEqual(found(cell("acme", { customerAccount: "333333333333" })), [
      {
        path: "multiTenant.cells.acme.customerAccount",
        message: "has a meaning for tenancy byok only, got tenancy dedicated; remove it",
      },
    ]);
  });

  it("puts no tenant into a cell of another tenancy, nor two into a cell of one (B-T03)", () => {
    assert.deepEqual(found(tenant("great-bank", { cell: "cell-1" })), [
      {
        path: "multiTenant.tenants.great-bank.cell",
        message: "is a cell of tenancy pooled, got for tier byok; use a cell of tenancy byok (B-T03)",
      },
    ]);
    const second = { ...lab, tier: "dedicated", experimental: undefined, cell: "acme" } as const;
    assert.deepEqual(found(tenant("other", second)), [
      {
        path: "multiTenant.tenants.other.cell",
        message: "is the cell of tenant acme, which is alone in it; give other a cell of its own",
      },
    ]);
  });

  it("lets two cells share neither account nor addresses nor client (B-T08)", () => {
    const config = multiTenantConfig(
      "aws",
      cell("cell-2", {
        account: { id: "222222222221" },
        cidr: "10.64.128.0/17",
        client: { id: "sams_cid_1", secret: "cell1Client" },
      }),
    );
    assert.deepEqual(problemsOf(config), [
      {
        path: "multiTenant.cells.cell-2.account.id",
        message: `must not be that of 'multiTenant.cells.cell-1.account.id', got "222222222221" twice; cells share nothing (B-T08)`,
      },
      {
        path: "multiTenant.cells.cell-2.client.id",
        message: `must not be that of 'multiTenant.cells.cell-1.client.id', got "sams_cid_1" twice; every cell has a client of its own (B-M02)`,
      },
      {
        path: "multiTenant.cells.cell-2.client.secret",
        message: `must not be that of 'multiTenant.cells.cell-1.client.secret', got "cell1Client" twice; every cell has a client of its own (B-M02)`,
      },
      {
        path: "multiTenant.cells.cell-2.cidr",
        message: 'overlaps that of cell cell-1 (10.64.0.0/16), got "10.64.128.0/17"; give it a block of its own',
      },
    ]);
    assert.deepEqual(
      found(environment({ accounts: { logs: { id: "222222222222" } } })).map(
        ({ path, message }) => `${path} ${message}`,
      ),
      [
        `multiTenant.cells.cell-2.account.id must not be that of 'multiTenant.environment.accounts.logs.id', got "222222222222" twice; cells share nothing (B-T08)`,
      ],
    );
  });

  it("gives numbers, workspaces and host names once", () => {
    const twice: Vary = (section) =>
      tenant("great-bank", {
        number: 1001,
        workspaceId: "0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a11",
        hostname: "acme.workspaces.example.com",
      })(section);
    assert.deepEqual(found(twice), [
      {
        path: "multiTenant.tenants.great-bank.number",
        message: `must not be that of 'multiTenant.tenants.acme.number', got "1001" twice; numbers are unique over all cells`,
      },
      {
        path: "multiTenant.tenants.great-bank.workspaceId",
        message: `must not be that of 'multiTenant.tenants.acme.workspaceId', got "0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a11" twice; every tenant is one workspace`,
      },
      {
        path: "multiTenant.tenants.great-bank.hostname",
        message: `must not be that of 'multiTenant.tenants.acme.hostname', got "acme.workspaces.example.com" twice; a host name leads to one tenant`,
      },
    ]);
  });

  it("names tenants and cells by short words of lower case, and says where a name is not one", () => {
    const tenants = found((section) => tenant("A", { ...lab })(section));
    assert.deepEqual(tenants, [
      {
        path: "multiTenant.tenants.A",
        message: 'must be named by 3 to 32 lower-case letters, digits and dashes, beginning with a letter, got "A"',
      },
    ]);
    const cells = found((section) => ({
      ...section,
      cells: {
        ...section.cells,
        "a-cell-with-a-long-name": {
          ...(section.cells["cell-2"] as Cell),
          account: { id: "222222222228" },
          cidr: "10.80.0.0/16",
          client: { id: "x", secret: "acmeClient2" },
        },
      },
    }));
    assert.deepEqual(
      cells.map(({ path }) => path),
      ["multiTenant.cells.a-cell-with-a-long-name", "multiTenant.cells.a-cell-with-a-long-name.client.secret"],
    );
  });

  it("knows the cell that was meant, and the region a tenant has to be in", () => {
    assert.deepEqual(found(tenant("lab", { ...lab, cell: "cell1" })), [
      {
        path: "multiTenant.tenants.lab.cell",
        message: "names cell \"cell1\", which there is not; did you mean 'cell-1'?",
      },
    ]);
    assert.deepEqual(found(tenant("acme", { residency: "eu" })), [
      {
        path: "multiTenant.tenants.acme.cell",
        message: 'is in region us-east-1, got for residency "eu"; use a cell in such a region',
      },
    ]);
    assert.deepEqual(found(tenant("acme", { residency: "us" })), []);
  });

  it("keeps no backup beyond the term that is promised (B-T11)", () => {
    assert.deepEqual(found(environment({ offboarding: { termDays: 30 } })), [
      {
        path: "multiTenant.environment.offboarding.backupDays",
        message: "must be at most 23, because 30 days are promised and 7 of them are grace, got 30",
      },
    ]);
    assert.deepEqual(found(environment({ offboarding: { termDays: 37 } })), []);
    const beyond = multiTenant.safeParse({
      ...multiTenantConfig().multiTenant,
      environment: { ...multiTenantConfig().multiTenant?.environment, offboarding: { backupDays: 90 } },
    });
    assert.equal(beyond.success, false);
  });

  it("says everything that is wrong with the environment at once", () => {
    assert.deepEqual(
      found(
        environment({
          domain: "https://x",
          edge: "cloudflare",
          parent: "folders/1",
          hosts: { workspaces: "w", accounts: "accounts.example.com" },
          accounts: { edge: { id: "mt-edge", role: "deployer" } },
          allowedRegions: ["eu-west-1"],
        }),
      ).filter(({ path }) => path.startsWith("multiTenant.environment")),
      [
        {
          path: "multiTenant.environment.domain",
          message: 'must be a domain such as workspaces.example.com, got "https://x"',
        },
        {
          path: "multiTenant.environment.cloudflare",
          message: "is missing; edge cloudflare needs the account and zone there",
        },
        {
          path: "multiTenant.environment.parent",
          message: 'must be the id of a root or unit such as ou-ab12-0123abcd, got "folders/1"',
        },
        {
          path: "multiTenant.environment.hosts.workspaces",
          message: 'must be a host name such as accounts.example.com, got "w"',
        },
        {
          path: "multiTenant.environment.accounts.edge.id",
          message: 'must be an account of AWS, 12 digits in quotes, got "mt-edge"',
        },
        {
          path: "multiTenant.environment.accounts.edge.role",
          message: 'must be the ARN of a role, got "deployer"',
        },
      ],
    );
  });

  it("lets no cell stand outside the regions that are allowed, nor use models of enterprises", () => {
    assert.deepEqual(
      found(environment({ allowedRegions: ["us-east-1"] })).concat(
        found((section) =>
          cell("cell-2", { region: "eu-west-1" })(environment({ allowedRegions: ["us-east-1"] })(section)),
        ),
      ),
      [
        {
          path: "multiTenant.cells.cell-2.region",
          message: `must be one of 'multiTenant.environment.allowedRegions' (us-east-1), got "eu-west-1"`,
        },
      ],
    );
    const hosts = { workspaces: "workspaces-api.example.com", accounts: "accounts.example.com" };
    assert.deepEqual(found(environment({ hosts })), [
      {
        path: "multiTenant.cells.cell-1.modelGateway",
        message:
          "needs 'multiTenant.environment.hosts.modelGateway', got none; give the gateway of the multi-tenant zone, never that of enterprises (B-D05)",
      },
    ]);
  });

  it("lets no origin have a name that no certificate is given for, and no edge show an old secret", () => {
    const domain = `${"long-".repeat(8)}name.example.com`;
    const origin = `cell-1.origin.${domain}`;
    const all = found(environment({ domain }));
    assert.deepEqual(all[0], {
      path: "multiTenant.cells.cell-1",
      message: `gives its origin the host name ${origin}, which may have 63 characters, got ${origin.length}; shorten its name or 'multiTenant.environment.domain'`,
    });
    assert.deepEqual(found(cell("cell-1", { originSecrets: [2, 1] })), [
      {
        path: "multiTenant.cells.cell-1.originSecrets",
        message: "must grow from one to the next, because the edge shows the last, got [2, 1]",
      },
    ]);
    assert.deepEqual(found(cell("cell-1", { originSecrets: [1, 2] })), []);
  });

  it("is told of records in somebody else's zone only", () => {
    assert.deepEqual(found(tenant("great-bank", { hostnameProven: true })), []);
    assert.deepEqual(found(tenant("acme", { hostnameProven: true })), [
      {
        path: "multiTenant.tenants.acme.hostnameProven",
        message: "has a meaning for a host name outside workspaces.example.com only, got none; remove it",
      },
    ]);
  });

  it("has no meaning beside keys of an instance, and needs its own section", () => {
    assert.deepEqual(problemsOf({ ...multiTenantConfig(), size: "M", domain: "x.example.com" }), [
      {
        path: "size",
        message: "has no meaning for shape multi-tenant, whose cells say it by 'multiTenant.cells'; remove it",
      },
      {
        path: "domain",
        message: "has no meaning for shape multi-tenant, whose cells say it by 'multiTenant.cells'; remove it",
      },
    ]);
    const { multiTenant: _section, region: _region, ...rest } = multiTenantConfig();
    assert.deepEqual(problemsOf(rest), [
      { path: "region", message: "is missing; shape multi-tenant needs the region of edge and placement" },
      { path: "multiTenant", message: "is missing; shape multi-tenant needs an environment and its cells" },
    ]);
  });

  it("wants a release of every cell, its own or that of all", () => {
    const { release: _release, ...without } = multiTenantConfig("aws", cell("cell-2", { release: "7.5.4453" }));
    assert.deepEqual(
      problemsOf(without).map(({ path, message }) => `${path} ${message}`),
      ["cell-1", "acme", "bank"].map(
        (name) =>
          `multiTenant.cells.${name}.release is missing; give the release of the cell, or by 'release' that of all cells, such as 7.5.4453`,
      ),
    );
  });

  it("is read with what cannot be read, in one message with exit code 2", () => {
    const config = {
      ...multiTenantConfig("aws", cell("cell-2", { cidr: "10.65.0.1/16" })),
      nonsense: 1,
    };
    assert.throws(
      () => parseStack(config),
      (error) => {
        assert.ok(error instanceof InputError);
        assert.equal(error.exitCode, 2);
        assert.deepEqual(error.problems.map(({ path }) => path).sort(), ["multiTenant.cells.cell-2.cidr", "nonsense"]);
        return true;
      },
    );
  });
});
