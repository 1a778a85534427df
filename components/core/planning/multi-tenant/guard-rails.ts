import type { SpecifiedEnvironment } from "./specification";

/** What nobody in an environment may do, whatever rights they have. */
export interface PlannedGuardRail {
  /** Name of its resource, below that of the environment. */
  readonly name: string;
  /** What it says, in one sentence. */
  readonly statement: string;
  /** AWS: statements of a service control policy. */
  readonly statements?: readonly Readonly<Record<string, unknown>>[];
  /** GCP: constraint of an organization policy, and what it allows. */
  readonly constraint?: {
    /** Name of the constraint, such as `iam.disableServiceAccountKeyCreation`. */
    readonly name: string;
    /** Whether it is simply on. */
    readonly enforce?: boolean;
    /** Values that are allowed. */
    readonly allowed?: readonly string[];
    /** Values that are refused. */
    readonly denied?: readonly string[];
  };
}

/** Every type of store that has to be under a key of ours, in the words of Google's constraint. */
const keyedServices: readonly string[] = [
  "bigquery.googleapis.com",
  "compute.googleapis.com",
  "container.googleapis.com",
  "logging.googleapis.com",
  "pubsub.googleapis.com",
  "redis.googleapis.com",
  "secretmanager.googleapis.com",
  "sqladmin.googleapis.com",
  "storage.googleapis.com",
];

const deny = (sid: string, action: readonly string[], condition?: object): Readonly<Record<string, unknown>> => ({
  Sid: sid,
  Effect: "Deny",
  Action: action,
  Resource: "*",
  ...(condition === undefined ? {} : { Condition: condition }),
});

/** Services of AWS that are not in a region, and certificates and shares of origins, which the edge needs in one region. */
const global = [
  "acm:*",
  "iam:*",
  "organizations:*",
  "ram:*",
  "route53:*",
  "cloudfront:*",
  "sts:*",
  "support:*",
  "waf:*",
  "wafv2:*",
  "shield:*",
];

/** What nobody in an account of AWS of ours may do. */
export function amazonGuardRails(allowedRegions: readonly string[]): PlannedGuardRail[] {
  const unencrypted = { Bool: { "rds:StorageEncrypted": "false" } };
  return [
    {
      name: "no-long-lived-keys",
      statement: "Nobody makes users or access keys.",
      statements: [deny("NoUsers", ["iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile"])],
    },
    {
      name: "encrypted",
      statement: "Nothing is stored unencrypted.",
      statements: [
        deny("EncryptedVolumes", ["ec2:CreateVolume", "ec2:RunInstances"], { Bool: { "ec2:Encrypted": "false" } }),
        deny("EncryptedByDefault", ["ec2:DisableEbsEncryptionByDefault"]),
        deny("EncryptedDatabases", ["rds:CreateDBInstance", "rds:CreateDBCluster"], unencrypted),
        deny("EncryptedCaches", ["elasticache:CreateReplicationGroup"], {
          Bool: { "elasticache:AtRestEncryptionEnabled": "false" },
        }),
      ],
    },
    {
      name: "nothing-public",
      statement: "Nothing that stores data is public.",
      statements: [
        deny("NoOpenBuckets", ["s3:PutAccountPublicAccessBlock", "s3:PutBucketAcl", "s3:PutObjectAcl"]),
        deny("NoOpenDatabases", ["rds:CreateDBInstance", "rds:ModifyDBInstance"], {
          Bool: { "rds:PubliclyAccessible": "true" },
        }),
        deny("NoSharedSnapshots", [
          "rds:ModifyDBSnapshotAttribute",
          "rds:ModifyDBClusterSnapshotAttribute",
          "ec2:ModifySnapshotAttribute",
        ]),
      ],
    },
    {
      name: "nothing-joined",
      statement: "No network is joined to another.",
      statements: [
        deny("NoPeering", [
          "ec2:CreateVpcPeeringConnection",
          "ec2:AcceptVpcPeeringConnection",
          "ec2:CreateTransitGatewayVpcAttachment",
          "ram:AcceptResourceShareInvitation",
        ]),
        // Origins of cells are shared with the edge, by which no network is joined; nothing else is, and nothing with strangers.
        deny("NoShares", ["ram:CreateResourceShare", "ram:AssociateResourceShare"], {
          Null: { "ram:RequestedResourceType": "false" },
          StringNotLike: { "ram:RequestedResourceType": "cloudfront:*" },
        }),
        deny("NoStrangers", ["ram:CreateResourceShare", "ram:UpdateResourceShare"], {
          Bool: { "ram:RequestedAllowsExternalPrincipals": "true" },
        }),
      ],
    },
    {
      name: "regions",
      statement: `Nothing is made outside ${allowedRegions.join(", ")}.`,
      statements: [
        {
          Sid: "Regions",
          Effect: "Deny",
          NotAction: global,
          Resource: "*",
          Condition: { StringNotEquals: { "aws:RequestedRegion": allowedRegions } },
        },
      ],
    },
  ];
}

/** What nobody may do in a folder or project of Google Cloud that holds stores of ours. */
export function googleGuardRails(allowedRegions: readonly string[]): PlannedGuardRail[] {
  return [
    {
      name: "no-long-lived-keys",
      statement: "Nobody makes keys of service accounts.",
      constraint: { name: "iam.disableServiceAccountKeyCreation", enforce: true },
    },
    {
      name: "encrypted",
      statement: "Nothing is stored but under a key of ours.",
      constraint: { name: "gcp.restrictNonCmekServices", denied: keyedServices },
    },
    {
      name: "nothing-public",
      statement: "No bucket is public.",
      constraint: { name: "storage.publicAccessPrevention", enforce: true },
    },
    {
      name: "no-public-databases",
      statement: "No database has a public address.",
      constraint: { name: "sql.restrictPublicIp", enforce: true },
    },
    {
      name: "no-external-addresses",
      statement: "No machine has an address of the internet.",
      constraint: { name: "compute.vmExternalIpAccess", denied: ["all"] },
    },
    {
      name: "nothing-joined",
      statement: "No network is joined to another of ours.",
      constraint: { name: "compute.restrictSharedVpcHostProjects", denied: ["all"] },
    },
    {
      name: "regions",
      statement: `Nothing is made outside ${allowedRegions.join(", ")}.`,
      constraint: {
        name: "gcp.resourceLocations",
        allowed: allowedRegions.map((region) => `in:${region}-locations`),
      },
    },
  ];
}

/** What nobody in an environment may do; nothing where unit or folder are left to somebody else. */
export function guardRailsOf(cloud: "aws" | "gcp", environment: SpecifiedEnvironment): PlannedGuardRail[] {
  if (environment.parent === undefined) return [];
  return cloud === "aws" ? amazonGuardRails(environment.allowedRegions) : googleGuardRails(environment.allowedRegions);
}
