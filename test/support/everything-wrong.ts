import type { BoundaryFacts, DeclaredEdge, Stage, Zone } from "../../components/core/rules/facts";
import type { Graph } from "../../components/core/rules/graph";
import { storeKinds } from "../../components/core/rules/stores";
import { pod } from "./boundary";
import { graphOf, type Given } from "./graph";

/** Modes that have rules of their own. */
export const modes = ["air-gapped", "byok", "own-model"] as const;

/** A zone in which everything is wrong that can be, for one stage. */
export function everythingWrong(zone: Zone, stage: Stage): Graph {
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
