import assert from "node:assert/strict";
import { d04 } from "../../../components/core/rules/data/d04";
import { d05 } from "../../../components/core/rules/data/d05";
import { d06 } from "../../../components/core/rules/data/d06";
import { d07 } from "../../../components/core/rules/data/d07";
import type { Boundary, ConnectsEdge } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { graphOf, said, type Given } from "../../support/graph";

const admin: Given = {
  type: "sourcegraph:admin:AdminServices",
  name: "services",
  boundary: { facts: { zone: "admin", owner: "cody-gateway", dataClasses: ["operational"] } },
};
const inAdmin = (type: string, inputs: Given["inputs"], more: Partial<Given> = {}): Given => ({
  type,
  name: "it",
  parent: "services",
  ...(inputs === undefined ? {} : { inputs }),
  ...more,
});

describe("B-D04", () => {
  const says = (type: string, inputs: Given["inputs"]) => said(d04, graphOf([admin, inAdmin(type, inputs)]));
  const pod = (container: object, more: object = {}) => ({
    spec: { template: { spec: { containers: [{ image: "redis:7@sha256:0", ...container }] } }, ...more },
  });

  it("lets a cache keep nothing", () =>
    assert.deepEqual(
      [
        ...says("aws:elasticache/replicationGroup", { snapshotRetentionLimit: 0 }),
        ...says("gcp:redis/instance", { persistenceConfig: { persistenceMode: "DISABLED" } }),
        ...says("gcp:memorystore/instance", { persistenceConfig: { mode: "DISABLED" } }),
        ...says("kubernetes:apps/v1/StatefulSet", pod({ args: ["--save", ""] })),
      ],
      [
        "it holds: snapshotRetentionLimit is 0 and finalSnapshotIdentifier is not set",
        "it holds: persistenceConfig.persistenceMode is DISABLED",
        "it holds: persistenceConfig.mode is DISABLED",
        "it holds: it has no claim and save is off",
      ],
    ));

  it("finds persistence that is on, or left as it was", () =>
    assert.deepEqual(
      [
        ...says("aws:elasticache/replicationGroup", { snapshotRetentionLimit: 7, finalSnapshotIdentifier: "last" }),
        ...says("aws:elasticache/replicationGroup", {}),
        ...says("gcp:redis/instance", { persistenceConfig: { persistenceMode: "RDB" } }),
        ...says("gcp:redis/instance", {}),
        ...says("gcp:memorystore/instance", { persistenceConfig: { mode: "AOF" } }),
      ],
      [
        "it broken: snapshotRetentionLimit is 7 and finalSnapshotIdentifier is last; set snapshotRetentionLimit to 0 and remove finalSnapshotIdentifier",
        "it broken: snapshotRetentionLimit is not set; set snapshotRetentionLimit to 0",
        "it broken: persistenceConfig.persistenceMode is RDB; set persistenceConfig.persistenceMode to DISABLED",
        "it broken: persistenceConfig.persistenceMode is not set; set persistenceConfig.persistenceMode to DISABLED",
        "it broken: persistenceConfig.mode is AOF; set persistenceConfig.mode to DISABLED",
      ],
    ));

  it("finds a pod of Redis with a claim, or that saves; is silent of other pods", () =>
    assert.deepEqual(
      [
        ...says("kubernetes:apps/v1/StatefulSet", pod({ args: ["--save", ""] }, { volumeClaimTemplates: [{}] })),
        ...says("kubernetes:apps/v1/Deployment", pod({ args: ["--save", "60 1"] })),
        ...says("kubernetes:apps/v1/Deployment", pod({})),
        ...says("kubernetes:apps/v1/Deployment", pod({ image: "index.docker.io/sourcegraph/pings:1" })),
      ],
      [
        "it broken: it keeps its data on a claim; give it an emptyDir in place of the claim",
        'it broken: it saves: 60 1; start it with --save ""',
        'it unproven: its arguments do not say whether it saves; start it with --save ""',
      ],
    ));
});

describe("B-D05", () => {
  const gateway = (envs: unknown, image = "index.docker.io/sourcegraph/cody-gateway:7") =>
    said(d05, graphOf([admin, inAdmin("gcp:cloudrunv2/service", { template: { containers: [{ image, envs }] } })]));

  it("lets a gateway serve instances", () =>
    assert.deepEqual(gateway([{ name: "CODY_GATEWAY_ENTERPRISE_PORTAL_URL", value: "https://portal.example.com" }]), [
      "it holds: no variable turns on a recorder",
    ]));

  for (const [name, turnsOn] of [
    ["CODY_GATEWAY_DOTCOM_ACCESS_TOKEN", "actors of the public site, whose flagged prompts are recorded"],
    ["CODY_GATEWAY_IDENTIFIERS_TO_LOG_FOR", "prompts of single actors in the logs"],
    ["CODY_GATEWAY_WORKSPACES_API_URL", "actors of workspaces, whose flagged prompts are recorded"],
  ] as const)
    it(`finds ${name}, whatever its value`, () =>
      assert.deepEqual(gateway([{ name, value: unknownValue }]), [
        `it broken: ${name} is set, which turns on ${turnsOn}; remove ${name}`,
      ]));

  it("cannot prove variables that are known later; is silent of other services", () =>
    assert.deepEqual(
      [...gateway(unknownValue), ...gateway([{ name: "CODY_GATEWAY_DOTCOM_ACCESS_TOKEN" }], "sourcegraph/pings")],
      ["it unproven: its variables are known only after the deployment; give it variables that are known before"],
    ));
});

describe("B-D06", () => {
  const topic = inAdmin("gcp:pubsub/topic", {}, { name: "telemetry" });
  const toDataset = (inputs: object, ...more: Given[]) =>
    said(
      d06,
      graphOf([
        admin,
        ...(more.length === 0 ? [topic] : more),
        inAdmin(
          "gcp:pubsub/subscription",
          { bigqueryConfig: { table: "p.d.events" }, ...inputs },
          { refers: { topic: "telemetry" } },
        ),
      ]),
    );
  const schema = (definition: unknown) => said(d06, graphOf([admin, inAdmin("gcp:pubsub/schema", { definition })]));

  it("lets a stream pass a filter, a schema or a transform", () =>
    assert.deepEqual(
      [
        ...toDataset({ filter: 'attributes.class = "counts"' }),
        ...toDataset({ messageTransforms: [{}] }),
        ...toDataset(
          {},
          inAdmin("gcp:pubsub/schema", { definition: "message Event { int64 count = 1; }" }, { name: "counts" }),
          { ...topic, refers: { schemaSettings: "counts" } },
        ),
        ...said(
          d06,
          graphOf([
            admin,
            inAdmin("aws:kinesis/firehoseDeliveryStream", {
              extendedS3Configuration: { processingConfiguration: { enabled: true } },
            }),
          ]),
        ),
      ],
      [
        'it holds: filter is attributes.class = "counts"',
        "it holds: messageTransforms drops what may not pass",
        "counts holds: it lets pass count",
        "it holds: telemetry has a schema",
        "it holds: extendedS3Configuration.processingConfiguration.enabled is true",
      ],
    ));

  it("finds a topic wired straight to a dataset, and a delivery without a transform", () =>
    assert.deepEqual(
      [
        ...toDataset({}),
        ...said(d06, graphOf([admin, inAdmin("aws:kinesis/firehoseDeliveryStream", { extendedS3Configuration: {} })])),
      ],
      [
        "it broken: it writes telemetry straight to where it is kept, without filter or schema; set filter, or give the topic a schema of the fields that may pass",
        "it broken: extendedS3Configuration.processingConfiguration.enabled is not set; enable extendedS3Configuration.processingConfiguration with a function that drops the fields that may not pass",
      ],
    ));

  it("finds fields made from questions in a schema of either kind", () => {
    const avro = { type: "record", name: "Event", fields: [{ name: "count" }, { name: "deep_search_topics" }] };
    assert.deepEqual(
      [...schema(JSON.stringify(avro)), ...schema("message Event { int64 count = 1; string summary = 2; }")],
      [
        "it broken: it lets pass deep_search_topics, made from what users wrote; remove deep_search_topics from the schema",
        "it broken: it lets pass summary, made from what users wrote; remove summary from the schema",
      ],
    );
    assert.deepEqual(schema(unknownValue), [
      "it unproven: definition is known only after the deployment; give the definition as text",
    ]);
  });

  it("wants datasets to end", () => {
    const dataset = (inputs: Given["inputs"]) => said(d06, graphOf([admin, inAdmin("gcp:bigquery/dataset", inputs)]));
    assert.deepEqual(
      [
        ...dataset({ defaultPartitionExpirationMs: 2592000000 }),
        ...dataset({}),
        ...dataset({ defaultTableExpirationMs: unknownValue }),
      ],
      [
        "it holds: defaultPartitionExpirationMs is 2592000000",
        "it broken: defaultTableExpirationMs is not set; set defaultTableExpirationMs",
        "it unproven: defaultTableExpirationMs is known only after the deployment; set defaultTableExpirationMs",
      ],
    );
  });
});

describe("B-D07", () => {
  const cell = (edge: Partial<ConnectsEdge>): Given => ({
    type: "sourcegraph:tenants:Cell",
    name: "cell",
    boundary: {
      facts: { zone: "multi-tenant" },
      edges: [{ kind: "connects", from: "worker", to: "admin/cody-gateway", ...edge }],
    },
  });
  const says = (edge: Partial<ConnectsEdge>, neighbours: readonly Boundary[] = []) =>
    said(d07, graphOf([cell(edge)], neighbours));

  it("lets a contract cross, and prompts to a gateway that keeps none", () =>
    assert.deepEqual(
      [...says({ contract: "telemetry" }), ...says({ contract: "model-call", carries: ["user-data"] })],
      [
        "multi-tenant/worker to admin/cody-gateway holds: its contract is telemetry",
        "multi-tenant/worker to admin/cody-gateway holds: its contract is model-call, and its callee keeps no user-data",
      ],
    ));

  it("finds an edge without a contract, or with an unknown one", () =>
    assert.deepEqual(
      [...says({}), ...says({ contract: "attribution" as "telemetry" })],
      [
        "multi-tenant/worker to admin/cody-gateway broken: it names no contract; name one of model-call, licence-check, metering, telemetry, ping, introspection, or remove the connection",
        "multi-tenant/worker to admin/cody-gateway broken: its contract attribution is none of model-call, licence-check, metering, telemetry, ping, introspection; name one of these, or remove the connection",
      ],
    ));

  it("finds user data under another contract", () =>
    assert.deepEqual(says({ contract: "telemetry", carries: ["user-data"] }), [
      "multi-tenant/worker to admin/cody-gateway broken: its contract telemetry carries user-data; only model-call may; do not send user data over it",
    ]));

  it("finds a gateway with a bucket, here or in the manifest of its stack", () => {
    const stores: Boundary = {
      facts: { zone: "admin" },
      edges: [{ kind: "stores", from: "cody-gateway", to: "prompts", dataClass: "user-data" }],
    };
    const found = [
      "multi-tenant/worker to admin/cody-gateway broken: its callee keeps user-data in prompts; remove prompts",
    ];
    assert.deepEqual(says({ contract: "model-call" }, [stores]), found);
    const tags = {
      "sourcegraph-zone": "admin",
      "sourcegraph-owner": "cody-gateway",
      "sourcegraph-data-class": "user-data",
    };
    assert.deepEqual(
      said(
        d07,
        graphOf([cell({ contract: "model-call" }), { type: "aws:s3/bucket", name: "prompts", inputs: { tags } }]),
      ),
      found,
    );
  });
});
