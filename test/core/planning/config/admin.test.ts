import assert from "node:assert/strict";
import {
  adminConfigOf,
  adminSections,
  adminSpecification,
  pinned,
  refusedAdmin,
  wrongAdmin,
} from "../../../support/admin";

const own = (more: object = {}) => ({
  image: pinned("release-registry"),
  title: "Release registry",
  purpose: "tells which releases there are",
  listeners: [{ plane: "human", subdomain: "releases", paths: ["/*"], admits: "employees" }],
  ...more,
});

const withOwn = (given: object, more: object = {}) =>
  adminConfigOf("gcp", {
    zone: "admin",
    domain: "example.com",
    ownServices: { "release-registry": own(given) },
    ...more,
  });

describe("the config of a stack of support services", () => {
  it("is taken for every zone on both clouds", () => {
    for (const cloud of ["aws", "gcp"] as const)
      for (const section of Object.values(adminSections))
        assert.deepEqual(
          adminSpecification(cloud, section).services.map(({ description: { name } }) => name),
          Object.keys(section.services).sort(),
        );
  });

  it("says everything that is wrong with it at once", () =>
    wrongAdmin(
      adminConfigOf("gcp", {
        zone: "admin",
        domain: "https://example.com",
        cidr: "10.60.1.0/17",
        services: {
          acounts: { image: pinned("accounts") },
          accounts: { image: pinned("accounts") },
          pings: { image: pinned("pings"), cpus: 1, memoryGb: 8 },
          "telemetry-gateway": { image: pinned("telemetry-gateway"), minInstances: 9, maxInstances: 3 },
        },
        employees: {
          groups: ["on-call"],
          oidc: (adminConfigOf("aws")["admin"] as { employees: { oidc: object } }).employees.oidc,
        },
        cells: ["us-1", "us-1", "US"],
        perimeterPolicy: "accessPolicies/1",
      }),
      [
        "'admin.domain' must be a domain in lower case such as example.com, got \"https://example.com\"",
        "'admin.services.acounts' is not a service of the catalogue; those of zone admin are billing, cody-gateway, enterprise-portal, pings, telemetry-gateway; a service of your own goes below 'admin.ownServices'",
        "'admin.services.accounts' is a service of zone identity, got zone admin; deploy it by the stack of that zone",
        "'admin.cidr' must begin at a whole block, such as 10.60.0.0/17, got \"10.60.1.0/17\"",
        "'admin.cells.1' is named twice, got \"us-1\"; remove one",
        "'admin.cells.2' must be 2 to 16 lower-case letters, digits and dashes, got \"US\"",
        "'admin.perimeterPolicy' must be the number of an access policy, in quotes, got \"accessPolicies/1\"",
        "'admin.services.pings.cpus' must have 0.5 to 4 GiB with 1 vCPUs on Cloud Run, got 1 vCPUs with 8 GiB",
        "'admin.services.telemetry-gateway.minInstances' must not be above 'maxInstances', got 9 and 3",
        "'admin.neighbours.accounts' is missing; telemetry-gateway calls it: give its zone identity and its host",
        "'admin.services.telemetry-gateway.clientId' is missing; it calls accounts, and shows the token of a client of its own",
        "'admin.employees.groups.0' must be the address of a group, got \"on-call\"",
        "'admin.employees.oidc' has a meaning for cloud aws only, got cloud gcp; give 'groups'",
      ],
    ));

  it("needs the names to fit what clouds allow", () =>
    wrongAdmin(adminConfigOf("aws", adminSections.admin, { name: "sourcegraph-admin" }), [
      "'name' must be at most 11 characters beside service enterprise-portal: 'sourcegraph-admin-enterprise-portal' names its identity and load balancers, for which the clouds allow 29, got 17",
    ]));

  it("needs the secrets of the services, by name", () =>
    wrongAdmin(
      adminConfigOf(
        "aws",
        {
          ...adminSections.admin,
          services: {
            "cody-gateway": {
              image: pinned("cody-gateway"),
              clientId: "sams_cid_1",
              secrets: {
                CODY_GATEWAY_ANTHROPIC_ACCESS_TOKN: "anthropicToken",
                CODY_GATEWAY_OPENAI_ACCESS_TOKEN: "openai",
              },
            },
          },
        },
        { secrets: { employeesClient: "[encrypted]" } },
      ),
      [
        "'admin.services.cody-gateway.secrets.CODY_GATEWAY_ANTHROPIC_ACCESS_TOKN' is no variable that holds a secret of it; did you mean 'CODY_GATEWAY_ANTHROPIC_ACCESS_TOKEN'?",
        `'admin.services.cody-gateway.secrets.CODY_GATEWAY_OPENAI_ACCESS_TOKEN' needs the encrypted config value "openai" (models of openai), which is not given; set it by pulumi config set --secret --path 'sourcegraph:secrets.openai', or name another here`,
        `'admin.services.cody-gateway.secrets.SAMS_CLIENT_SECRET' needs the encrypted config value "codyGatewayClient" (its client at the accounts service), which is not given; set it by pulumi config set --secret --path 'sourcegraph:secrets.codyGatewayClient', or name another here`,
        "'admin.neighbours.enterprise-portal' is missing; cody-gateway calls it: give its zone admin and its host",
      ],
    ));

  it("needs the sign-in of employees where a service has a human plane", () => {
    wrongAdmin(adminConfigOf("aws", { ...adminSections.identity, employees: {} }), [
      "'admin.employees.oidc' is missing; a service has a human plane, and cloud aws asks the company's sign-in before it",
    ]);
    wrongAdmin(adminConfigOf("gcp", { ...adminSections.identity, employees: {} }), [
      "'admin.employees.groups' is missing; a service has a human plane, and cloud gcp lets in groups of the company only",
    ]);
  });

  it("says everything that is wrong with a service of one's own", () =>
    wrongAdmin(
      withOwn({
        scopeName: "Releases",
        stores: {
          Main: { kind: "relational", dataClasses: ["configuration"], why: "releases", into: "events" },
          "events-of-everybody": { kind: "analytics", dataClasses: ["operational"], why: "events" },
          stream: { kind: "stream", dataClasses: ["operational"], why: "events", retentionDays: 7, into: "nowhere" },
        },
        secrets: { token: { variable: "1TOKEN", purpose: "nothing" } },
        listeners: [
          { plane: "machine", subdomain: "Releases", paths: ["/", "api", "/a*"], admits: "jobs" },
          { plane: "machine", subdomain: "releases", paths: ["/api/*"], admits: "jobs" },
        ],
        calls: [{ to: "accounts", scope: "sams:user:read" }],
        outbound: ["https://api.github.com"],
      }),
      [
        `'admin.ownServices.release-registry.stores.Main' must have a name of 2 to 20 lower-case letters, digits and dashes, got "Main"`,
        "'admin.ownServices.release-registry.stores.Main.into' has a meaning for kind stream only, got kind relational; remove it",
        `'admin.ownServices.release-registry.stores.Main.into' must be a store of kind analytics of the same service, got "events"`,
        "'admin.ownServices.release-registry.stores.events-of-everybody.retentionDays' is missing; kind analytics needs the days after which what it holds is gone",
        "'admin.ownServices.release-registry.stores.events-of-everybody.tables' is missing; name its tables, or a stream that ends in it",
        "'admin.ownServices.release-registry.stores.stream.fields' is missing; name the fields that pass, every other is dropped",
        `'admin.ownServices.release-registry.stores.stream.into' must be a store of kind analytics of the same service, got "nowhere"`,
        `'admin.ownServices.release-registry.scopeName' must be at most 30 of a-z and _, got "Releases"`,
        `'admin.ownServices.release-registry.secrets.token.variable' must be a name of a variable, got "1TOKEN"`,
        `'admin.ownServices.release-registry.calls.0.scope' must be SERVICE::PERMISSION::ACTION with at most 30 of a-z and _, at most 215 of a-z, _ and ., and read, write or delete; at most 255 characters in all, got "sams:user:read"`,
        `'admin.ownServices.release-registry.outbound.0' must be a host name in lower case such as api.github.com, without https://, got "https://api.github.com"`,
        "'admin.neighbours.accounts' is missing; release-registry calls it: give its zone identity and its host",
        "'admin.ownServices.release-registry.clientId' is missing; it calls accounts, and shows the token of a client of its own",
        `'admin.ownServices.release-registry.listeners.0.subdomain' must be labels of a host name in lower case such as release-registry, got "Releases"`,
        `'admin.ownServices.release-registry.listeners.0.paths.0' must name what machines may reach, got "/", which is everything`,
        `'admin.ownServices.release-registry.listeners.0.paths.1' must be a path such as /api/v1/*, with * after the last / only, got "api"`,
        `'admin.ownServices.release-registry.listeners.0.paths.2' must be a path such as /api/v1/*, with * after the last / only, got "/a*"`,
        "'admin.ownServices.release-registry.listeners.1.plane' is machine a second time; one listener of each plane serves all its paths",
      ],
    ));

  it("is refused where a store has no class, or one that the zone may not hold", () => {
    const stores = (dataClasses?: readonly string[]) => ({
      stores: { main: { kind: "relational", why: "releases", ...(dataClasses === undefined ? {} : { dataClasses }) } },
    });
    const path = "'admin.ownServices.release-registry.stores.main.dataClasses'";
    refusedAdmin(withOwn(stores()), [
      `${path} breaks B-D02, every store is classified: no class is named; name what it holds, of configuration, operational, identity, secret, user-data and public-code`,
    ]);
    refusedAdmin(withOwn(stores(["user-data", "public-code"])), [
      `${path} breaks B-D01, the admin zone holds no user data and no public code: it holds user-data, public-code in zone admin; keep that data in the zone it comes from`,
    ]);
    refusedAdmin(withOwn(stores(["identity"])), [
      `${path} breaks B-D03, data about persons is in few hands: its owner release-registry is none of accounts, billing, enterprise-portal, pings, workspaces; ask one of these for it, or do not keep it`,
    ]);
  });

  it("is refused where a listener has no plane, or one that nobody of the zone has", () => {
    const listeners = (...given: object[]) => ({
      listeners: given.map((each) => ({ subdomain: "releases", paths: ["/api/*"], admits: "people", ...each })),
    });
    const path = "'admin.ownServices.release-registry.listeners.0";
    refusedAdmin(withOwn(listeners({})), [
      `${path}.plane' breaks B-N01, who is let in depends on the plane: none is named of releases; name human, machine, end-user or internal`,
    ]);
    refusedAdmin(withOwn(listeners({ plane: "end-user" })), [
      `${path}.plane' breaks B-N01, employees and machines alone reach the admin zone: releases is for end users; deploy the service in another zone, or let employees in by the human plane`,
    ]);
    refusedAdmin(withOwn(listeners({ plane: "machine", credentials: ["licence-token"] })), [
      `${path}.credentials' breaks B-M03, tokens that are made from a licence open only what was made for them: releases takes one; let callers show the token of a client`,
    ]);
  });

  it("is refused where a scope is for another than the callee", () =>
    refusedAdmin(
      withOwn(
        { clientId: "sams_cid_1", calls: [{ to: "accounts", scope: "telemetry_gateway::events::write" }] },
        { neighbours: adminSections.admin.neighbours },
      ),
      [
        "'admin.ownServices.release-registry.calls.0.scope' breaks B-M01, what a machine shows is for one callee: telemetry_gateway::events::write is for telemetry_gateway, and the callee accounts is sams; give it a scope of sams",
      ],
    ));

  it("is refused where a variable records prompts, opens the public site's database or is a secret in the open", () =>
    refusedAdmin(
      adminConfigOf("gcp", {
        ...adminSections.admin,
        services: {
          ...adminSections.admin.services,
          "cody-gateway": {
            ...adminSections.admin.services["cody-gateway"],
            env: {
              CODY_GATEWAY_DOTCOM_ACCESS_TOKEN: "x",
              CODY_GATEWAY_IDENTIFIERS_TO_LOG_FOR: "x",
              CODY_GATEWAY_WORKSPACES_URL: "x",
              CODY_GATEWAY_OTHER_ACCESS_TOKEN: "very-secret-text",
            },
          },
          "enterprise-portal": {
            ...adminSections.admin.services["enterprise-portal"],
            env: { DOTCOM_PGDSN_OVERRIDE: "x", DOTCOM_CLOUDSQL_INSTANCE: "x", DOTCOM_IMPORT_INTERVAL: "1h" },
          },
        },
      }),
      [
        "'admin.services.cody-gateway.env.CODY_GATEWAY_DOTCOM_ACCESS_TOKEN' breaks B-D05: it admits actors of the public site, whose flagged prompts are recorded; remove it",
        "'admin.services.cody-gateway.env.CODY_GATEWAY_IDENTIFIERS_TO_LOG_FOR' breaks B-D05: it writes prompts of single actors into the logs; remove it",
        "'admin.services.cody-gateway.env.CODY_GATEWAY_WORKSPACES_URL' breaks B-D05: it admits actors of workspaces, whose flagged prompts are recorded; remove it",
        "'admin.services.cody-gateway.env.CODY_GATEWAY_OTHER_ACCESS_TOKEN' breaks B-K05, secrets are references: it looks like a secret, and would be a plain value, which is not shown here; remove it, or name an encrypted config value below 'secrets' of the service where it is a variable of its own",
        "'admin.services.enterprise-portal.env.DOTCOM_PGDSN_OVERRIDE' breaks B-X02: it opens the database of the public site; remove it",
        "'admin.services.enterprise-portal.env.DOTCOM_CLOUDSQL_INSTANCE' breaks B-X02: it opens the database of the public site; remove it",
        "'admin.services.enterprise-portal.env.DOTCOM_IMPORT_INTERVAL' breaks B-X02: it opens the database of the public site; remove it",
      ],
    ));

  it("is refused where a secret of a service of one's own opens the public site's database", () =>
    refusedAdmin(withOwn({ secrets: { site: { variable: "DOTCOM_PGDSN_OVERRIDE", purpose: "import" } } }), [
      "'admin.ownServices.release-registry.secrets.site.variable' breaks B-X02: it opens the database of the public site; remove it",
    ]));

  it("has no place for what is said of an instance", () =>
    wrongAdmin(
      adminConfigOf("gcp", adminSections.admin, {
        boundaries: { zone: "dotcom", licence: ["dev"], syntheticData: true },
      }),
      [
        "'boundaries.zone' has no meaning for shape admin; remove it, the zone is 'admin.zone'",
        "'boundaries.licence' has no meaning for shape admin; remove it",
        "'boundaries.syntheticData' has no meaning for shape admin; remove it",
      ],
    ));

  it("is refused where an image has no digest, but in development", () => {
    const section = {
      ...adminSections.admin,
      services: { pings: { image: "registry.example.com/images/pings:insiders" } },
    };
    refusedAdmin(adminConfigOf("gcp", section), [
      `'admin.services.pings.image' breaks B-L04, images are pinned by digest: got "registry.example.com/images/pings:insiders" in stage production; write the digest behind it, as in registry.example.com/images/pings@sha256:…`,
    ]);
    assert.equal(
      adminSpecification("gcp", section, { boundaries: { stage: "development" } }).services[0]?.image,
      "registry.example.com/images/pings:insiders",
    );
  });
});
