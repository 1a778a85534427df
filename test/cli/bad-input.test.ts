import assert from "node:assert/strict";
import { adminConfigOf, adminSections, pinned } from "../support/admin";
import { multiTenantManifest } from "../../components/core/planning/multi-tenant/manifest";
import { account, cell, cellsConfig, cellsPlan } from "../support/cells";
import { folderWith, sgbox, stackFile, type Ran } from "./support";

// What a person does wrong, and the words it is answered with: an exit code that says whose turn it is, every reason at once,
// and no stack trace.

/** Arguments, exit code and what is said, a line each. */
type Mistake = readonly [args: readonly string[], code: 2 | 3, lines: readonly string[]];

async function answered([args, code, lines]: Mistake, folder?: string): Promise<void> {
  const { stderr, ...ran }: Ran = await sgbox(args, folder === undefined ? {} : { folder });
  assert.deepEqual([ran.code, ran.stdout, stderr.trimEnd().split("\n")], [code, "", lines], args.join(" "));
}

const uuid = (end: string): string => `6f1c0a52-58a5-4d9c-9d0b-0c1f1f6a0b${end}`;

describe("ten mistakes in one config", function () {
  this.timeout(60_000);

  it("are told at once of support services", async () => {
    const { accounts } = adminSections.admin.neighbours;
    const config = adminConfigOf(
      "aws",
      {
        ...adminSections.admin,
        domain: "Example",
        cidr: "10.0.0.0/8",
        cells: ["us-1", "us-1"],
        perimeterPolicy: "123",
        colour: "blue",
        services: {
          ...adminSections.admin.services,
          pings: {},
          billing: {
            image: pinned("billing"),
            clientId: "sams_cid_billing",
            cpus: "two",
            minInstances: 9,
            maxInstances: 3,
          },
          accounts: { image: pinned("accounts") },
        },
        neighbours: { accounts: { ...accounts, host: "https://accounts.example.com" } },
      },
      {
        alarms: { email: "ops" },
        release: "7.5.4453",
        boundaries: { owner: "core-services", zone: "admin", stage: 3 },
      },
    );
    const folder = folderWith({ "Pulumi.x.yaml": stackFile(config) });
    await answered(
      [
        ["check", "--stack", "Pulumi.x.yaml"],
        2,
        [
          "sgbox: the configuration is not valid:",
          "  - 'boundaries.stage' must be one of production, staging, development, got 3",
          `  - 'boundaries.zone' must be one of single-tenant, dotcom, multi-tenant, dev-monolith, got "admin"`,
          `  - 'admin.services.billing.cpus' must be a number, got "two"`,
          `  - 'admin.services.pings.image' is missing; give a text, such as "us-docker.pkg.dev/example/images/pings@sha256:${"0123456789abcdef".repeat(4)}"`,
          "  - 'admin.colour' is not a known key; known keys here are zone, domain, edge, cidr, services, ownServices, employees, neighbours, cells, licenceSigning, logDays, backupDays, auditSink, perimeterPolicy, registries",
          `  - 'admin.domain' must be a domain in lower case such as example.com, got "Example"`,
          `  - 'alarms.email' must be a mail address, got "ops"`,
          "  - 'admin.services.accounts' is a service of zone identity, got zone admin; deploy it by the stack of that zone",
          `  - 'admin.cidr' must be between /16 and /20, got "10.0.0.0/8"`,
          `  - 'admin.neighbours.accounts.host' must be a host name in lower case such as accounts.example.com, without https://, got "https://accounts.example.com"`,
          `  - 'admin.cells.1' is named twice, got "us-1"; remove one`,
          "  - 'admin.perimeterPolicy' has a meaning for cloud gcp only, got cloud aws; remove it",
          "  - 'admin.services.billing.minInstances' must not be above 'maxInstances', got 9 and 3",
          "  - 'release' has no meaning for shape admin; remove it",
        ],
      ],
      folder,
    );
  });

  it("are told at once of the multi-tenant backend, with tiers that are refused", async () => {
    const tenant = (end: string, number: number, more: object) => ({ workspaceId: uuid(end), number, ...more });
    const { multiTenant, ...rest } = cellsConfig("aws", {
      cells: {
        "cell-1": cell("aws", "1", { account: { ...account("aws", "1"), id: "1" } }),
        "cell-2": cell("aws", "2", { cidr: "10.65.0.0/30", client: { id: "sams_cid_cell_2", secret: "cell1Client" } }),
        "cell-3": { ...cell("aws", "3"), cidr: 5 } as never,
      },
      tenants: {
        acme: tenant("11", 7, { tier: "dedicated", cell: "cell-1" }),
        bob: tenant("12", 7, { tier: "dedicated", cell: "nowhere" }),
        eve: tenant("13", 9, { tier: "pooled", cell: "cell-1" }),
        ivo: tenant("14", 10, { tier: "isolated", cell: "cell-3" }),
      } as never,
    });
    const { environment, ...section } = multiTenant as { environment: object };
    const config = {
      ...rest,
      alarms: { email: "ops" },
      size: "S",
      multiTenant: {
        ...section,
        environment: { ...environment, domain: "workspaces", parent: "folders/1", colour: 1 },
      },
    };
    const folder = folderWith({ "Pulumi.x.yaml": stackFile(config) });
    await answered(
      [
        ["check", "--stack", "Pulumi.x.yaml"],
        2,
        [
          "sgbox: the configuration is not valid:",
          "  - 'multiTenant.environment.colour' is not a known key; known keys here are domain, edge, cloudflare, parent, allowedRegions, offboarding, accounts, hosts",
          `  - 'multiTenant.cells.cell-3.cidr' must be a text, such as "10.64.0.0/16", got 5`,
          "  - 'size' has no meaning for shape multi-tenant, whose cells say it by 'multiTenant.cells'; remove it",
          `  - 'alarms.email' must be an address such as admin@example.com, got "ops"`,
          `  - 'multiTenant.environment.domain' must be a domain such as workspaces.example.com, got "workspaces"`,
          `  - 'multiTenant.environment.parent' must be the id of a root or unit such as ou-ab12-0123abcd, got "folders/1"`,
          `  - 'multiTenant.cells.cell-1.account.id' must be an account of AWS, 12 digits in quotes, got "1"`,
          `  - 'multiTenant.cells.cell-2.cidr' must be an IPv4 block from /16 to /20, got "10.65.0.0/30"`,
          `  - 'multiTenant.cells.cell-2.client.secret' must not be that of 'multiTenant.cells.cell-1.client.secret', got "cell1Client" twice; every cell has a client of its own (B-M02)`,
          `  - 'multiTenant.cells.cell-2.cidr' overlaps that of cell cell-1 (10.65.0.0/16), got "10.65.0.0/30"; give it a block of its own`,
          "  - 'multiTenant.tenants.acme.cell' is a cell of tenancy pooled, got for tier dedicated; use a cell of tenancy dedicated (B-T03)",
          `  - 'multiTenant.tenants.bob.cell' names cell "nowhere", which there is not; cells are cell-1, cell-2`,
          `  - 'multiTenant.tenants.bob.number' must not be that of 'multiTenant.tenants.acme.number', got "7" twice; numbers are unique over all cells`,
          "  - 'multiTenant.tenants.eve.tier' is pooled, and pooled tenants are not resources: they are rows of the control plane, which the agent of cell cell-1 turns into a tenant while it runs; else every sign-up were a deployment and this file a list of customers; remove the tenant here and make it there",
          "  - 'multiTenant.tenants.ivo.tier' is isolated, which today's product cannot use: it opens one connection, one bucket and one set of keys for all tenants of a cell; use dedicated, or set 'experimental' to true for a backend of your own",
        ],
      ],
      folder,
    );
  });
});

describe("sgbox procedure, asked for what cannot be", function () {
  this.timeout(60_000);
  const because = "sgbox: the procedure cannot be planned:";
  const pooled = (more: Readonly<Record<string, string>> = {}): string[] =>
    Object.entries({
      tenant: "small",
      number: "17",
      workspace: uuid("17"),
      host: "small.example.com",
      cell: "cell-1",
      ...more,
    }).flatMap(([option, value]) => [`--${option}`, value]);
  const draining = {
    cells: { "cell-1": cell("aws", "1"), "cell-2": cell("aws", "2", { state: "draining" }) },
  };
  const files = { "Pulumi.x.yaml": stackFile(cellsConfig("aws", draining)) };
  const sample = ["--stack", "Pulumi.aws-multi-tenant-sample.yaml"];

  it("takes no text into queries that is no tenant's, and says everything that is wrong with it", async () => {
    const texts = {
      tenant: "Small'",
      number: "1",
      workspace: "x'; drop table users",
      host: "https://a",
      cell: "cel-1",
    };
    await answered([
      ["procedure", "offboarding", ...pooled(texts), ...sample],
      2,
      [
        because,
        "  - 'tenant' must be 3 to 32 lower-case letters, digits and dashes, beginning with a letter, got \"Small'\"",
        "  - 'number' must be a whole number of at least 2, got 1",
        "  - 'workspace' must be a UUID such as 0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a11, got \"x'; drop table users\"",
        "  - 'host' must be a host name such as code.acme.com, got \"https://a\"",
        "  - 'cell' names cell \"cel-1\", which there is not; did you mean 'cell-1'?",
      ],
    ]);
  });

  it("takes nothing for pooled that is a resource", async () => {
    const texts = { tenant: "acme", number: "100001", workspace: uuid("11") };
    await answered([
      ["procedure", "onboarding", ...pooled(texts), ...sample],
      2,
      [
        because,
        "  - 'tenant' is that of tenant acme, which is a resource, got acme; name it by --tenant alone",
        "  - 'number' is that of tenant acme, which is a resource, got 100001; name it by --tenant alone",
        `  - 'workspace' is that of tenant acme, which is a resource, got ${uuid("11")}; name it by --tenant alone`,
      ],
    ]);
  });

  it("drains no cell that is the last open one, and lets one be drained that is draining", async () => {
    const folder = folderWith(files);
    await answered(
      [
        ["procedure", "drain", "--cell", "cell-1", "--stack", "Pulumi.x.yaml"],
        3,
        [
          "sgbox: refused, because the cell cannot be drained:",
          "  - 'cell' is cell-1, the only open cell of tenancy pooled, without which nobody can sign up; open another one in 'multiTenant.cells' and deploy it first",
        ],
      ],
      folder,
    );
    const { code } = await sgbox(["procedure", "drain", "--cell", "cell-2", "--stack", "Pulumi.x.yaml"], { folder });
    assert.equal(code, 0);
  });

  it("lets nobody into a cell that is not for them, and moves nobody to where they are", async () => {
    await answered([
      ["procedure", "onboarding", ...pooled({ cell: "acme" }), ...sample],
      3,
      [
        "sgbox: refused, because the tenant cannot be let in there:",
        "  - 'tenant.cell' is a cell of tenancy dedicated, got for tier pooled; use a cell of tenancy pooled (B-T03)",
      ],
    ]);
    await answered([
      ["procedure", "move", ...pooled(), "--to", "cell-1", ...sample],
      3,
      [
        "sgbox: refused, because the tenant cannot be moved there:",
        "  - 'to' is cell cell-1, in which small is already",
      ],
    ]);
  });

  it("names what it does not know, and the choices there are", async () => {
    const help = "sgbox --help lists the verbs, sgbox VERB --help their options";
    await answered([
      ["procedure", "drain", "--cell", "cell-1", "--moves", "acme", ...sample],
      2,
      [
        "sgbox: option '--moves <tenant=cell>' argument 'acme' is invalid. Give a tenant and a cell, such as acme=cell-2.",
        help,
      ],
    ]);
    await answered([
      ["procedure", "drain", "--cell", "cell-1", "--stack", "nowhere.yaml"],
      2,
      [
        "sgbox: the stack file cannot be read:",
        "  - 'stack' is \"nowhere.yaml\", which does not exist; give the path of a stack file such as Pulumi.prod.yaml",
      ],
    ]);
  });
});

describe("files that are none", function () {
  this.timeout(60_000);
  const kinds =
    "write a manifest with sgbox outputs --stack STACK --json, or a report with sgbox check --stack STACK --json";

  it("are not compared with", async () => {
    const folder = folderWith({ "bad.json": "not json", "other.json": '{"a":1}' });
    const cannot = "sgbox: the comparison cannot be made:";
    await answered(
      [["check", "--against", "bad.json"], 2, [cannot, `  - 'against' is "bad.json", which is not JSON; ${kinds}`]],
      folder,
    );
    await answered(
      [
        ["check", "--against", "none.json"],
        2,
        [cannot, `  - 'against' is "none.json", which cannot be read; ${kinds}`],
      ],
      folder,
    );
    await answered(
      [["check", "--against", "."], 2, [cannot, `  - 'against' is ".", which cannot be read; ${kinds}`]],
      folder,
    );
  });

  it("are not written to", async () => {
    const folder = folderWith({ file: "" });
    for (const out of ["no/such/folder/x.txt", "file/x.txt"])
      await answered(
        [
          ["check", "--out", out],
          2,
          [
            "sgbox: the check cannot be written:",
            `  - 'out' is "${out}", which cannot be written to; give the path of a file in a folder that exists`,
          ],
        ],
        folder,
      );
  });
});

describe("a monolith outside development", function () {
  this.timeout(60_000);
  it("is refused with every reason, each with its rule", async () => {
    const config = { shape: "monolith", cloud: "local", release: "7.5.4453", boundaries: { stage: "production" } };
    const folder = folderWith({ "Pulumi.x.yaml": stackFile(config) });
    await answered(
      [
        ["check", "--stack", "Pulumi.x.yaml"],
        3,
        [
          "sgbox: what the instance promises is broken:",
          "  - 'boundaries.stage' breaks B-O01: zones are in one place, and its stage is production; deploy every zone by itself, or all of them for development",
          "  - 'boundaries.development' breaks B-O01: nothing states which places are for development; deploy every zone by itself, or all of them for development",
          "  - 'boundaries.syntheticData' breaks B-O02: nothing states that there is made-up data in it only; fill it so, and set this to true",
        ],
      ],
      folder,
    );
  });
});

describe("what cannot be changed of a cell", function () {
  this.timeout(60_000);
  it("is refused with every reason, against what is deployed", async () => {
    const changed = cellsConfig("aws", {
      cells: { "cell-1": cell("aws", "4"), "cell-2": cell("aws", "2", { region: "eu-west-1" }) },
    });
    const folder = folderWith({
      "deployed.json": JSON.stringify(multiTenantManifest(cellsPlan("aws"))),
      "Pulumi.x.yaml": stackFile(changed),
    });
    const args = ["check", "--stack", "Pulumi.x.yaml", "--against", "deployed.json", "--json"];
    const { code, stdout } = await sgbox(args, { folder });
    const { error } = JSON.parse(stdout) as { readonly error: { readonly message: string } };
    const instead =
      "keep it, or make a second cell beside it, move its tenants by the procedure of a move, and take this one away empty";
    const zones = (region: string) => JSON.stringify(["a", "b", "c"].map((zone) => `${region}${zone}`));
    assert.deepEqual(
      [code, error.message.split("\n")],
      [
        3,
        [
          "refused, because it cannot be changed in place:",
          `  - 'multiTenant.cells.cell-1.account.id' is deployed as 111111111111, and cannot become 444444444444: everything of it would be made anew in another account; ${instead}`,
          `  - 'multiTenant.cells.cell-1.cidr' is deployed as 10.65.0.0/16, and cannot become 10.68.0.0/16: a network keeps its addresses; ${instead}`,
          `  - 'multiTenant.cells.cell-2.region' is deployed as us-east-1, and cannot become eu-west-1: stores do not move between regions; ${instead}`,
          `  - 'multiTenant.cells.cell-2.zones' is deployed as ${zones("us-east-1")}, and cannot become ${zones("eu-west-1")}: disks do not move between zones; ${instead}`,
        ],
      ],
    );
  });
});
