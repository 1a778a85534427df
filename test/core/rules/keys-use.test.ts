import assert from "node:assert/strict";
import type { BoundaryFacts, StoredClass } from "../../../components/core/rules/facts";
import { secretValue, unknownValue } from "../../../components/core/rules/graph";
import { k02 } from "../../../components/core/rules/keys/k02";
import { k03 } from "../../../components/core/rules/keys/k03";
import { k04 } from "../../../components/core/rules/keys/k04";
import { k05 } from "../../../components/core/rules/keys/k05";
import { graphOf, said, type Given } from "../../support/graph";

const component = (name: string, facts: BoundaryFacts): Given => ({
  type: "sourcegraph:boundaries:Zone",
  name,
  boundary: { facts },
});
const admin = component("admin", { zone: "admin", account: "admin-project" });

describe("B-K02", () => {
  const cell = component("cell", { zone: "multi-tenant", cell: "one", account: "cell-project" });
  const key: Given = { type: "gcp:kms/cryptoKey", name: "key", parent: "cell" };
  const topic = (name: string, parent: string, dataClass: StoredClass = "operational"): Given => ({
    type: "gcp:pubsub/topic",
    name,
    parent,
    inputs: { labels: { "sourcegraph-data-class": dataClass } },
    refers: { kmsKeyName: "key" },
  });
  const says = (...given: readonly Given[]) => said(k02, graphOf([admin, cell, key, ...given]));

  it("lets a key encrypt what is of its cell, with a class in common", () =>
    assert.deepEqual(says(topic("a", "cell", "user-data"), topic("b", "cell", "user-data"), topic("c", "cell")), [
      "key holds: it is of multi-tenant (one) and encrypts a, b, c of it",
    ]));

  it("finds a dataset of the admin zone, or of another cell, under a cell's key", () => {
    assert.deepEqual(says(topic("events", "admin")), [
      "key broken: it is of multi-tenant (one) and encrypts events of admin; give events a key of admin",
    ]);
    assert.deepEqual(says(component("other", { zone: "multi-tenant", cell: "two" }), topic("events", "other")), [
      "key broken: it is of multi-tenant (one) and encrypts events of multi-tenant (two); give events a key of multi-tenant (two)",
    ]);
  });

  it("finds classes that have to be apart, and backups under the key of what they copy", () => {
    assert.deepEqual(says(topic("people", "cell", "identity"), topic("code", "cell", "user-data")), [
      "key broken: it encrypts people with identity and code with user-data; give code a key of its own",
    ]);
    const vault: Given = { type: "aws:backup/vault", name: "vault", parent: "cell", refers: { kmsKeyArn: "key" } };
    assert.deepEqual(says(topic("code", "cell", "user-data"), vault), [
      "key broken: it encrypts code with user-data and vault with backup; give vault a key of its own",
    ]);
  });

  it("finds grants to another zone, to everybody and to a project nobody knows", () => {
    const member = (name: string, inputs: Given["inputs"], refers: Record<string, string> = {}): Given => ({
      type: "gcp:kms/cryptoKeyIAMMember",
      name,
      ...(inputs && { inputs: { role: "roles/cloudkms.cryptoKeyDecrypter", ...inputs } }),
      refers: { cryptoKeyId: "key", ...refers },
    });
    const account: Given = { type: "gcp:serviceaccount/account", name: "telemetry", parent: "admin" };
    assert.deepEqual(
      [
        ...says(account, member("reads", { member: unknownValue }, { member: "telemetry" })),
        ...says(member("reads", { member: "serviceAccount:x@admin-project.iam.gserviceaccount.com" })),
        ...says(member("reads", { member: "allUsers" })),
        ...says(member("reads", { member: "serviceAccount:x@elsewhere.iam.gserviceaccount.com" })),
        ...says(member("reads", { member: "serviceAccount:x@cell-project.iam.gserviceaccount.com" })),
      ],
      [
        "key broken: reads names telemetry of admin; name identities of its zone only",
        "key broken: reads names serviceAccount:x@admin-project.iam.gserviceaccount.com of admin; name identities of its zone only",
        "key broken: reads names allUsers; name identities of its zone only",
        "key unproven: reads names serviceAccount:x@elsewhere.iam.gserviceaccount.com, whose zone is not known; state the account of each zone",
        "key holds: it is of multi-tenant (one) and encrypts nothing of it",
      ],
    );
  });

  it("finds a key's own policy that names everybody", () => {
    const policy = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: "*", Action: "kms:*", Resource: "*" }] });
    assert.deepEqual(
      said(k02, graphOf([admin, { type: "aws:kms/key", name: "open", parent: "admin", inputs: { policy } }])),
      ["open broken: its policy names *; name identities of its zone only"],
    );
  });
});

describe("B-K03", () => {
  const says = (type: string, inputs: Given["inputs"], guarded = true, facts: BoundaryFacts = {}) =>
    said(
      k03,
      graphOf([
        component("zone", { zone: "multi-tenant", ...facts }),
        { type, name: "key", parent: "zone", protected: guarded, ...(inputs && { inputs }) },
      ]),
    );
  const aws = (inputs: object) => says("aws:kms/key", { enableKeyRotation: true, ...inputs });
  const gcp = (inputs: object) => says("gcp:kms/cryptoKey", { rotationPeriod: "7776000s", ...inputs });

  it("lets keys rotate within a year and wait a month", () =>
    assert.deepEqual(
      [...aws({ deletionWindowInDays: 30 }), ...gcp({ destroyScheduledDuration: "2592000s" })],
      [
        "key holds: enableKeyRotation is true and rotationPeriodInDays is not set, which means 365 and deletionWindowInDays is 30 and it is protected",
        "key holds: rotationPeriod is 7776000s and destroyScheduledDuration is 2592000s and it is protected",
      ],
    ));

  it("finds what does not rotate, is soon gone, or is not protected", () =>
    assert.deepEqual(
      [
        ...aws({ enableKeyRotation: false }),
        ...aws({ rotationPeriodInDays: 400 }),
        ...aws({ deletionWindowInDays: 7 }),
        ...says("aws:kms/key", { enableKeyRotation: true }, false),
        ...gcp({ rotationPeriod: undefined }),
        ...gcp({ rotationPeriod: "63072000s" }),
        ...gcp({ destroyScheduledDuration: "86400s" }),
        ...gcp({ rotationPeriod: unknownValue }),
      ],
      [
        "key broken: enableKeyRotation is false; set enableKeyRotation to true",
        "key broken: rotationPeriodInDays is 400; set rotationPeriodInDays to 365",
        "key broken: deletionWindowInDays is 7; set deletionWindowInDays to 30",
        "key broken: it is not protected; set its option protect",
        "key broken: rotationPeriod is not set; set rotationPeriod to 7776000s",
        "key broken: rotationPeriod is 63072000s; set rotationPeriod to 7776000s",
        "key broken: destroyScheduledDuration is 86400s; set destroyScheduledDuration to 2592000s, which makes a new key",
        "key unproven: rotationPeriod is known only after the deployment; set rotationPeriod to 7776000s",
      ],
    ));

  it("lets a key that signs be, and a tenant's own key wait for less", () =>
    assert.deepEqual(
      [
        ...says("aws:kms/key", { keyUsage: "SIGN_VERIFY" }),
        ...says("gcp:kms/cryptoKey", { purpose: "ASYMMETRIC_SIGN" }),
        ...says("aws:kms/key", { enableKeyRotation: true, deletionWindowInDays: 7 }, true, { tenant: "acme" }),
        ...says("aws:kms/key", { enableKeyRotation: true }, false, { stage: "development" }),
      ],
      [
        "key holds: a key that signs is not rotated by itself and deletionWindowInDays is not set, which means 30 and it is protected",
        "key holds: a key that signs is not rotated by itself and destroyScheduledDuration is not set, which means 2592000s and it is protected",
        "key holds: enableKeyRotation is true and rotationPeriodInDays is not set, which means 365 and it is protected",
        "key holds: enableKeyRotation is true and rotationPeriodInDays is not set, which means 365 and deletionWindowInDays is not set, which means 30",
      ],
    ));
});

describe("B-K04", () => {
  const portal = component("portal", { zone: "admin", service: "enterprise-portal", account: "admin-project" });
  const signing = component("signing", { zone: "admin", use: "licence-signing", account: "admin-project" });
  const secret: Given = { type: "gcp:secretmanager/secret", name: "licence-key", parent: "signing" };
  const identity = (name: string, parent: string): Given => ({ type: "gcp:serviceaccount/account", name, parent });
  const accessor = (name: string, who: string): Given => ({
    type: "gcp:secretmanager/secretIamMember",
    name,
    inputs: { role: "roles/secretmanager.secretAccessor", member: unknownValue },
    refers: { secretId: "licence-key", member: who },
  });
  const own = [portal, signing, secret, identity("portal-identity", "portal"), accessor("reads", "portal-identity")];

  it("lets the portal alone use the key", () =>
    assert.deepEqual(said(k04, graphOf(own)), [
      "licence-key holds: it is a secret, which can be copied; a key that signs cannot and only portal-identity may use it",
    ]));

  it("finds a second user, one that is not the portal, and one on the whole project", () => {
    const others = [admin, identity("other", "admin")];
    assert.deepEqual(said(k04, graphOf([...own, ...others, accessor("also-reads", "other")])), [
      "licence-key broken: portal-identity, other may use it; let only the identity of enterprise-portal use it",
    ]);
    assert.deepEqual(said(k04, graphOf([portal, signing, secret, ...others, accessor("reads", "other")])), [
      "licence-key broken: other may use it, which is not of enterprise-portal; let only the identity of enterprise-portal use it",
    ]);
    const wide: Given = {
      type: "gcp:projects/iAMMember",
      name: "reads-all",
      parent: "admin",
      inputs: {
        project: "admin-project",
        role: "roles/secretmanager.secretAccessor",
        member: "serviceAccount:x@y.iam.gserviceaccount.com",
      },
    };
    assert.deepEqual(said(k04, graphOf([...own, admin, wide])), [
      "licence-key broken: reads-all gives roles/secretmanager.secretAccessor on the whole project; remove reads-all; grant on single secrets",
    ]);
    const { refers, ...hidden } = accessor("reads", "other");
    assert.deepEqual(
      said(k04, graphOf([signing, secret, { ...hidden, refers: { secretId: refers?.secretId ?? "" } }])),
      [
        "licence-key unproven: who may use it is known only after the deployment; let only the identity of enterprise-portal use it",
      ],
    );
  });

  it("wants a key that signs to be in hardware, and to do nothing else", () => {
    const key = (type: string, inputs: Given["inputs"]) =>
      said(k04, graphOf([signing, { type, name: "licence-key", parent: "signing", ...(inputs && { inputs }) }]));
    assert.deepEqual(
      [
        ...key("gcp:kms/cryptoKey", { purpose: "ASYMMETRIC_SIGN", versionTemplate: { protectionLevel: "HSM" } }),
        ...key("gcp:kms/cryptoKey", { purpose: "ASYMMETRIC_SIGN", versionTemplate: { protectionLevel: "SOFTWARE" } }),
        ...key("aws:kms/key", { keyUsage: "SIGN_VERIFY" }),
        ...key("aws:kms/key", {}),
      ],
      [
        "licence-key holds: purpose is ASYMMETRIC_SIGN and versionTemplate.protectionLevel is HSM and nobody may use it",
        "licence-key broken: versionTemplate.protectionLevel is SOFTWARE; set versionTemplate.protectionLevel to HSM",
        "licence-key holds: keyUsage is SIGN_VERIFY and nobody may use it",
        "licence-key broken: keyUsage is not set; set keyUsage to SIGN_VERIFY",
      ],
    );
  });
});

describe("B-K05", () => {
  const run = (envs: unknown, refers: Record<string, string> = {}): Given => ({
    type: "gcp:cloudrunv2/service",
    name: "service",
    parent: "admin",
    inputs: { template: { containers: [{ envs }] } },
    refers,
  });
  const says = (...given: readonly Given[]) => said(k05, graphOf([admin, ...given]));
  const reference = (version: unknown) => [
    { name: "API_TOKEN", valueSource: { secretKeyRef: { secret: "token", version } } },
  ];

  it("lets secrets be references to a version by number", () =>
    assert.deepEqual(
      [...says(run(reference("3"))), ...says(run([{ name: "PORT", value: "9992" }]))],
      ["service holds: API_TOKEN is version 3 of a secret", "service holds: it is given no secret"],
    ));

  it("finds a literal, a secret that became plain, and the latest version", () =>
    assert.deepEqual(
      [
        ...says(run([{ name: "API_TOKEN", value: "abc" }])),
        ...says(run([{ name: "ENDPOINT", value: secretValue }])),
        ...says(run(reference("latest"))),
        ...says(run(reference(unknownValue))),
        ...says(run(unknownValue)),
      ],
      [
        "service broken: API_TOKEN is a plain value; take API_TOKEN from a secret",
        "service broken: ENDPOINT is a secret as a plain value; take ENDPOINT from a secret",
        "service broken: API_TOKEN is version latest of a secret; pin API_TOKEN to a version by number",
        "service unproven: the version of API_TOKEN is known only after the deployment; pin API_TOKEN to a version by number",
        "service unproven: its variables are known only after the deployment; give it variables that are known before",
      ],
    ));

  it("reads tasks of ECS and pods", () => {
    const task = (container: object): Given => ({
      type: "aws:ecs/taskDefinition",
      name: "task",
      parent: "admin",
      inputs: { containerDefinitions: JSON.stringify([container]) },
    });
    const pod = (env: object): Given => ({
      type: "kubernetes:apps/v1/Deployment",
      name: "pod",
      parent: "admin",
      inputs: { spec: { template: { spec: { containers: [{ env: [env] }] } } } },
    });
    assert.deepEqual(
      [
        ...says(task({ secrets: [{ name: "API_TOKEN", valueFrom: "arn:aws:secretsmanager:x" }] })),
        ...says(task({ environment: [{ name: "PGPASSWORD", value: "sg" }] })),
        ...says(pod({ name: "API_TOKEN", valueFrom: { secretKeyRef: { name: "s", key: "token" } } })),
        ...says(pod({ name: "API_TOKEN", value: unknownValue })),
      ],
      [
        "task holds: API_TOKEN is a reference",
        "task broken: PGPASSWORD is a plain value; take PGPASSWORD from a secret",
        "pod holds: API_TOKEN is a reference",
        "pod broken: API_TOKEN is a plain value, known only after the deployment; take API_TOKEN from a secret",
      ],
    );
  });

  it("finds a secret of another zone", () =>
    assert.deepEqual(
      says(
        component("dotcom", { zone: "dotcom" }),
        { type: "gcp:secretmanager/secret", name: "theirs", parent: "dotcom" },
        run(reference("1"), { template: "theirs" }),
      ),
      ["service broken: it takes theirs of dotcom; give it a secret of its own zone"],
    ));
});
