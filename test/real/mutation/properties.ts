import type { Zone } from "../../../components/core/rules/facts";

/** One property of a type of resource, and what it is changed to. `undefined` removes it. */
export interface Property {
  readonly types: readonly string[];
  readonly input: string;
  readonly to: unknown;
  /** Changed even where the resource does not set it. */
  readonly always?: true;
  /** Changed only where it has one of these values. */
  readonly from?: readonly unknown[];
  /** Another input that is removed with it. */
  readonly without?: string;
  /** Not changed of what is for one tenant alone, for which it is allowed. */
  readonly shared?: true;
  /** Changed only in these zones; elsewhere it is allowed. */
  readonly zones?: readonly (Zone | undefined)[];
}

const everywhere = "0.0.0.0/0";

/** Properties that the store catalogue does not hold. Those that it does are changed from there. */
export const properties: readonly Property[] = [
  { types: ["aws:kms/key"], input: "enableKeyRotation", to: false },
  { types: ["aws:kms/key"], input: "deletionWindowInDays", to: 7, shared: true },
  { types: ["gcp:kms/cryptoKey"], input: "rotationPeriod", to: undefined, from: ["7776000s"] },
  { types: ["gcp:kms/cryptoKey"], input: "destroyScheduledDuration", to: "86400s", shared: true },
  { types: ["gcp:kms/cryptoKeyIAMMember"], input: "member", to: "allAuthenticatedUsers", always: true },
  { types: ["aws:ebs/volume"], input: "encrypted", to: false },
  { types: ["aws:rds/instance", "aws:rds/cluster"], input: "storageEncrypted", to: false },
  { types: ["aws:rds/instance", "aws:rds/cluster"], input: "deletionProtection", to: false },
  { types: ["aws:rds/instance", "aws:rds/cluster"], input: "backupRetentionPeriod", to: 0 },
  { types: ["gcp:sql/databaseInstance"], input: "deletionProtection", to: false },
  { types: ["gcp:sql/databaseInstance"], input: "settings.deletionProtectionEnabled", to: undefined },
  {
    types: ["gcp:sql/databaseInstance"],
    input: "settings.ipConfiguration.sslMode",
    to: "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
  },
  {
    types: ["gcp:sql/databaseInstance"],
    input: "settings.ipConfiguration.authorizedNetworks",
    to: [{ value: everywhere }],
    always: true,
  },
  { types: ["gcp:sql/databaseInstance"], input: "settings.backupConfiguration.enabled", to: false },
  {
    types: ["gcp:sql/databaseInstance"],
    input: "settings.insightsConfig.recordClientAddress",
    to: true,
    from: [false],
  },
  { types: ["aws:elasticache/replicationGroup"], input: "transitEncryptionEnabled", to: false },
  { types: ["aws:elasticache/replicationGroup"], input: "atRestEncryptionEnabled", to: false },
  { types: ["aws:elasticache/replicationGroup"], input: "authToken", to: undefined },
  {
    types: ["aws:elasticache/replicationGroup"],
    input: "snapshotRetentionLimit",
    to: 5,
    always: true,
    zones: ["admin", "identity"],
  },
  { types: ["gcp:redis/instance"], input: "transitEncryptionMode", to: "DISABLED", from: ["SERVER_AUTHENTICATION"] },
  { types: ["gcp:redis/instance"], input: "authEnabled", to: false },
  {
    types: ["gcp:redis/instance"],
    input: "persistenceConfig.persistenceMode",
    to: "RDB",
    zones: ["admin", "identity"],
  },
  { types: ["gcp:memorystore/instance"], input: "persistenceConfig.mode", to: "RDB", zones: ["admin", "identity"] },
  { types: ["aws:cloudwatch/logGroup"], input: "retentionInDays", to: undefined },
  { types: ["gcp:logging/projectBucketConfig"], input: "retentionDays", to: undefined },
  {
    types: ["aws:s3/bucket", "gcp:storage/bucket"],
    input: "forceDestroy",
    to: true,
    from: [false, undefined],
    always: true,
  },
  {
    types: ["aws:lb/listener"],
    input: "sslPolicy",
    to: "ELBSecurityPolicy-2016-08",
    from: ["ELBSecurityPolicy-TLS13-1-2-2021-06"],
  },
  { types: ["aws:lb/listener"], input: "protocol", to: "HTTP", from: ["HTTPS"] },
  { types: ["gcp:compute/sSLPolicy"], input: "minTlsVersion", to: "TLS_1_0" },
  { types: ["gcp:compute/sSLPolicy"], input: "minTlsVersion", to: undefined },
  { types: ["gcp:compute/targetHttpsProxy"], input: "sslPolicy", to: undefined },
  { types: ["gcp:compute/backendService"], input: "securityPolicy", to: undefined },
  {
    types: ["aws:iam/role"],
    input: "assumeRolePolicy",
    to: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
    }),
    always: true,
  },
  {
    types: ["aws:iam/rolePolicy", "aws:iam/policy"],
    input: "policy",
    to: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] }),
    always: true,
  },
  {
    types: ["aws:iam/rolePolicyAttachment"],
    input: "policyArn",
    to: "arn:aws:iam::aws:policy/AdministratorAccess",
    always: true,
  },
  {
    types: ["aws:s3/bucketPolicy"],
    input: "policy",
    to: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }],
    }),
    always: true,
  },
  {
    types: ["gcp:projects/iAMMember"],
    input: "role",
    to: "roles/secretmanager.secretAccessor",
    always: true,
    without: "condition",
  },
  { types: ["gcp:projects/iAMMember"], input: "role", to: "roles/owner", always: true, without: "condition" },
  {
    types: [
      "gcp:storage/bucketIAMMember",
      "gcp:secretmanager/secretIamMember",
      "gcp:bigquery/datasetIamMember",
      "gcp:pubsub/topicIAMMember",
      "gcp:cloudrunv2/serviceIamMember",
      "gcp:iap/webCloudRunServiceIamMember",
    ],
    input: "member",
    to: "allUsers",
    always: true,
  },
  { types: ["gcp:cloudrunv2/service"], input: "ingress", to: "INGRESS_TRAFFIC_ALL" },
  { types: ["gcp:cloudrunv2/service"], input: "defaultUriDisabled", to: false },
  { types: ["gcp:cloudrunv2/service"], input: "invokerIamDisabled", to: true, always: true },
  { types: ["gcp:cloudrunv2/service"], input: "iapEnabled", to: false, from: [true] },
  {
    types: ["gcp:cloudrunv2/service", "gcp:cloudrunv2/job"],
    input: "template.vpcAccess.egress",
    to: "PRIVATE_RANGES_ONLY",
  },
  { types: ["gcp:cloudrunv2/service"], input: "template.serviceAccount", to: undefined },
  { types: ["gcp:pubsub/subscription"], input: "filter", to: undefined },
  { types: ["aws:ecs/taskDefinition"], input: "taskRoleArn", to: undefined },
  { types: ["aws:ecs/service"], input: "networkConfiguration.assignPublicIp", to: true },
  { types: ["aws:wafv2/webAclAssociation"], input: "webAclArn", to: undefined },
  { types: ["gcp:container/cluster"], input: "datapathProvider", to: "LEGACY_DATAPATH" },
  { types: ["gcp:container/cluster"], input: "privateClusterConfig.enablePrivateNodes", to: false },
  { types: ["gcp:container/cluster"], input: "deletionProtection", to: false },
  { types: ["aws:eks/cluster"], input: "enabledClusterLogTypes", to: [] },
  { types: ["aws:eks/cluster"], input: "deletionProtection", to: false },
  { types: ["aws:ec2/instance"], input: "rootBlockDevice.encrypted", to: false },
  { types: ["aws:ec2/instance", "aws:ec2/launchTemplate"], input: "metadataOptions.httpTokens", to: "optional" },
  { types: ["gcp:compute/instance"], input: "bootDisk.kmsKeySelfLink", to: undefined },
  { types: ["gcp:compute/firewall"], input: "sourceRanges", to: [everywhere] },
  { types: ["aws:vpc/securityGroupIngressRule"], input: "cidrIpv4", to: everywhere },
  { types: ["gcp:compute/subnetwork"], input: "logConfig", to: undefined },
];
