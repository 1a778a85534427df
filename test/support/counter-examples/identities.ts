import { part } from "../boundary";
import { admin, cell, instance, type CounterExample } from "./counter-example";

const everybody = JSON.stringify({
  Statement: [{ Effect: "Allow", Principal: "*", Action: "kms:*", Resource: "*" }],
});

/** Of identities, calls between machines, keys and secrets. */
export const identityExamples: readonly CounterExample[] = [
  {
    rule: "B-I01",
    given: [cell, { type: "kubernetes:apps/v1:Deployment", name: "gitserver", parent: "cell" }],
    words: [
      "'gitserver' breaks B-I01: spec.template.spec.serviceAccountName is not set, so it runs as whatever is the default; set spec.template.spec.serviceAccountName to an identity that is only for gitserver of multi-tenant one",
    ],
  },
  {
    rule: "B-I02",
    given: [
      instance,
      { type: "aws:iam/accessKey:AccessKey", name: "key", parent: "instance", inputs: { user: "deploy" } },
    ],
    words: [
      "'key' breaks B-I02: aws:iam/accessKey lives until somebody removes it; remove it; let the workload take on a role or a service account instead",
    ],
  },
  {
    rule: "B-I03",
    given: [
      admin,
      {
        type: "aws:iam/rolePolicy:RolePolicy",
        name: "policy",
        parent: "admin",
        inputs: {
          role: "role",
          policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: ["s3:*"], Resource: "*" }] }),
        },
      },
    ],
    words: ["'policy' breaks B-I03: it gives s3:* for every resource; name the actions and the resources"],
  },
  {
    rule: "B-I04",
    given: [
      admin,
      {
        type: "gcp:storage/bucketIAMMember:BucketIAMMember",
        name: "given",
        parent: "admin",
        inputs: { bucket: "reports", role: "roles/storage.objectViewer", member: "domain:acme.com" },
      },
    ],
    words: ["'given' breaks B-I04: it is given to everybody of acme.com; give it to a group of the company"],
  },
  {
    rule: "B-I05",
    given: [admin, { type: "aws:kms/key:Key", name: "open", parent: "admin", inputs: { policy: everybody } }],
    words: [
      "'open' breaks B-I05: it names everybody; name only identities of the zone, or state in admits whose account it is",
    ],
  },
  {
    rule: "B-M01",
    given: [
      part("cell", { zone: "multi-tenant" }, { kind: "connects", from: "worker", to: "admin/pings", contract: "ping" }),
    ],
    words: [
      "'multi-tenant/worker to admin/pings' breaks B-M01: the caller shows nothing; give the caller a client with a scope of the callee",
    ],
  },
  {
    rule: "B-M02",
    given: ["one", "two"].map((name) =>
      part(
        name,
        { zone: "multi-tenant", cell: name, account: `acme-${name}` },
        { kind: "issues", from: "worker", to: "admin/telemetry", scope: "telemetry::x::read", client: "fleet" },
      ),
    ),
    words: [
      "'client fleet' breaks B-M02: it is held by multi-tenant/worker of one and multi-tenant/worker of two; make a client and a secret for every cell, instance and service",
    ],
  },
  {
    rule: "B-M03",
    given: [
      part(
        "instance",
        { zone: "single-tenant" },
        { kind: "connects", from: "worker", to: "admin/enterprise-portal", credential: "licence-token" },
      ),
    ],
    words: [
      "'single-tenant/worker to admin/enterprise-portal' breaks B-M03: it opens what no contract names, and is made for model-call, licence-check, telemetry, ping only; give the caller a client",
    ],
  },
  {
    rule: "B-M04",
    given: [
      part(
        "cell",
        { zone: "multi-tenant", cell: "one" },
        {
          kind: "connects",
          from: "worker",
          to: "admin/telemetry-gateway",
          credential: "service-access-token",
          contract: "telemetry",
        },
      ),
    ],
    words: [
      "'multi-tenant/worker to admin/telemetry-gateway' breaks B-M04: the caller shows a service access token, which may never end; give the caller a client",
    ],
  },
  {
    rule: "B-M05",
    given: [
      admin,
      {
        type: "gcp:cloudrunv2/service:Service",
        name: "run",
        parent: "admin",
        inputs: { location: "us-central1", template: { containers: [{ image: "img", envs: [] }] } },
      },
    ],
    words: [
      "'run' breaks B-M05: no DIAGNOSTICS_SECRET is set, which leaves the details of its health open; take DIAGNOSTICS_SECRET from a secret manager",
    ],
  },
  {
    rule: "B-K01",
    given: [
      instance,
      {
        type: "aws:ebs/volume:Volume",
        name: "data",
        parent: "instance",
        inputs: { availabilityZone: "us-east-1a", size: 10, encrypted: true },
      },
    ],
    words: [
      "'data' breaks B-K01: kmsKeyId is not set, so the provider's own key is used; set kmsKeyId to a key of this zone",
    ],
  },
  {
    rule: "B-K02",
    given: [admin, { type: "aws:kms/key:Key", name: "open", parent: "admin", inputs: { policy: everybody } }],
    words: ["'open' breaks B-K02: its policy names *; name identities of its zone only"],
  },
  {
    rule: "B-K03",
    given: [
      instance,
      {
        type: "aws:kms/key:Key",
        name: "still",
        parent: "instance",
        inputs: { enableKeyRotation: false },
        protected: true,
      },
    ],
    words: ["'still' breaks B-K03: enableKeyRotation is false; set enableKeyRotation to true"],
  },
  {
    rule: "B-K04",
    given: [
      part("signing", { zone: "admin", use: "licence-signing", account: "acme-admin" }),
      {
        type: "aws:kms/key:Key",
        name: "licences",
        parent: "signing",
        inputs: { keyUsage: "ENCRYPT_DECRYPT" },
      },
    ],
    words: ["'licences' breaks B-K04: keyUsage is ENCRYPT_DECRYPT; set keyUsage to SIGN_VERIFY"],
  },
  {
    rule: "B-K05",
    given: [
      admin,
      {
        type: "gcp:cloudrunv2/service:Service",
        name: "run",
        parent: "admin",
        inputs: {
          location: "us-central1",
          template: { containers: [{ image: "img", envs: [{ name: "SAMS_CLIENT_SECRET", value: "abc" }] }] },
        },
      },
    ],
    words: ["'run' breaks B-K05: SAMS_CLIENT_SECRET is a plain value; take SAMS_CLIENT_SECRET from a secret"],
  },
  {
    rule: "B-X01",
    given: [
      part("admin", { zone: "admin", account: "admin-project" }),
      part("cell", { zone: "multi-tenant", cell: "one", account: "cell-project" }),
      { type: "gcp:kms/cryptoKey:CryptoKey", name: "rows", parent: "cell", inputs: { keyRing: "ring" } },
      {
        type: "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
        name: "reads",
        parent: "admin",
        inputs: {
          role: "roles/cloudkms.cryptoKeyDecrypter",
          member: "serviceAccount:x@admin-project.iam.gserviceaccount.com",
        },
        refers: { cryptoKeyId: "rows" },
      },
    ],
    words: [
      "'reads' breaks B-X01: serviceAccount:x@admin-project.iam.gserviceaccount.com of zone admin has rights on rows; take the right away; let the zone of the data send what is needed",
    ],
  },
  {
    rule: "B-X02",
    given: [part("admin", { zone: "admin" }, { kind: "connects", from: "portal", to: "dotcom/pgsql", port: 5432 })],
    words: [
      "'admin/portal to dotcom/pgsql at 5432' breaks B-X02: it opens a database of another zone; ask an API of that zone instead",
    ],
  },
  {
    rule: "B-X03",
    given: [part("portal", { zone: "dotcom", administers: "licensing" })],
    words: ["'portal' breaks B-X03: it administers licensing; deploy it in zone admin"],
  },
  {
    rule: "B-X04",
    given: [
      part(
        "cell",
        { zone: "multi-tenant" },
        { kind: "refers", from: "cell-1", to: "admin", zone: "admin", output: "password", secret: true },
      ),
    ],
    words: [
      "'cell-1 reads password of admin' breaks B-X04: password of zone admin is a secret; read what the manifest of that stack publishes",
    ],
  },
  {
    rule: "B-X05",
    given: [part("portal", { zone: "admin", administers: "licensing" }), part("search", { zone: "dotcom" })],
    words: ["portal", "search"].map(
      (name) =>
        `'${name}' breaks B-X05: one state holds zones admin and dotcom; deploy every zone from a stack of its own`,
    ),
  },
];
