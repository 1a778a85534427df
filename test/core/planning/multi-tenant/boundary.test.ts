import { strict as assert } from "node:assert";
import {
  cellBoundary,
  cellFacts,
  environmentBoundary,
  inCell,
  tenantBoundary,
} from "../../../../components/core/planning/multi-tenant/boundary";
import { clusterBoundary, kubernetesBoundary } from "../../../../components/core/planning/boundary/kubernetes";
import type { PlannedCell } from "../../../../components/core/planning/multi-tenant/multi-tenant-plan";
import { judgeGraph } from "../../../../components/core/rules/engine";
import type { Graph } from "../../../../components/core/rules/graph";
import { rules } from "../../../../components/core/rules/rules";
import { graphOf, type Given } from "../../../support/graph";
import { multiTenantPlan } from "../../../support/multi-tenant";

const plan = multiTenantPlan();

const cellOf = (name: string): PlannedCell => {
  const found = plan.cells.find((cell) => cell.name === name);
  assert.ok(found);
  return found;
};

/** The components of the backend as they state themselves, without anything of a cloud. */
function stated(): Given[] {
  return [
    {
      type: "sourcegraph:multi-tenant-backend:MultiTenantEnvironment",
      name: "mt",
      boundary: environmentBoundary(plan),
    },
    ...plan.cells.flatMap((cell): Given[] => [
      {
        type: "sourcegraph:multi-tenant-backend:Cell",
        name: cell.name,
        parent: "mt",
        boundary: cellBoundary(plan, cell),
      },
      {
        type: "sourcegraph:kubernetes:SourcegraphKubernetes",
        name: `${cell.name}-product`,
        parent: cell.name,
        boundary: inCell(kubernetesBoundary(cell.plan, cell.specification), plan, cell),
      },
      ...cell.alarms.map(({ name, percent }) => ({
        type: "aws:cloudwatch/metricAlarm",
        name,
        parent: cell.name,
        inputs: { threshold: percent },
      })),
    ]),
    ...plan.tenants.map((tenant) => ({
      type: "sourcegraph:multi-tenant-backend:Tenant",
      name: `${tenant.name}-tenant`,
      parent: tenant.cell,
      boundary: tenantBoundary(plan, tenant),
    })),
  ];
}

const brokenIn = (graph: Graph): string[] =>
  judgeGraph(graph, rules, [], "2026-11-21")
    .findings.filter(({ verdict }) => verdict === "broken")
    .map(({ rule, of, because }) => `${rule} ${of}: ${because}`);

describe("what the multi-tenant backend states to the rules", () => {
  it("is of its zone, and of a cell where it is in one, whoever states it", () => {
    const cell = cellOf("cell-1");
    const boundary = inCell(clusterBoundary(cell.specification), plan, cell);
    assert.deepEqual(boundary.facts, cellFacts(plan, cell));
    assert.deepEqual(cellFacts(plan, cell), {
      zone: "multi-tenant",
      stage: "production",
      owner: "cloud",
      cell: "cell-1",
      tenancy: "pooled",
      account: "222222222221",
      registries: ["index.docker.io/sourcegraph"],
      companyDomains: ["example.com"],
      cellTerms: {
        targetMaxTenants: 500,
        offboardingDays: 37,
        graceDays: 7,
        purges: ["ephemeral", "cache", "block", "object", "relational", "secret", "logs", "backup"],
      },
    });
  });

  it("admits the customer's account in a cell under the customer's keys, and says whose they are", () => {
    const facts = cellFacts(plan, cellOf("bank"));
    assert.deepEqual([facts.admits, facts.modes, facts.tenancy], [["333333333333"], ["byok"], "byok"]);
    assert.deepEqual(cellBoundary(plan, cellOf("bank")).children?.["bank-db"], {
      keyOwner: "customer",
      tenant: "great-bank",
    });
    assert.deepEqual(cellBoundary(plan, cellOf("cell-1")).children?.["cell-1-db"], { keyOwner: "us" });
  });

  it("names every host that a cell opens, so that the list of a firewall can be held against it", () => {
    for (const cell of plan.cells) {
      const hosts = new Set(
        (cellBoundary(plan, cell).edges ?? []).flatMap((edge) => (edge.kind === "connects" ? [edge.to] : [])),
      );
      for (const { host } of cell.egress) assert.ok(hosts.has(host), host);
    }
  });

  it("holds one client for each cell, with tokens of an hour at most, and scopes of the services it calls", () => {
    const issued = plan.cells.map((cell) =>
      (cellBoundary(plan, cell).edges ?? []).flatMap((edge) => (edge.kind === "issues" ? [edge] : [])),
    );
    assert.deepEqual(
      issued.map((edges) => [...new Set(edges.map(({ client }) => client))]),
      [["sams_cid_1"], ["sams_cid_2"], ["sams_cid_acme"], ["sams_cid_bank"]],
    );
    assert.ok(issued.flat().every(({ tokenSeconds = Infinity, from }) => tokenSeconds <= 3600 && from === "worker"));
    assert.deepEqual(
      [...new Set(issued.flat().map(({ to }) => to))],
      ["workspaces", "identity/accounts", "admin/telemetry-gateway", "cody-gateway"],
    );
    assert.deepEqual(cellOf("cell-1").client.scopes, [
      "workspaces::workspace::read",
      "workspaces::instance::write",
      "workspaces::metering::write",
      "sams::user.profile::read",
      "telemetry_gateway::events::write",
      "cody_gateway::workspaces::read",
    ]);
    assert.deepEqual(cellOf("cell-2").client.scopes, cellOf("cell-1").client.scopes.slice(0, 5));
  });

  it("breaks no rule by what it states", () => {
    assert.deepEqual(brokenIn(graphOf(stated())), []);
  });

  it("is found by the rules when a limit, an alarm or an account is wrong", () => {
    const wrong = stated().map((given) => {
      if (given.name === "cell-1-disk") return { ...given, inputs: { threshold: 95 } };
      if (given.name !== "cell-2" || given.boundary === undefined) return given;
      const { cellTerms: _terms, ...facts } = given.boundary.facts;
      return { ...given, boundary: { ...given.boundary, facts: { ...facts, account: "222222222221" } } };
    });
    const found = brokenIn(graphOf(wrong));
    for (const start of [
      "B-T14 urn:pulumi:stack::project::sourcegraph:multi-tenant-backend:Cell::cell-1: the alarm on disk is at 95",
      "B-T14 urn:pulumi:stack::project::sourcegraph:multi-tenant-backend:Cell::cell-2: nothing states how many tenants",
      "B-T08 urn:pulumi:stack::project::sourcegraph:multi-tenant-backend:Cell::cell-1: account 222222222221 is that of cell cell-2 too",
    ])
      assert.ok(
        found.some((each) => each.startsWith(start)),
        `${start}\n${found.join("\n")}`,
      );
  });

  it("puts nothing of people into the edge or the placement", () => {
    const { children = {}, edges = [] } = environmentBoundary(plan);
    assert.deepEqual(children["mt-placement"]?.dataClasses, ["configuration"]);
    assert.deepEqual(children["mt-routes"]?.dataClasses, ["configuration"]);
    assert.ok(edges.every((edge) => edge.kind !== "stores" || edge.dataClass === "configuration"));
  });
});
