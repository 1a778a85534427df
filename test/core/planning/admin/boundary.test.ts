import assert from "node:assert/strict";
import {
  adminBoundary,
  adminListenerBoundary,
  adminManifest,
  adminPublicFacts,
  adminServiceBoundary,
} from "../../../../components/core/planning/admin/boundary";
import type { AdminPlan } from "../../../../components/core/planning/admin/admin-plan";
import { judgeGraph, nameOf } from "../../../../components/core/rules/engine";
import type { Graph } from "../../../../components/core/rules/graph";
import { rules } from "../../../../components/core/rules/rules";
import { adminPlan, adminSections } from "../../../support/admin";
import { graphOf, type Given } from "../../../support/graph";

/** What components of a stack state, without anything that a cloud would make. */
function statedBy(plan: AdminPlan, ...more: readonly Given[]): Graph {
  return graphOf([
    { type: "sourcegraph:admin-services:AdminServices", name: plan.name, boundary: adminBoundary(plan) },
    ...plan.services.flatMap((service): Given[] => [
      {
        type: "sourcegraph:admin-services:AdminService",
        name: service.resource,
        parent: plan.name,
        boundary: adminServiceBoundary(plan, service),
      },
      ...service.listeners.map((listener): Given => ({
        type: "sourcegraph:admin-services:AdminListener",
        name: listener.resource,
        parent: service.resource,
        boundary: adminListenerBoundary(listener),
      })),
    ]),
    ...more,
  ]);
}

function broken(graph: Graph): string[] {
  return judgeGraph(graph, rules, [], "2026-11-21")
    .findings.filter(({ verdict }) => verdict === "broken")
    .map(({ rule, of, because }) => `${rule} ${nameOf(of)}: ${because}`);
}

const plan = adminPlan("gcp");

describe("what a stack of support services states", () => {
  it("breaks no rule but for what instances show, which names no callee", () => {
    assert.deepEqual(broken(statedBy(plan)), [
      "B-M01 single-tenant/instance to admin/cody-gateway at 443: the caller shows a licence token, which names no callee",
      "B-M01 single-tenant/instance to admin/enterprise-portal at 443: the caller shows a licence token, which names no callee",
      "B-M01 single-tenant/instance to admin/pings at 443: the caller shows nothing",
      "B-M01 single-tenant/instance to admin/telemetry-gateway at 443: the caller shows a licence token, which names no callee",
    ]);
    for (const section of [adminSections.identity, adminSections.dotcom, adminSections["multi-tenant"]])
      assert.deepEqual(broken(statedBy(adminPlan("aws", section))), []);
  });

  it("gives facts to stores, secrets and checks by their names", () => {
    const graph = statedBy(
      plan,
      { type: "gcp:redis/instance", name: "sg-cody-gateway-cache", parent: "sg-cody-gateway" },
      { type: "gcp:sql/databaseInstance", name: "sg-billing-main", parent: "sg-billing" },
      {
        type: "gcp:secretmanager/secret",
        name: "sg-enterprise-portal-licence-signing",
        parent: "sg-enterprise-portal",
      },
      { type: "gcp:monitoring/uptimeCheckConfig", name: "sg-pings-machine-without", parent: "sg-pings" },
    );
    const facts = (name: string) => {
      const resource = graph.resources.find((each) => each.name === name && each.type.startsWith("gcp:"));
      assert.ok(resource);
      const { zone, stage, owner, service, dataClasses, use, probe, rebuildable } = graph.factsOf(resource);
      return { zone, stage, owner, service, dataClasses, use, probe, rebuildable };
    };
    const of = (service: string) => ({ zone: "admin", stage: "production", owner: service, service });
    const none = { dataClasses: undefined, use: undefined, probe: undefined, rebuildable: undefined };
    assert.deepEqual(facts("sg-cody-gateway-cache"), {
      ...of("cody-gateway"),
      ...none,
      dataClasses: ["operational"],
      rebuildable: true,
    });
    assert.deepEqual(facts("sg-billing-main"), {
      ...of("billing"),
      ...none,
      dataClasses: ["identity"],
      rebuildable: false,
    });
    assert.deepEqual(facts("sg-enterprise-portal-licence-signing"), {
      ...of("enterprise-portal"),
      ...none,
      dataClasses: ["secret"],
      use: "licence-signing",
    });
    assert.deepEqual(facts("sg-pings-machine-without"), { ...of("pings"), ...none, probe: "without-credentials" });
  });

  it("is found where a right is for another service than the callee", () => {
    const [first, ...rest] = plan.grants;
    assert.ok(first);
    const wrong = { ...plan, grants: [{ ...first, scope: "telemetry_gateway::events::write" }, ...rest] };
    assert.ok(
      broken(statedBy(wrong)).includes(
        "B-M01 admin/billing to identity/accounts with telemetry_gateway::events::write: it is for telemetry_gateway, and the callee is sams",
      ),
    );
  });

  it("is found where the enterprise gateway keeps what users write", () => {
    const services = plan.services.map((service) =>
      service.name === "cody-gateway"
        ? { ...service, stores: service.stores.map((store) => ({ ...store, dataClasses: ["user-data" as const] })) }
        : service,
    );
    assert.ok(
      broken(statedBy({ ...plan, services })).includes(
        "B-D07 single-tenant/instance to admin/cody-gateway at 443: its callee keeps user-data in sg-cody-gateway-cache, sg-cody-gateway-events",
      ),
    );
  });

  it("is found where the public site administers", () => {
    const graph = statedBy({ ...adminPlan("gcp"), zone: "dotcom" });
    assert.ok(broken(graph).includes("B-X03 sg-enterprise-portal: it administers licensing"));
  });

  it("gives every cell a client of its own", () => {
    assert.deepEqual(
      plan.grants.filter(({ cell }) => cell !== undefined).map(({ client, scope }) => `${client} ${scope}`),
      ["cell-eu-1 telemetry_gateway::events::write", "cell-us-1 telemetry_gateway::events::write"],
    );
    const shared = { ...plan, grants: plan.grants.map((grant) => ({ ...grant, client: "fleet" })) };
    assert.ok(broken(statedBy(shared)).some((line) => line.startsWith("B-M02 client fleet: it is held by")));
  });

  it("says in its manifest who calls whom, and nothing that opens anything", () => {
    const manifest = adminManifest(plan);
    assert.equal(manifest.stack, "sg");
    assert.deepEqual(manifest.publishes, ["published"]);
    assert.deepEqual(manifest.facts, {
      zone: "admin",
      stage: "production",
      owner: "core-services",
      account: "example-admin",
    });
    assert.deepEqual([...new Set(manifest.edges?.map(({ kind }) => kind))], ["connects", "issues"]);
    for (const { secrets, identity } of plan.services) {
      const text = JSON.stringify({ ...manifest, edges: manifest.edges?.filter(({ kind }) => kind !== "issues") });
      for (const { resource, configName } of secrets)
        assert.ok(!text.includes(`"${resource}"`) && !text.includes(`"${configName ?? resource}"`), resource);
      assert.ok(!text.includes(`"${identity}"`));
    }
  });

  it("publishes host names and scope names", () => {
    const { hosts, scopes } = adminPublicFacts(adminPlan("gcp", adminSections.identity));
    assert.deepEqual(hosts, {
      accounts: {
        "end-user": "accounts.example.com",
        machine: "accounts-api.example.com",
        human: "accounts-staff.example.com",
      },
    });
    assert.deepEqual(scopes, { accounts: "sams" });
  });
});
