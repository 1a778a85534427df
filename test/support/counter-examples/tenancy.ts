import type { BoundaryFacts, ConnectsEdge, IssuesEdge } from "../../../components/core/rules/facts";
import { part, pod } from "../boundary";
import { cell, type CounterExample } from "./counter-example";

const terms = part("cell", {
  zone: "multi-tenant",
  cell: "one",
  account: "acme-one",
  cellTerms: { offboardingDays: 37, graceDays: 7 },
});
const gapped = part("gapped", { zone: "single-tenant", modes: ["air-gapped"], mirror: "mirror.acme.com" });
const development: BoundaryFacts = {
  zone: "dev-monolith",
  stage: "development",
  stackStage: "development",
  account: "acme-dev",
  development: { accounts: ["acme-dev"], domain: "dev.acme.com" },
};
const asks: ConnectsEdge = {
  kind: "connects",
  from: "cody-gateway",
  to: "portal",
  port: 443,
  contract: "licence-check",
};
const may: IssuesEdge = {
  kind: "issues",
  from: "cody-gateway",
  to: "portal",
  scope: "enterprise_portal::codyaccess::read",
  client: "gateway",
};

/** Of tenants, modes and stages. */
export const tenancyExamples: readonly CounterExample[] = [
  {
    rule: "B-T01",
    given: [cell, pod("gitserver", "cell", [])],
    words: [
      "'gitserver' breaks B-T01: SRC_TENANT_ENFORCEMENT_MODE is not set, which means disabled; set SRC_TENANT_ENFORCEMENT_MODE to strict",
    ],
  },
  {
    rule: "B-T02",
    given: [cell, { type: "gcp:sql/user:User", name: "login", parent: "cell", inputs: { instance: "pgsql" } }],
    words: [
      "'login' breaks B-T02: databaseRoles is not set, which gives it cloudsqlsuperuser; sign in by IAM, or name databaseRoles without cloudsqlsuperuser",
    ],
  },
  {
    rule: "B-T04",
    given: [cell, { ...part("acme", { tenant: "acme", tenancy: "isolated" }), parent: "cell" }],
    words: [
      "'acme' breaks B-T04: it has no key of its own and it has no bucket of its own and it has no database of its own and it has no login of its own; make a key for acme and make a bucket for acme and make a database for acme and make a login for acme",
    ],
  },
  {
    rule: "B-T05",
    given: [cell, pod("gitserver", "cell", [])],
    words: ["'gitserver' breaks B-T05: no policy names the callers of gitserver; make a NetworkPolicy that names them"],
  },
  {
    rule: "B-T06",
    given: [
      cell,
      {
        type: "kubernetes:core/v1:Namespace",
        name: "namespace",
        parent: "cell",
        inputs: { metadata: { name: "sourcegraph" } },
      },
    ],
    words: [
      "'namespace' breaks B-T06: nothing asks callers for a certificate; make a PeerAuthentication of mode STRICT for all of the namespace",
    ],
  },
  {
    rule: "B-T07",
    given: [cell, pod("zoekt-indexserver", "cell", [])],
    words: [
      "'zoekt-indexserver' breaks B-T07: SRC_DISABLE_SHARD_MERGING is not set, so small indexes are merged; set SRC_DISABLE_SHARD_MERGING to true",
    ],
  },
  {
    rule: "B-T08",
    given: [
      part("one", { zone: "multi-tenant", cell: "one", account: "acme-one" }),
      part("two", { zone: "multi-tenant", cell: "two", account: "acme-two" }),
      { type: "aws:s3/bucket:Bucket", name: "shared" },
      ...["one", "two"].map((each) => ({
        type: "aws:s3/bucketPolicy:BucketPolicy",
        name: `reads-${each}`,
        parent: each,
        inputs: { bucket: "shared", policy: "{}" },
        refers: { bucket: "shared" },
      })),
    ],
    words: ["'shared' breaks B-T08: cells one and two share it; make one for every cell"],
  },
  {
    rule: "B-T09",
    given: [
      cell,
      {
        type: "gcp:storage/bucketIAMMember:BucketIAMMember",
        name: "prefix",
        parent: "cell",
        inputs: {
          bucket: "uploads",
          role: "roles/storage.objectViewer",
          member: "serviceAccount:a@acme-one.iam.gserviceaccount.com",
          condition: { title: "tenant", expression: "!resource.matchTag('1/tenant', 'acme')" },
        },
      },
    ],
    words: [
      "'prefix' breaks B-T09: !resource.matchTag('1/tenant', 'acme') is fulfilled where the tenant is missing; add resource.hasTagKey, or match it positively",
    ],
  },
  {
    rule: "B-T11",
    given: [
      terms,
      {
        type: "aws:cloudwatch/logGroup:LogGroup",
        name: "lines",
        parent: "cell",
        inputs: { retentionInDays: 90 },
      },
    ],
    words: ["'lines' breaks B-T11: retentionInDays keeps it 90 days, and the term leaves 30; keep it 30 days at most"],
  },
  {
    rule: "B-T12",
    given: [
      terms,
      { ...part("acme", { tenant: "acme", tenancy: "isolated" }), parent: "cell" },
      { type: "aws:kms/key:Key", name: "key", parent: "acme" },
    ],
    words: [
      "'key' breaks B-T12: deletionWindowInDays is not set, which means 30 days that nobody chose; set deletionWindowInDays to 7 to 30",
    ],
  },
  {
    rule: "B-T13",
    given: [
      part(
        "executors",
        { zone: "multi-tenant", account: "acme-executors" },
        { kind: "connects", from: "executor", to: "gitserver", port: 3178 },
      ),
    ],
    words: [
      "'multi-tenant/executor to multi-tenant/gitserver at 3178' breaks B-T13: executors open connections to gitserver; let them reach the public API of the frontend alone",
    ],
  },
  {
    rule: "B-T14",
    given: [part("cell", { zone: "multi-tenant", cell: "one", cellTerms: { targetMaxTenants: 500 } })],
    words: [
      "'cell' breaks B-T14: no alarm watches its tenants and no alarm watches its disk; make an alarm on tenants at 85 % and make an alarm on disk at 70 %",
    ],
  },
  {
    rule: "B-A01",
    given: [gapped, { type: "aws:ec2/eip:Eip", name: "address", parent: "gapped" }],
    words: ["'address' breaks B-A01: it leads to the internet; remove it; use endpoints of the cloud's services"],
  },
  {
    rule: "B-A02",
    given: [
      part("gapped", {
        zone: "single-tenant",
        modes: ["air-gapped"],
        settings: { updateChannel: "none", modelGateway: false, licence: ["plan:enterprise-1"] },
      }),
    ],
    words: [
      "'gapped' breaks B-A02: its licence has plan:enterprise-1, and is looked up; get a licence with the feature allow-air-gapped",
    ],
  },
  {
    rule: "B-A03",
    given: [part("own", { zone: "single-tenant", modes: ["own-model"], settings: { modelGateway: false } })],
    words: ["'own' breaks B-A03: ownModels is not on; configure models of the customer"],
  },
  {
    rule: "B-A04",
    given: [
      part("byok", { zone: "multi-tenant", modes: ["byok"], tenancy: "byok", account: "acme-one" }),
      { type: "aws:sqs/queue:Queue", name: "events", parent: "byok" },
    ],
    words: [
      "'events' breaks B-A04: no key is set, so it is under one of the provider; use the key that the customer owns",
    ],
  },
  {
    rule: "B-A05",
    given: [gapped, pod("frontend", "gapped", [], "docker.io/sourcegraph/frontend:1")],
    words: [
      "'frontend' breaks B-A05: docker.io/sourcegraph/frontend:1 is from docker.io and docker.io/sourcegraph/frontend:1 has no digest; take it from mirror.acme.com, by digest",
    ],
  },
  {
    rule: "B-O01",
    given: [part("monolith", { zone: "dev-monolith" })],
    words: [
      "'monolith' breaks B-O01: dev-monolith in one place, and no stage is stated; deploy every zone by itself, or all of them for development",
    ],
  },
  {
    rule: "B-O02",
    given: [part("monolith", { ...development, settings: { licence: ["plan:enterprise-1"] } })],
    words: ["'monolith' breaks B-O02: its licence is for plan:enterprise-1; use a licence of kind dev"],
  },
  {
    rule: "B-O03",
    given: [
      {
        type: "sourcegraph:test:Part",
        name: "monolith",
        boundary: {
          facts: development,
          edges: [asks, may],
          apart: [
            { ...asks, from: "admin/cody-gateway", to: "admin/portal", credential: "oauth-client" },
            { ...may, from: "admin/cody-gateway", to: "admin/portal" },
          ],
        },
      },
    ],
    words: [
      "'monolith' breaks B-O03: cody-gateway to portal at 443 showing none for licence-check is not there where zones are apart and cody-gateway to portal at 443 showing oauth-client for licence-check is missing, which is there where zones are apart; let it go the way it goes there",
    ],
  },
];
