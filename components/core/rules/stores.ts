import type { StoredClass } from "./facts";
import { valueAt, type Graph, type GraphResource } from "./graph";

/** How a kind of store can be seen to be encrypted, closed and short-lived, by its inputs. */
export interface StoreKind {
  /** Type of the resource. */
  readonly type: string;
  /** What it is. */
  readonly what:
    | "relational"
    | "cache"
    | "object"
    | "block"
    | "file"
    | "stream"
    | "analytics"
    | "secret"
    | "logs"
    | "cluster"
    | "backup";
  /** Input that names the key of its data. */
  readonly key: string;
  /** Another resource that names the key, found by the input that refers to the store. */
  readonly keyOn?: { readonly type: string; readonly by: string };
  /** Input that switches encryption off when it is false. */
  readonly encrypted?: string;
  /** Whether it exists only to hold content: code, indexes, uploads. */
  readonly content?: true;
  /** Inputs that keep it from being public, on itself or on another resource that refers to it. */
  readonly closed?: readonly ClosingInput[];
}

/** An input that makes a store public, and the value that keeps it closed; absent input counts as `byDefault`. */
export interface ClosingInput {
  readonly input: string;
  readonly value: unknown;
  readonly byDefault?: unknown;
  readonly on?: { readonly type: string; readonly by: string };
}

const accessBlock = { type: "aws:s3/bucketPublicAccessBlock", by: "bucket" };

/** Every kind of resource that keeps data, one row each. Source: boundaries.md 1.6. */
export const storeKinds: readonly StoreKind[] = [
  {
    type: "aws:rds/instance",
    what: "relational",
    key: "kmsKeyId",
    encrypted: "storageEncrypted",
    closed: [{ input: "publiclyAccessible", value: false, byDefault: false }],
  },
  {
    type: "aws:rds/cluster",
    what: "relational",
    key: "kmsKeyId",
    encrypted: "storageEncrypted",
    closed: [
      {
        input: "publiclyAccessible",
        value: false,
        byDefault: false,
        on: { type: "aws:rds/clusterInstance", by: "clusterIdentifier" },
      },
    ],
  },
  {
    type: "gcp:sql/databaseInstance",
    what: "relational",
    key: "encryptionKeyName",
    closed: [{ input: "settings.ipConfiguration.ipv4Enabled", value: false, byDefault: true }],
  },
  { type: "aws:docdb/cluster", what: "relational", key: "kmsKeyId", encrypted: "storageEncrypted" },
  { type: "aws:dynamodb/table", what: "relational", key: "serverSideEncryption.kmsKeyArn" },
  { type: "gcp:alloydb/cluster", what: "relational", key: "encryptionConfig.kmsKeyName" },
  { type: "aws:elasticache/serverlessCache", what: "cache", key: "kmsKeyId" },
  { type: "aws:memorydb/cluster", what: "cache", key: "kmsKeyArn" },
  { type: "aws:elasticache/replicationGroup", what: "cache", key: "kmsKeyId", encrypted: "atRestEncryptionEnabled" },
  { type: "gcp:redis/instance", what: "cache", key: "customerManagedKey" },
  { type: "gcp:memorystore/instance", what: "cache", key: "kmsKey" },
  {
    type: "aws:s3/bucket",
    what: "object",
    key: "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId",
    keyOn: { type: "aws:s3/bucketServerSideEncryptionConfiguration", by: "bucket" },
    closed: ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].map((input) => ({
      input,
      value: true,
      on: accessBlock,
    })),
  },
  {
    type: "gcp:storage/bucket",
    what: "object",
    key: "encryption.defaultKmsKeyName",
    closed: [
      { input: "publicAccessPrevention", value: "enforced" },
      { input: "uniformBucketLevelAccess", value: true },
    ],
  },
  { type: "aws:ebs/volume", what: "block", key: "kmsKeyId", encrypted: "encrypted" },
  { type: "gcp:compute/disk", what: "block", key: "diskEncryptionKey.kmsKeySelfLink" },
  { type: "gcp:compute/regionDisk", what: "block", key: "diskEncryptionKey.kmsKeyName" },
  { type: "gcp:filestore/instance", what: "file", key: "kmsKeyName" },
  { type: "aws:efs/fileSystem", what: "file", key: "kmsKeyId", encrypted: "encrypted" },
  { type: "aws:kinesis/stream", what: "stream", key: "kmsKeyId" },
  { type: "aws:sqs/queue", what: "stream", key: "kmsMasterKeyId" },
  { type: "aws:kinesis/firehoseDeliveryStream", what: "stream", key: "serverSideEncryption.keyArn" },
  { type: "gcp:pubsub/topic", what: "stream", key: "kmsKeyName" },
  { type: "aws:redshiftserverless/namespace", what: "analytics", key: "kmsKeyId" },
  {
    type: "aws:redshift/cluster",
    what: "analytics",
    key: "kmsKeyId",
    encrypted: "encrypted",
    closed: [{ input: "publiclyAccessible", value: false, byDefault: false }],
  },
  {
    type: "aws:opensearch/domain",
    what: "analytics",
    key: "encryptAtRest.kmsKeyId",
  },
  { type: "gcp:bigquery/dataset", what: "analytics", key: "defaultEncryptionConfiguration.kmsKeyName" },
  { type: "aws:secretsmanager/secret", what: "secret", key: "kmsKeyId" },
  { type: "gcp:secretmanager/secret", what: "secret", key: "replication" },
  { type: "aws:backup/vault", what: "backup", key: "kmsKeyArn" },
  { type: "gcp:gkebackup/backupPlan", what: "backup", key: "backupConfig.encryptionKey.gcpKmsEncryptionKey" },
  { type: "aws:cloudwatch/logGroup", what: "logs", key: "kmsKeyId" },
  { type: "gcp:logging/projectBucketConfig", what: "logs", key: "cmekSettings.kmsKeyName" },
  {
    type: "aws:eks/cluster",
    what: "cluster",
    key: "encryptionConfig.provider.keyArn",
    closed: [{ input: "vpcConfig.endpointPublicAccess", value: false, byDefault: true }],
  },
  {
    type: "gcp:container/cluster",
    what: "cluster",
    key: "databaseEncryption.keyName",
    closed: [
      { input: "privateClusterConfig.enablePrivateEndpoint", value: true, byDefault: false },
      { input: "privateClusterConfig.enablePrivateNodes", value: true, byDefault: false },
    ],
  },
];

/** Types of resources that keep data and are encrypted by what is below them: a disk of the node or of the machine. */
export const volumeTypes: readonly string[] = ["kubernetes:core/v1/PersistentVolumeClaim", "docker:index/volume"];

const byType: ReadonlyMap<string, StoreKind> = new Map(storeKinds.map((kind) => [kind.type, kind]));

/** The kind of store a resource is; undefined for everything else. */
export function storeKindOf({ type }: Pick<GraphResource, "type">): StoreKind | undefined {
  return byType.get(type);
}

/** A store of the graph. */
export interface Store {
  readonly resource: GraphResource;
  readonly kind: StoreKind;
}

/** Every store. */
export function storesOf(graph: Graph): Store[] {
  return graph.resources.flatMap((resource): Store[] => {
    const kind = storeKindOf(resource);
    return kind === undefined ? [] : [{ resource, kind }];
  });
}

/** Everything that keeps data: stores, and volumes. */
export function keepersOf(graph: Graph): GraphResource[] {
  return [...storesOf(graph).map(({ resource }) => resource), ...graph.ofType(...volumeTypes)];
}

/** Classes of what something keeps, as it is stated of it and of the services that keep data there; undefined where nothing is. */
export function keptIn(graph: Graph, resource: GraphResource): readonly StoredClass[] | undefined {
  const { dataClasses } = graph.factsOf(resource);
  const edges = graph.edgesOf("stores").flatMap(({ to, dataClass }) => (to === resource.name ? [dataClass] : []));
  return dataClasses === undefined && edges.length === 0 ? undefined : [...new Set([...(dataClasses ?? []), ...edges])];
}

/** The key of a store: the input that names it, its value, and the keys of the program it is made from. */
export interface StoreKey {
  /** Where it is named. */
  readonly input: string;
  readonly value: unknown;
  readonly keys: readonly GraphResource[];
}

/** Types of resources that are keys. */
export const keyTypes: readonly string[] = [
  "aws:kms/key",
  "aws:kms/replicaKey",
  "aws:kms/externalKey",
  "gcp:kms/cryptoKey",
];

/** The resources that refer to a store by an input. */
export function companionsOf(
  graph: Graph,
  { resource }: Store,
  { type, by }: { readonly type: string; readonly by: string },
): GraphResource[] {
  return graph.ofType(type).filter((other) => graph.referred(other, by).includes(resource));
}

/** The key of a store; undefined where a companion that would name it is missing. */
export function keyOf(graph: Graph, store: Store): StoreKey | undefined {
  const { resource, kind } = store;
  const { key, keyOn } = kind;
  const named = keyOn === undefined ? resource : companionsOf(graph, store, keyOn)[0];
  if (named === undefined) return undefined;
  const [input = key] = key.split(".");
  const keys = graph.referred(named, input).filter(({ type }) => keyTypes.includes(type));
  return { input: key, value: valueAt(named.inputs, key), keys };
}
