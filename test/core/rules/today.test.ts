import assert from "node:assert/strict";
import { judgeGraph, nameOf } from "../../../components/core/rules/engine";
import type { BoundaryFacts, DeclaredEdge } from "../../../components/core/rules/facts";
import { unknownValue, type Graph } from "../../../components/core/rules/graph";
import { rules } from "../../../components/core/rules/rules";
import { part } from "../../support/boundary";
import { graphOf, type Given } from "../../support/graph";

const account = (service: string): Given => ({
  type: "gcp:serviceaccount/account:Account",
  name: `${service}-sa`,
  parent: service,
});
const image = `registry.acme.com/service@sha256:${"a".repeat(64)}`;
const secret = (name: string, version: string) => ({ name, valueSource: { secretKeyRef: { secret: name, version } } });

/** A service as the platform makes it by default: anybody may invoke it, and its secrets are of the whole project. */
function service(name: string, parent: string, facts: BoundaryFacts, envs: readonly unknown[] = []): Given[] {
  return [
    { ...part(name, { service: name, owner: name, ...facts }), parent },
    account(name),
    {
      type: "gcp:cloudrunv2/service:Service",
      name: `${name}-run`,
      parent: name,
      inputs: {
        ingress: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
        defaultUriDisabled: true,
        template: {
          serviceAccount: `${name}-sa`,
          vpcAccess: { egress: "PRIVATE_RANGES_ONLY" },
          containers: [
            {
              image,
              envs: [
                { name: "DIAGNOSTICS_SECRET", value: "0123456789abcdef" },
                secret("SAMS_CLIENT_SECRET", "latest"),
                ...envs,
              ],
            },
          ],
        },
      },
      refers: { template: `${name}-sa` },
    },
    {
      type: "gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
      name: `${name}-invoker`,
      parent: name,
      inputs: { role: "roles/run.invoker", member: "allUsers" },
      refers: { name: `${name}-run` },
    },
    {
      type: "gcp:projects/iAMMember:IAMMember",
      name: `${name}-secrets`,
      parent: name,
      inputs: { role: "roles/secretmanager.secretAccessor" },
      refers: { member: `${name}-sa` },
    },
  ];
}

/** A page for employees, with or without the proxy that lets only the company's in. */
const page = (parent: string, runsAs: string, iapEnabled: boolean): Given => ({
  type: "gcp:cloudrunv2/service:Service",
  name: `${parent}-run`,
  parent,
  inputs: {
    iapEnabled,
    ingress: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
    defaultUriDisabled: true,
    template: {
      serviceAccount: `${runsAs}-sa`,
      vpcAccess: { egress: "PRIVATE_RANGES_ONLY" },
      containers: [{ image, envs: [secret("DIAGNOSTICS_SECRET", "1")] }],
    },
  },
  refers: { template: `${runsAs}-sa` },
});

const redis = (parent: string, mode: string): Given => ({
  type: "gcp:redis/instance:Instance",
  name: `${parent}-redis`,
  parent,
  inputs: {
    authEnabled: true,
    transitEncryptionMode: "SERVER_AUTHENTICATION",
    persistenceConfig: { persistenceMode: mode },
  },
});

const database = (parent: string): Given => ({
  type: "gcp:sql/databaseInstance:DatabaseInstance",
  name: `${parent}-sql`,
  parent,
  protected: true,
  inputs: {
    deletionProtection: true,
    settings: {
      deletionProtectionEnabled: true,
      ipConfiguration: { ipv4Enabled: true, sslMode: "TRUSTED_CLIENT_CERTIFICATE_REQUIRED" },
      databaseFlags: [
        { name: "log_statement", value: "none" },
        { name: "log_parameter_max_length", value: "0" },
      ],
    },
  },
});

const gatewayEdges: DeclaredEdge[] = [
  {
    kind: "connects",
    from: "enterprise-portal",
    to: "identity/accounts",
    credential: "oauth-client",
    contract: "introspection",
  },
  {
    kind: "issues",
    from: "enterprise-portal",
    to: "identity/accounts",
    scope: "sams::user::read",
    client: "portal",
    tokenSeconds: 3600,
  },
];
const asks: DeclaredEdge[] = [
  { to: "admin/telemetry-gateway", contract: "telemetry" as const },
  { to: "dotcom/frontend", contract: "licence-check" as const },
].map((edge) => ({
  kind: "connects",
  from: "worker",
  credential: "licence-token",
  plane: "machine",
  over: "internet",
  ...edge,
}));

/** Who did what in a zone is told to the organization's project of logs. */
const audited = (zone: string): Given[] => [
  {
    type: "gcp:projects/iAMAuditConfig:IAMAuditConfig",
    name: `${zone}-audit`,
    parent: zone,
    inputs: { service: "allServices", auditLogConfigs: [{ logType: "DATA_READ" }, { logType: "DATA_WRITE" }] },
  },
  {
    type: "gcp:logging/projectSink:ProjectSink",
    name: `${zone}-sink`,
    parent: zone,
    refers: { destination: "organization-logs" },
  },
];

/** The services for instances and employees, with those of identities. */
const adminServices = graphOf(
  [
    part(
      "admin",
      { zone: "admin", companyDomains: ["sourcegraph.com"], registries: ["registry.acme.com"] },
      ...gatewayEdges,
    ),
    part("identity", {
      zone: "identity",
      account: "identity-project",
      companyDomains: ["sourcegraph.com"],
      registries: ["registry.acme.com"],
    }),
    part("logs", { zone: "admin", account: "log-project", owner: "security", dataClasses: ["operational"] }),
    {
      type: "gcp:logging/projectBucketConfig:ProjectBucketConfig",
      name: "organization-logs",
      parent: "logs",
      inputs: { locked: true, retentionDays: 30 },
    },
    ...["admin", "identity"].flatMap(audited),
    ...service("cody-gateway", "admin", { dataClasses: ["user-data", "operational"] }),
    redis("cody-gateway", "RDB"),
    ...service("enterprise-portal", "admin", { dataClasses: ["configuration"] }, [
      { name: "DOTCOM_CLOUDSQL_HOST", value: "10.0.0.1" },
    ]),
    database("enterprise-portal"),
    ...service("accounts", "identity", { dataClasses: ["identity"], scopeName: "sams" }),
    { ...part("analytics", { service: "analytics", owner: "analytics" }), parent: "identity" },
    account("analytics"),
    {
      type: "gcp:bigquery/dataset:Dataset",
      name: "user_emails",
      parent: "accounts",
      inputs: { defaultTableExpirationMs: 1 },
      // Deletion is refused for whole projects.
      protected: true,
    },
    {
      type: "gcp:bigquery/datasetIamMember:DatasetIamMember",
      name: "analytics-reads",
      parent: "accounts",
      inputs: { role: "roles/bigquery.dataViewer" },
      refers: { datasetId: "user_emails", member: "analytics-sa" },
    },
    ...service("telemetry-gateway", "admin", { dataClasses: ["operational"] }),
    {
      type: "gcp:pubsub/schema:Schema",
      name: "telemetry-fields",
      parent: "telemetry-gateway",
      inputs: { definition: "message Event { string deepsearch_topic = 1; int64 count = 2; }" },
    },
    { ...part("sign-in", { plane: "end-user", service: "accounts" }), parent: "accounts" },
    { ...part("management", { plane: "human", service: "accounts" }), parent: "accounts" },
    ...["sign-in", "management"].map((plane): Given => ({
      type: "gcp:certificatemanager/certificate:Certificate",
      name: `${plane}-certificate`,
      parent: plane,
      inputs: { managed: { domains: ["accounts.sourcegraph.com"] } },
    })),
    page("management", "accounts", false),
    { ...part("dashboard", { plane: "human", service: "dashboard", owner: "dashboard" }), parent: "admin" },
    account("dashboard"),
    page("dashboard", "dashboard", true),
    {
      type: "gcp:privilegedaccessmanager/entitlement:Entitlement",
      name: "operators",
      parent: "admin",
      inputs: {
        eligibleUsers: [{ principals: ["group:managed-services@sourcegraph.com"] }],
        maxRequestDuration: "43200s",
      },
    },
  ],
  [{ facts: { zone: "single-tenant" }, edges: asks }],
);

/** The public site, which passes calls on to billing. */
const publicSite = graphOf([part("site", { zone: "dotcom", settings: { subscriptionProxy: true } })]);

/** What is known of a cell: what purges its stores, and no more than that there is a login. */
const cell = graphOf([
  part("stores", {
    zone: "multi-tenant",
    cell: "one",
    service: "stores",
    owner: "cells",
    dataClasses: ["user-data"],
    cellTerms: { purges: ["cache", "block", "relational", "object"] },
  }),
  ...["gitserver", "zoekt"].map((name): Given => ({
    type: "kubernetes:core/v1:PersistentVolumeClaim",
    name: `${name}-data`,
    parent: "stores",
    protected: true,
  })),
  {
    type: "postgresql:index/role:Role",
    name: "login",
    parent: "stores",
    inputs: { bypassRowLevelSecurity: unknownValue, superuser: unknownValue },
  },
]);

const verdicts = (graph: Graph) => judgeGraph(graph, rules, [], "2026-11-21").findings;
const findings = [adminServices, publicSite, cell].flatMap(verdicts);

/** Rules with a verdict of these. */
function having(verdict: "holds" | "broken" | "unproven"): string[] {
  return [...new Set(findings.filter((finding) => finding.verdict === verdict).map(({ rule }) => rule))];
}

/** Rules that today's arrangement is known to fail, and of those the ones that it keeps in part. */
const fails = ["D01", "D03", "D04", "D06", "N02", "N04", "N06", "N08", "K01", "K05", "X02", "X03"].map(
  (id) => `B-${id}`,
);
const partly = ["B-N01", "B-I03", "B-M01", "B-M05"];

describe("today's arrangement", () => {
  it("fails exactly the rules that it is known to fail", () =>
    assert.deepEqual(having("broken").sort(), [...fails, ...partly].sort()));

  it("keeps in part what it is known to keep in part", () =>
    assert.deepEqual(
      having("holds").filter((rule) => partly.includes(rule)),
      partly,
    ));

  it("leaves unproven what is not known, and nothing else", () =>
    assert.deepEqual(
      having("unproven").filter((rule) => !having("broken").includes(rule)),
      ["B-T02"],
    ));

  it("keeps the rules that it is known to keep", () =>
    assert.deepEqual(
      ["B-I01", "B-I04", "B-T10", "B-L03"].filter(
        (rule) => having("holds").includes(rule) && !having("broken").includes(rule),
      ),
      ["B-I01", "B-I04", "B-T10", "B-L03"],
    ));

  it("fails each of them at these", () =>
    assert.deepEqual(
      findings.filter(({ verdict }) => verdict === "broken").map(({ rule, of }) => `${rule} ${nameOf(of)}`),
      [
        "B-D01 cody-gateway-redis",
        "B-D03 user_emails",
        "B-D04 cody-gateway-redis",
        "B-D06 telemetry-fields",
        "B-N01 management-run",
        "B-N02 accounts-invoker",
        "B-N02 cody-gateway-invoker",
        "B-N02 enterprise-portal-invoker",
        "B-N02 telemetry-gateway-invoker",
        "B-N04 enterprise-portal-sql",
        "B-N06 accounts-run",
        "B-N06 cody-gateway-run",
        "B-N06 dashboard-run",
        "B-N06 enterprise-portal-run",
        "B-N06 management-run",
        "B-N06 telemetry-gateway-run",
        "B-N08 management-certificate",
        "B-N08 sign-in-certificate",
        "B-I03 accounts-secrets",
        "B-I03 cody-gateway-secrets",
        "B-I03 enterprise-portal-secrets",
        "B-I03 telemetry-gateway-secrets",
        "B-M01 single-tenant/worker to admin/telemetry-gateway",
        "B-M01 single-tenant/worker to dotcom/frontend",
        "B-M05 accounts-run",
        "B-M05 cody-gateway-run",
        "B-M05 enterprise-portal-run",
        "B-M05 telemetry-gateway-run",
        "B-K01 user_emails",
        "B-K01 organization-logs",
        "B-K01 cody-gateway-redis",
        "B-K01 enterprise-portal-sql",
        "B-K05 accounts-run",
        "B-K05 cody-gateway-run",
        "B-K05 enterprise-portal-run",
        "B-K05 telemetry-gateway-run",
        "B-X02 enterprise-portal-run",
        "B-X03 single-tenant/worker to dotcom/frontend",
        "B-X03 site",
      ],
    ));
});
