import assert from "node:assert/strict";
import fc from "fast-check";
import { scopeOf } from "../../../../components/core/planning/admin/scopes";
import type { AdminPlan } from "../../../../components/core/planning/admin/admin-plan";
import { overlaps } from "../../../../components/core/planning/addresses";
import { adminCatalogue } from "../../../../components/core/product/admin/catalogue";
import { adminPlan, adminSections, ownAdminService } from "../../../support/admin";

type Zone = keyof typeof adminSections;

const clouds = fc.constantFrom("aws" as const, "gcp" as const);
const zones = fc.constantFrom(...(Object.keys(adminSections) as Zone[]));

interface Choice {
  readonly cloud: "aws" | "gcp";
  readonly zone: Zone;
  readonly pick: readonly boolean[];
  readonly own: boolean;
  readonly key: boolean;
}

function planOf({ cloud, zone, pick, own, key }: Choice): AdminPlan {
  const section = adminSections[zone];
  const all = Object.entries(section.services);
  const some = all.filter((_, index) => pick[index] === true);
  const services = Object.fromEntries(some.length === 0 ? all : some);
  const portal = { "enterprise-portal": { zone: "admin", host: "enterprise-portal.other.example.com" } };
  const workspaces = { workspaces: { zone: "multi-tenant", host: "workspaces-api.other.example.com" } };
  return adminPlan(cloud, {
    ...section,
    services,
    neighbours: {
      accounts: adminSections.admin.neighbours.accounts,
      ...(zone === "admin" && services["enterprise-portal"] === undefined ? portal : {}),
      ...(zone === "multi-tenant" && services["workspaces"] === undefined ? workspaces : {}),
    },
    ...(own ? { ownServices: { "release-registry": ownAdminService } } : {}),
    licenceSigning: key ? "key" : "secret",
  });
}

/** Choices of every cloud and zone, with some of the services and perhaps one of somebody's own. */
const choices: fc.Arbitrary<Choice> = fc.record({
  cloud: clouds,
  zone: zones,
  pick: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
  own: fc.boolean(),
  key: fc.boolean(),
});

const known = new Map<string, AdminPlan>();

/** Asserts something of the plans of many choices. */
function always(holds: (plan: AdminPlan) => void): void {
  fc.assert(
    fc.property(choices, (choice) => {
      const name = JSON.stringify(choice);
      const plan = known.get(name) ?? planOf(choice);
      known.set(name, plan);
      holds(plan);
    }),
    { numRuns: 40 },
  );
}

const unique = (values: readonly string[]): void => {
  assert.deepEqual(values, [...new Set(values)]);
};

describe("a plan of support services, whatever of them runs where", () => {
  it("names everything once, in lengths that both clouds allow", () =>
    always(({ name, services, keys }) => {
      unique(services.map(({ identity }) => identity));
      unique(services.flatMap(({ listeners }) => listeners.map(({ host }) => host)));
      unique([
        ...services.flatMap(({ stores, secrets }) => [...stores, ...secrets].map(({ resource }) => resource)),
        ...keys.map((key) => key.name),
      ]);
      unique(services.flatMap(({ checks, alarms }) => [...checks, ...alarms].map(({ resource }) => resource)));
      for (const { identity, stores, resource } of services) {
        assert.ok(identity.length <= 30 && resource.startsWith(`${name}-`));
        for (const store of stores) assert.ok(store.resource.length <= 40, store.resource);
      }
    }));

  it("gives every store and secret a key of its service, and holds classes apart", () =>
    always(({ services, keys, logs }) => {
      for (const service of services) {
        for (const store of service.stores) {
          const key = keys.find(({ name }) => name === store.key);
          assert.ok(
            key?.purpose === "encrypt" && key.service === service.name && key.encrypts.includes(store.resource),
          );
        }
        const classes = (key: string) =>
          service.stores
            .filter((store) => store.key === key)
            .map(({ dataClasses }) =>
              dataClasses.filter((each) => ["identity", "user-data", "secret"].includes(each)).join(),
            );
        for (const { name } of keys) assert.ok(new Set(classes(name)).size <= 1, name);
        const secretKey = keys.find(({ name }) => name === service.secretKey);
        assert.deepEqual(
          secretKey?.encrypts,
          service.secrets.map(({ resource }) => resource),
        );
      }
      assert.ok(keys.some(({ name, use }) => name === logs.key && use === "log"));
      for (const { purpose, rotationDays, destroyDays } of keys)
        assert.ok(
          (purpose === "sign" ? rotationDays === undefined : (rotationDays ?? 999) <= 365) && destroyDays === 30,
        );
    }));

  it("lets identities use keys of their own service, but for tables that are read", () =>
    always(({ services, keys }) => {
      for (const { service, usedBy, use, encrypts } of keys) {
        const own = services.find(({ name }) => name === service);
        const readers = services
          .filter(({ reads }) =>
            reads.some((each) => each.service === service && encrypts.some((name) => name.endsWith(`-${each.store}`))),
          )
          .map(({ identity }) => identity);
        for (const identity of usedBy)
          assert.ok(
            identity === own?.identity ||
              identity === own?.executionIdentity ||
              (use === "data" && readers.includes(identity)),
          );
        if (use === "signing") assert.deepEqual(usedBy, [own?.identity]);
      }
    }));

  it("persists no cache, logs no statement, keeps no log for more than thirty days", () =>
    always(({ services, logs }) => {
      assert.ok(logs.retentionDays <= 30);
      for (const store of services.flatMap(({ stores }) => stores)) {
        if (store.kind === "cache") assert.deepEqual([store.persistent, store.snapshotDays], [false, 0]);
        if (store.kind === "relational") {
          assert.equal(store.parameters["log_statement"], "none");
          assert.equal(store.parameters["log_parameter_max_length"], "0");
          assert.notEqual(store.logins.application, store.logins.owner);
        }
      }
    }));

  it("holds no user data in zone admin, and sets no variable that may never be set", () =>
    always(({ services, zone }) => {
      for (const { name, stores, container, secrets } of services) {
        if (zone === "admin" || zone === "identity")
          for (const { dataClasses } of stores)
            assert.ok(!dataClasses.some((each) => each === "user-data" || each === "public-code"));
        const forbidden = adminCatalogue[zone].find((each) => each.name === name)?.forbidden ?? [];
        for (const variable of [...Object.keys(container.environment), ...secrets.map((secret) => secret.variable)])
          for (const each of forbidden) assert.ok(!each.name.test(variable), variable);
      }
    }));

  it("tells no container a secret, and only of stores that there are", () =>
    always(({ services }) => {
      for (const { container, secrets, reads, name } of services) {
        const variables = Object.keys(container.environment);
        unique([...variables, ...secrets.map(({ variable }) => variable)]);
        assert.ok(secrets.some(({ variable }) => variable.endsWith("DIAGNOSTICS_SECRET")));
        for (const value of Object.values(container.environment)) {
          if (typeof value === "string" || !("store" in value)) continue;
          const owner = services.find((each) => each.name === value.service);
          assert.ok(owner?.stores.some((store) => store.name === value.store));
          if (value.service !== name)
            assert.ok(reads.some((each) => each.service === value.service && each.store === value.store));
        }
      }
    }));

  it("asks for a sign-in before employees' ways in, and tries every way in from outside with and without", () =>
    always(({ services }) => {
      for (const { listeners, checks, alarms } of services)
        for (const { plane, host, authentication, webFirewall, paths } of listeners) {
          const own = checks.filter((check) => check.host === host);
          assert.deepEqual(
            own.map(({ shows }) => shows),
            plane === "internal" ? [] : ["diagnostics", "none"],
          );
          for (const { resource } of own) assert.ok(alarms.some(({ of }) => of === resource));
          assert.equal(authentication, plane === "human" ? "identity-aware-proxy" : "service");
          assert.equal(webFirewall, plane === "machine" || plane === "end-user");
          if (plane === "machine") assert.ok(!paths.some((path) => path === "/" || path === "/*"));
        }
    }));

  it("gives rights with the scope name of the callee, to one client of each caller", () =>
    always(({ grants }) => {
      const holders = new Map<string, string>();
      for (const { scope, honours, client, caller, tokenSeconds } of grants) {
        assert.equal(scopeOf(scope)?.service, honours);
        assert.ok(tokenSeconds <= 3600);
        assert.equal(holders.get(client) ?? caller, caller);
        holders.set(client, caller);
      }
    }));

  it("lets out to what services ask and to services they call, and nowhere else", () =>
    always(({ services, network }) => {
      const beside = ["login.example.com", "registry.example.com"];
      for (const host of network.allowedHosts)
        assert.ok(beside.includes(host) || services.some(({ allowedHosts }) => allowedHosts.includes(host)), host);
      for (const { allowedHosts } of services)
        for (const host of allowedHosts) assert.ok(network.allowedHosts.includes(host));
    }));

  it("cuts the network so that no part lies in another", () => {
    for (const cloud of ["aws", "gcp"] as const)
      for (const prefix of [16, 17, 18, 19, 20]) {
        const section = { ...adminSections.identity, cidr: `10.64.0.0/${prefix}` };
        const { subnets, cidr } = adminPlan(cloud, section).network;
        subnets.forEach((one, index) => {
          assert.ok(overlaps(one.cidr, cidr));
          for (const other of subnets.slice(index + 1))
            assert.ok(!overlaps(one.cidr, other.cidr), `${one.name} ${other.name}`);
        });
      }
  });

  it("is the same whatever the order of the config", () =>
    fc.assert(
      fc.property(clouds, zones, fc.array(fc.nat(), { minLength: 5, maxLength: 5 }), (cloud, zone, order) => {
        const section = adminSections[zone];
        const shuffled = Object.fromEntries(
          Object.entries(section.services)
            .map((entry, index) => ({ entry, at: order[index] ?? 0 }))
            .sort((a, b) => a.at - b.at)
            .map(({ entry }) => entry),
        );
        assert.equal(
          JSON.stringify(adminPlan(cloud, { ...section, services: shuffled })),
          JSON.stringify(adminPlan(cloud, section)),
        );
      }),
      { numRuns: 20 },
    ));
});
