import assert from "node:assert/strict";
import { appliesTo } from "../../../components/core/rules/applicability";
import {
  zones,
  type BoundaryFacts,
  type DeclaredEdge,
  type Stage,
  type Zone,
} from "../../../components/core/rules/facts";
import type { Rule } from "../../../components/core/rules/rule";
import { rules } from "../../../components/core/rules/rules";
import { storeKinds } from "../../../components/core/rules/stores";
import { pod } from "../../support/boundary";
import { graphOf, said, type Given } from "../../support/graph";

const modes = ["air-gapped", "byok", "own-model"] as const;

/** A zone in which everything is wrong that can be, for one stage. */
function everythingWrong(zone: Zone, stage: Stage) {
  const facts: BoundaryFacts = {
    zone,
    modes,
    stage,
    development: { accounts: [], domain: "dev.acme.com" },
    settings: { licence: [], subscriptionProxy: true },
    account: "acme",
    ...(zone === "admin" ? {} : { cell: "one" }),
    cellTerms: {},
    plane: "machine",
    origin: "edge",
    administers: "licensing",
    scopeName: "x",
  };
  const edges: DeclaredEdge[] = [
    { kind: "connects", from: "a", to: "b", port: 1, credential: "licence-token", plane: "human" },
    { kind: "connects", from: "executor", to: "gitserver" },
    { kind: "issues", from: "a", to: "b", scope: "c::d::read", client: "e" },
  ];
  const inside = (type: string, name: string, inputs: Given["inputs"] = {}, refers: Given["refers"] = {}): Given => ({
    type,
    name,
    parent: "zone",
    inputs,
    refers,
  });
  const kubernetes = (type: string, name: string, inputs: Given["inputs"]) =>
    inside(`kubernetes:${type}`, name, inputs);
  const env = [
    { name: "PGPASSWORD", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
    { name: "DOTCOM_IMPORT_INTERVAL", value: "1h" },
  ];
  return graphOf([
    { type: "sourcegraph:test:Part", name: "zone", boundary: { facts, edges } },
    {
      type: "sourcegraph:test:Part",
      name: "acme",
      parent: "zone",
      boundary: { facts: { tenant: "acme", tenancy: "isolated" } },
    },
    { type: "aws:kms/key", name: "tenant-key", parent: "acme" },
    {
      type: "sourcegraph:test:Part",
      name: "gateway",
      parent: "zone",
      boundary: { facts: { service: "cody-gateway" } },
    },
    {
      type: "sourcegraph:test:Part",
      name: "signing",
      parent: "zone",
      boundary: { facts: { use: "licence-signing", service: "portal" } },
    },
    { type: "gcp:secretmanager/secret", name: "signing-key", parent: "signing" },
    {
      type: "sourcegraph:test:Part",
      name: "persons",
      parent: "zone",
      boundary: { facts: { dataClasses: ["identity"] } },
    },
    { type: "gcp:bigquery/dataset", name: "emails", parent: "persons" },
    { type: "sourcegraph:test:Part", name: "human", parent: "zone", boundary: { facts: { plane: "human" } } },
    { type: "gcp:cloudrunv2/service", name: "page", parent: "human" },
    pod("gateway-pod", "gateway", []),
    ...storeKinds.map(({ type }) => inside(type, type.replaceAll(/\W/g, "-"))),
    pod("gitserver", "zone", env),
    pod("zoekt-indexserver", "zone", []),
    kubernetes("core/v1:Namespace", "namespace", { metadata: { name: "n" } }),
    kubernetes("networking.k8s.io/v1:NetworkPolicy", "policy", {
      spec: { podSelector: { matchLabels: { app: "gitserver" } }, egress: [{}], ingress: [{}] },
    }),
    inside("aws:iam/accessKey", "access-key"),
    inside("aws:ec2/natGateway", "nat"),
    inside("aws:lb/listener", "listener", { port: 80, protocol: "HTTP", defaultActions: [{ type: "forward" }] }),
    inside("aws:iam/rolePolicy", "wide", {
      policy: {
        Statement: [{ Action: "*", Resource: "*", Condition: { StringNotEquals: { "aws:PrincipalTag/tenant": "a" } } }],
      },
    }),
    inside("aws:iam/role", "foreign", { assumeRolePolicy: { Statement: [{ Principal: "*" }] } }),
    inside("gcp:projects/iAMMember", "person", { role: "roles/owner", member: "user:eve@other.com" }),
    inside("gcp:sql/user", "login"),
    inside("pulumi:providers:aws", "provider"),
  ]);
}

/** What a rule says of a zone in which everything is wrong. */
function saidOf(rule: Rule, zone: Zone): string[] {
  return (["production", "development"] as const).flatMap((stage) => said(rule, everythingWrong(zone, stage)));
}

/** Rules that are about what this zone does not show: two zones, or all of a listener; their own tests do. */
const notShown = ["B-D07", "B-N05", "B-N08", "B-X01", "B-X04", "B-L05"];

describe("the zones of rules", () => {
  for (const rule of rules) {
    const outside = zones.filter((zone) => !appliesTo(rule.id, { zone, modes }));
    if (outside.length > 0)
      it(`${rule.id} says nothing in ${outside.join(", ")}`, () =>
        assert.deepEqual(
          outside.flatMap((zone) => saidOf(rule, zone).map((text) => `${zone}: ${text}`)),
          [],
        ));
    if (!notShown.includes(rule.id))
      it(`${rule.id} speaks where it applies`, () => {
        const inside = zones.filter((zone) => appliesTo(rule.id, { zone, modes }));
        assert.ok(inside.some((zone) => saidOf(rule, zone).length > 0));
      });
  }

  it("holds rules of modes to the modes", () =>
    assert.deepEqual(
      ["B-A01", "B-A04"].map((rule) => appliesTo(rule, { zone: "single-tenant" })),
      [false, false],
    ));
});
