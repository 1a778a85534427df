import * as bigquery from "@pulumi/gcp/bigquery";
import * as pubsub from "@pulumi/gcp/pubsub";
import * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedAdminAnalytics, PlannedAdminStream } from "../core/planning/admin/admin-plan";
import type { AdminField } from "../core/product/admin/description";
import { dataOptions } from "../cloud/data-options";
import { keyNamed, storeLabels, type GcpServiceScope } from "./gcp-scope";
import type { GcpAdminStore } from "./gcp-stores";

const dayMs = 24 * 3600 * 1000;

/** How long Pub/Sub keeps what nobody took. */
const retention = ({ retentionDays }: PlannedAdminStream): string => `${retentionDays * 24 * 3600}s`;

/** Types of BigQuery. */
const columnTypes: Readonly<Record<AdminField["type"], string>> = {
  string: "STRING",
  integer: "INTEGER",
  number: "FLOAT",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
  json: "JSON",
};

function columns(fields: readonly AdminField[]): string {
  return JSON.stringify(fields.map(({ name, type }) => ({ name, type: columnTypes[type], mode: "NULLABLE" })));
}

/** Tables of events of BigQuery; each day's go when their time is up. The service writes them; nobody reads them by this. */
export function declareAnalytics(scope: GcpServiceScope, planned: PlannedAdminAnalytics): GcpAdminStore {
  const { parent, project, region, plan, account } = scope;
  const { resource } = planned;
  const { key, permitted } = keyNamed(scope, planned.key);
  const expiry = planned.retentionDays * dayMs;
  const dataset = new bigquery.Dataset(
    resource,
    {
      project,
      datasetId: planned.dataset,
      location: region,
      defaultEncryptionConfiguration: { kmsKeyName: key.id },
      defaultPartitionExpirationMs: expiry,
      deleteContentsOnDestroy: false,
      labels: storeLabels(scope, planned),
    },
    dataOptions(parent, { dependsOn: [...permitted] }),
  );
  const tables = planned.tables.map(
    ({ name, fields }) =>
      new bigquery.Table(
        `${resource}-${name.replaceAll("_", "-")}`,
        {
          project,
          datasetId: dataset.datasetId,
          tableId: name,
          schema: columns(fields),
          timePartitioning: { type: "DAY", expirationMs: expiry },
          encryptionConfiguration: { kmsKeyName: key.id },
          deletionProtection: plan.deletionProtection,
          labels: storeLabels(scope, planned),
        },
        dataOptions(parent),
      ),
  );
  const writer = new bigquery.DatasetIamMember(
    `${resource}-writer`,
    { project, datasetId: dataset.datasetId, role: "roles/bigquery.dataEditor", member: account.member },
    { parent },
  );
  return {
    planned,
    ready: [dataset, ...tables, writer],
    watchedAs: dataset.datasetId,
    told: { dataset: dataset.datasetId, table: pulumi.output(planned.tables[0]?.name ?? "") },
  };
}

/**
 * A topic that takes events of its schema only, and what takes them from there: they are written into their table by the
 * identity of the service, and what the table has no column for is dropped.
 *
 * @param into the tables
 */
export function declareStream(
  scope: GcpServiceScope,
  planned: PlannedAdminStream,
  into: GcpAdminStore | undefined,
): GcpAdminStore {
  const { parent, project, region, account } = scope;
  const { resource } = planned;
  const { key, permitted } = keyNamed(scope, planned.key);
  const schema = new pubsub.Schema(resource, { project, type: "AVRO", definition: planned.schema }, { parent });
  const topic = new pubsub.Topic(
    resource,
    {
      project,
      kmsKeyName: key.id,
      messageRetentionDuration: retention(planned),
      messageStoragePolicy: { allowedPersistenceRegions: [region] },
      schemaSettings: { schema: schema.id, encoding: "JSON" },
      labels: storeLabels(scope, planned),
    },
    dataOptions(parent, { dependsOn: [...permitted] }),
  );
  const publisher = new pubsub.TopicIAMMember(
    `${resource}-publisher`,
    { project, topic: topic.name, role: "roles/pubsub.publisher", member: account.member },
    { parent },
  );
  const subscription = declareSubscription(scope, planned, topic, into);
  return {
    planned,
    ready: [topic, publisher, subscription],
    watchedAs: subscription.name,
    told: { topic: topic.name },
  };
}

/** What takes the events of a topic: writes them into their table, or keeps them until somebody asks for them. */
function declareSubscription(
  scope: GcpServiceScope,
  planned: PlannedAdminStream,
  topic: pubsub.Topic,
  into: GcpAdminStore | undefined,
): pubsub.Subscription {
  const { parent, project, account, agents } = scope;
  const { resource } = planned;
  const common = {
    project,
    topic: topic.id,
    messageRetentionDuration: retention(planned),
    // It lasts however long nobody sends anything.
    expirationPolicy: { ttl: "" },
    retryPolicy: { minimumBackoff: "10s", maximumBackoff: "600s" },
    labels: storeLabels(scope, planned),
  };
  if (planned.into === undefined || into === undefined) return new pubsub.Subscription(resource, common, { parent });
  const agent = agents.pubsub();
  const acts = new serviceaccount.IAMMember(
    `${resource}-writes`,
    { serviceAccountId: account.name, role: "roles/iam.serviceAccountTokenCreator", member: agent.member },
    { parent, dependsOn: [...agent.made] },
  );
  return new pubsub.Subscription(
    resource,
    {
      ...common,
      bigqueryConfig: {
        table: pulumi.interpolate`${project}.${into.told.dataset ?? ""}.${planned.into.table}`,
        useTopicSchema: true,
        dropUnknownFields: true,
        serviceAccountEmail: account.email,
      },
    },
    { parent, dependsOn: [acts, ...into.ready] },
  );
}
