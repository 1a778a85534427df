import { valueAt, type Graph, type GraphResource } from "./graph";

/** How a kind of store can be seen to be encrypted, closed and short-lived, by its inputs. */
export interface StoreKind {
  /** Type of the resource. */
  readonly type: string;
  /** What it is. */
  readonly what:
    "relational" | "cache" | "object" | "block" | "file" | "stream" | "analytics" | "secret" | "logs" | "cluster";
  /** Input that names the key of its data. */
  readonly key: string;
  /** Another resource that names the key, found by the input that refers to the store. */
  readonly keyOn?: { readonly type: string; readonly by: string };
  /** Whether it exists only to hold content: code, indexes, uploads. */
  readonly content?: true;
  /** Input that makes it public, and the value that keeps it closed; absent input counts as `byDefault`. */
  readonly closed?: { readonly input: string; readonly value: unknown; readonly byDefault?: unknown };
}

/** Every kind of resource that keeps data, one row each. Source: boundaries.md 1.6. */
export const storeKinds: readonly StoreKind[] = [
  {
    type: "aws:rds/instance",
    what: "relational",
    key: "kmsKeyId",
    closed: { input: "publiclyAccessible", value: false, byDefault: false },
  },
  { type: "aws:rds/cluster", what: "relational", key: "kmsKeyId" },
  {
    type: "gcp:sql/databaseInstance",
    what: "relational",
    key: "encryptionKeyName",
    closed: { input: "settings.ipConfiguration.ipv4Enabled", value: false, byDefault: true },
  },
  { type: "aws:elasticache/replicationGroup", what: "cache", key: "kmsKeyId" },
  { type: "gcp:redis/instance", what: "cache", key: "customerManagedKey" },
  { type: "gcp:memorystore/instance", what: "cache", key: "kmsKey" },
  {
    type: "aws:s3/bucket",
    what: "object",
    key: "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId",
    keyOn: { type: "aws:s3/bucketServerSideEncryptionConfiguration", by: "bucket" },
  },
  {
    type: "gcp:storage/bucket",
    what: "object",
    key: "encryption.defaultKmsKeyName",
    closed: { input: "publicAccessPrevention", value: "enforced" },
  },
  { type: "aws:ebs/volume", what: "block", key: "kmsKeyId" },
  { type: "gcp:compute/disk", what: "block", key: "diskEncryptionKey.kmsKeySelfLink" },
  { type: "aws:efs/fileSystem", what: "file", key: "kmsKeyId" },
  { type: "aws:kinesis/stream", what: "stream", key: "kmsKeyId" },
  { type: "aws:sqs/queue", what: "stream", key: "kmsMasterKeyId" },
  { type: "aws:kinesis/firehoseDeliveryStream", what: "stream", key: "serverSideEncryption.keyArn" },
  { type: "gcp:pubsub/topic", what: "stream", key: "kmsKeyName" },
  { type: "aws:redshiftserverless/namespace", what: "analytics", key: "kmsKeyId" },
  { type: "gcp:bigquery/dataset", what: "analytics", key: "defaultEncryptionConfiguration.kmsKeyName" },
  { type: "aws:secretsmanager/secret", what: "secret", key: "kmsKeyId" },
  { type: "gcp:secretmanager/secret", what: "secret", key: "replication" },
  { type: "aws:cloudwatch/logGroup", what: "logs", key: "kmsKeyId" },
  { type: "gcp:logging/projectBucketConfig", what: "logs", key: "cmekSettings.kmsKeyName" },
  { type: "aws:eks/cluster", what: "cluster", key: "encryptionConfig.provider.keyArn" },
  { type: "gcp:container/cluster", what: "cluster", key: "databaseEncryption.keyName" },
];

const byType: ReadonlyMap<string, StoreKind> = new Map(storeKinds.map((kind) => [kind.type, kind]));

/** The kind of store a resource is; undefined for everything else. */
export function storeKindOf({ type }: GraphResource): StoreKind | undefined {
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

/** The key of a store; undefined where a companion that would name it is missing. */
export function keyOf(graph: Graph, { resource, kind }: Store): StoreKey | undefined {
  const { key, keyOn } = kind;
  const named =
    keyOn === undefined
      ? resource
      : graph.ofType(keyOn.type).find((other) => graph.referred(other, keyOn.by).includes(resource));
  if (named === undefined) return undefined;
  const [input = key] = key.split(".");
  const keys = graph.referred(named, input).filter(({ type }) => keyTypes.includes(type));
  return { input: key, value: valueAt(named.inputs, key), keys };
}
