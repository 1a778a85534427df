// Written by scripts/generate.ts from components/core/planning/config/schema.ts. Do not edit.

/** Configuration of one instance of Sourcegraph in a box. */
export interface Config {
  /**
   * Name of the instance, the stem of resource names: 2 to 24 lower-case letters, digits and dashes; default
   * sourcegraph. Replaces everything.
   *
   * @example "sourcegraph"
   */
  readonly name?: string;
  /** What is built; default vm. Never changed. */
  readonly shape?: "vm";
  /** Where. Never changed. */
  readonly cloud: "aws" | "gcp" | "local";
  /**
   * Region of the cloud; needed by aws and gcp. Never changed.
   *
   * @example "us-east-1"
   */
  readonly region?: string;
  /**
   * Zone of machine and data disk; default the first of the region. Moving the disk is refused.
   *
   * @example "us-east-1a"
   */
  readonly zone?: string;
  /**
   * Exact Sourcegraph release. A change is an upgrade.
   *
   * @example "7.5.4453"
   */
  readonly release: string;
  /** Named size; either this or usage; default XS. A change restarts the machine. */
  readonly size?: "XS" | "S" | "M" | "L" | "XL";
  /**
   * What the customer has; the size is computed from it. Changing it may change the machine (restart) and grow
   * disks.
   */
  readonly usage?: UsageConfig;
  /**
   * Host name of the instance; default none, which leaves its address. A change restarts the frontends and replaces
   * certificate and record.
   *
   * @example "sourcegraph.example.com"
   */
  readonly domain?: string;
  /**
   * AWS: id of the Route 53 zone; GCP: name of the Cloud DNS managed zone, to write the record into; default none,
   * so that you write it. Replaces the record.
   *
   * @example "Z0123456789ABCDEFGHIJ"
   */
  readonly dnsZone?: string;
  /**
   * How HTTPS is done; default load-balancer on a cloud with a domain, none without. A change rolls the edge only.
   */
  readonly tls?: TlsConfig;
  /** Who reaches the instance. In place. */
  readonly access?: AccessConfig;
  /** The network: made for the instance (default), or one that exists. A change replaces the machine. */
  readonly network?: NewNetworkConfig | NetworkConfig;
  /**
   * `bundled`: in containers (default); `{external: …}`: your own PostgreSQL 16, each of the three on its own;
   * those not named stay bundled. Moving data between the two is a planned procedure, so a change is refused.
   */
  readonly databases?: "bundled" | "managed" | DatabasesConfig;
  /** Redis: `bundled` (default) or `{external: {cache, store}}`; those not named stay bundled. Restart. */
  readonly cache?: "bundled" | "managed" | CacheConfig;
  /** Uploads: `bundled` (default) or your own buckets. Existing objects are not moved, so a change is refused. */
  readonly objectStorage?: "bundled" | "managed" | ObjectStorageConfig;
  /** Private mirror of the images; default the vendor's own registry. Restart. */
  readonly registry?: RegistryConfig;
  /** Outgoing mail; default none. Read from a file by the frontends, without a restart. */
  readonly smtp?: SmtpConfig;
  /**
   * Configuration from files. Secrets in them are written as `${secret:NAME}`. Without files, and without smtp, the
   * UI owns the configuration. In place.
   */
  readonly siteConfig?: SiteConfigFiles;
  /** Outgoing proxy of the services that talk to the outside; default none. Restart of those. */
  readonly proxy?: ProxyConfig;
  /** Run Jaeger and send traces to it; default false. Restart of the collector and frontends. */
  readonly tracing?: boolean;
  /** Snapshots of the data disk; they are made in any case, on a cloud. In place. */
  readonly backup?: BackupConfig;
  /** Alarms for status, disk and backup age; default none. In place. */
  readonly alarms?: AlarmsConfig;
  /** The machine; default what the size asks for. Restart. */
  readonly machine?: MachineConfig;
  /** The data disk, which holds everything that matters. Grows in place. */
  readonly dataDisk?: DataDiskConfig;
  /**
   * The machine is guarded against deletion; default true. Set it to false and deploy before going down, and on GCP
   * before a new machine image. In place.
   */
  readonly deletionProtection?: boolean;
  /**
   * Ids of the manual steps of the upgrade that were taken; default none. Only checked.
   *
   * @example ["backup-first"]
   */
  readonly acknowledge?: string[];
  /** Names of the data resources that may be removed, shrunk or moved by this update; default none. */
  readonly allowDataLoss?: string[];
  /**
   * Per service: replicas, limits, variables, image; default none. Restart of those services.
   *
   * @example {"searcher":{"replicas":2}}
   */
  readonly overrides?: Record<string, OverrideConfig>;
  /** Tags or labels of every resource; default none. In place. */
  readonly tags?: Record<string, string>;
  /**
   * Encrypted values by name, set with `pulumi config set --secret --path 'sourcegraph:secrets.NAME'`; default
   * none. Restart of the services that read them.
   */
  readonly secrets?: Record<string, string>;
  /** Settings of Google Cloud; needed there. */
  readonly gcp?: GcpConfig;
  /** Settings of a local Docker Engine. */
  readonly local?: LocalConfig;
}

/** Settings of a local Docker Engine. */
export interface LocalConfig {
  /** Port of this machine; default 7080. Restart of the edge. */
  readonly httpPort?: number;
  /**
   * Address the port is bound to; default 127.0.0.1. Restart of the edge.
   *
   * @example "0.0.0.0"
   */
  readonly address?: string;
  /**
   * Docker host; default the engine of this machine. Never changed: volumes stay where they are.
   *
   * @example "ssh://admin@build-1"
   */
  readonly host?: string;
}

/** Settings of Google Cloud; needed there. */
export interface GcpConfig {
  /**
   * Project the instance lives in. Never changed.
   *
   * @example "example-project"
   */
  readonly project: string;
}

/** What is different for one service. */
export interface OverrideConfig {
  /**
   * Number of containers, of sourcegraph-frontend, gitserver, searcher and zoekt-webserver only; default from the
   * size. Restart; more or fewer of gitserver move repositories.
   */
  readonly replicas?: number;
  /** CPU limit per container, cores; default from the size. Restart of that service. */
  readonly cpus?: number;
  /** Memory limit per container, GB; default from the size. Restart of that service. */
  readonly memoryGb?: number;
  /**
   * Environment variables added or replaced, secrets in them written as ${secret:NAME}; default none. Restart of
   * that service.
   */
  readonly env?: Record<string, string>;
  /**
   * Cadvisor only: false runs it without privileges, at the price of its out-of-memory metrics; default true.
   * Restart of that service.
   */
  readonly privileged?: boolean;
  /** Full image reference, in place of the release's; default the release's. Restart of that service. */
  readonly image?: string;
}

/** The data disk, which holds everything that matters. Grows in place. */
export interface DataDiskConfig {
  /** Data disk, GB; default from the size. Grows in place, never shrinks. */
  readonly sizeGb?: number;
  /**
   * Volume type: gp3 or io2 on AWS (default gp3), pd-ssd, pd-balanced or hyperdisk-balanced on GCP (default
   * pd-ssd). In place on AWS, refused on GCP.
   *
   * @example "gp3"
   */
  readonly type?: string;
  /** Provisioned operations a second; default the type's. In place. */
  readonly iops?: number;
  /** Provisioned throughput, MiB/s; default the type's. In place. */
  readonly throughputMbps?: number;
}

/** The machine; default what the size asks for. Restart. */
export interface MachineConfig {
  /**
   * Machine type, in place of the size's; default from the size. Restart.
   *
   * @example "m6a.8xlarge"
   */
  readonly type?: string;
  /** Root disk, GB; default 50. Grows in place. */
  readonly rootDiskGb?: number;
}

/** Alarms for status, disk and backup age; default none. In place. */
export interface AlarmsConfig {
  /**
   * Address the alarms go to. In place, to be confirmed by mail on AWS.
   *
   * @example "ops@example.com"
   */
  readonly email: string;
}

/** Snapshots of the data disk; they are made in any case, on a cloud. In place. */
export interface BackupConfig {
  /** How long daily snapshots of the data disk are kept, days; default 14. In place. */
  readonly keepDays?: number;
  /** Hour of the daily snapshot, UTC; default 3. In place. */
  readonly hourUtc?: number;
}

/** Outgoing proxy of the services that talk to the outside; default none. Restart of those. */
export interface ProxyConfig {
  /**
   * Proxy of plain HTTP requests; default none. Restart.
   *
   * @example "http://proxy.example.com:3128"
   */
  readonly http?: string;
  /**
   * Proxy of HTTPS requests; default none. Restart.
   *
   * @example "http://proxy.example.com:3128"
   */
  readonly https?: string;
  /** Hosts, domains or CIDRs reached without the proxy, besides the services themselves; default none. Restart. */
  readonly noProxy?: string[];
}

/**
 * Configuration from files. Secrets in them are written as `${secret:NAME}`. Without files, and without smtp, the
 * UI owns the configuration. In place.
 */
export interface SiteConfigFiles {
  /**
   * Path of a site configuration file (JSON with comments), from the folder of the stack file; merged over what
   * other keys set; default none. In place.
   *
   * @example "site.jsonc"
   */
  readonly siteFile?: string;
  /**
   * Path of a file with code host connections; default none, so that the UI owns them. In place.
   *
   * @example "code-hosts.jsonc"
   */
  readonly codeHostsFile?: string;
  /**
   * Path of a file with global settings; default none, so that the UI owns them. In place.
   *
   * @example "settings.jsonc"
   */
  readonly globalSettingsFile?: string;
  /**
   * Let admins edit in the UI although files own the configuration; edits are lost at the next restart; default
   * false. Restart of the frontends.
   */
  readonly allowEdits?: boolean;
}

/** Outgoing mail; default none. Read from a file by the frontends, without a restart. */
export interface SmtpConfig {
  /**
   * Host of the mail server. In place.
   *
   * @example "smtp.example.com"
   */
  readonly host: string;
  /** Port of the mail server, usually 587. In place. */
  readonly port: number;
  /**
   * Sender address. In place.
   *
   * @example "sourcegraph@example.com"
   */
  readonly from: string;
  /** Sender's display name; default Sourcegraph's own. In place. */
  readonly senderName?: string;
  /** How to log in. In place. */
  readonly authentication: "PLAIN" | "CRAM-MD5" | "none";
  /** Login; needed unless authentication is none. In place. */
  readonly username?: string;
  /**
   * Name of the secret that holds the password; needed unless authentication is none. In place.
   *
   * @example "smtpPassword"
   */
  readonly passwordSecret?: string;
  /** HELO domain; default none. In place. */
  readonly domain?: string;
  /** Do not verify the server's certificate; default false. In place. */
  readonly noVerifyTls?: boolean;
}

/** Private mirror of the images; default the vendor's own registry. Restart. */
export interface RegistryConfig {
  /**
   * Registry and prefix the images were mirrored to. Restart of all services.
   *
   * @example "mirror.example.com/sourcegraph"
   */
  readonly host: string;
  /**
   * Name of the secret that holds user:password; default no login. In place.
   *
   * @example "registryLogin"
   */
  readonly credentialsSecret?: string;
  /**
   * Name images by tag and digest; default true. False where images come from archives, which carry no digests.
   * Restart of all services.
   */
  readonly pinDigests?: boolean;
}

/** Buckets outside the deployment. */
export interface ObjectStorageConfig {
  /** Your own buckets; they must exist. */
  readonly external: ExternalObjectStorageConfig;
}

/** Your own buckets; they must exist. */
export interface ExternalObjectStorageConfig {
  /** Kind of store. A change is refused. */
  readonly backend: "S3" | "GCS";
  /**
   * General bucket, used from 7.2.0 on. A change is refused.
   *
   * @example "acme-sourcegraph"
   */
  readonly bucket?: string;
  /** Bucket of code graph uploads of instances older than 7.2. A change is refused. */
  readonly codeIntelBucket?: string;
  /** Bucket of search job results of instances older than 7.2. A change is refused. */
  readonly searchJobsBucket?: string;
  /**
   * S3: region of the buckets; default the instance's. Restart.
   *
   * @example "us-east-1"
   */
  readonly region?: string;
  /**
   * S3: endpoint; default that of the region. Restart.
   *
   * @example "https://minio.example.com:9000"
   */
  readonly endpoint?: string;
  /**
   * GCS: project of the buckets; default the instance's. Restart.
   *
   * @example "acme-storage"
   */
  readonly project?: string;
  /** S3-compatible stores: bucket in the path; default false. Restart. */
  readonly pathStyle?: boolean;
  /** S3: name of the secret with the access key id; without it the machine's identity is used. Restart. */
  readonly accessKeyIdSecret?: string;
  /** S3: name of the secret with the secret access key; needed with accessKeyIdSecret. Restart. */
  readonly secretAccessKeySecret?: string;
}

/** Redis outside the deployment. */
export interface CacheConfig {
  /** Your own Redis, each of the two on its own; those not named stay bundled. */
  readonly external: ExternalCacheConfig;
}

/** Your own Redis, each of the two on its own; those not named stay bundled. */
export interface ExternalCacheConfig {
  /**
   * Name of the secret that holds host:port or a redis URL of what may be lost; default bundled. Restart.
   *
   * @example "redisCache"
   */
  readonly cache?: string;
  /**
   * Name of the secret that holds host:port or a redis URL of sessions and queues; default bundled. Restart, and
   * everybody signs in again.
   *
   * @example "redisStore"
   */
  readonly store?: string;
}

/** Databases outside the deployment. */
export interface DatabasesConfig {
  /** Your own PostgreSQL 16, each of the three on its own; those not named stay bundled. */
  readonly external: ExternalDatabasesConfig;
}

/** Your own PostgreSQL 16, each of the three on its own; those not named stay bundled. */
export interface ExternalDatabasesConfig {
  /** The main database; default bundled. A change is refused. */
  readonly frontend?: ExternalDatabaseConfig;
  /** The database of code navigation; default bundled. A change is refused. */
  readonly codeIntel?: ExternalDatabaseConfig;
  /** The database of code insights; default bundled. A change is refused. */
  readonly codeInsights?: ExternalDatabaseConfig;
}

/** The main database; default bundled. A change is refused. */
export interface ExternalDatabaseConfig {
  /**
   * Host name or address of the server. Restart.
   *
   * @example "pg.example.com"
   */
  readonly host: string;
  /** Port of the server; default 5432. Restart. */
  readonly port?: number;
  /**
   * Login; it must own the database. Restart.
   *
   * @example "sourcegraph"
   */
  readonly user: string;
  /**
   * Name of the database. Restart.
   *
   * @example "sourcegraph"
   */
  readonly database: string;
  /** How the connection is encrypted, as libpq names it; default require. Restart. */
  readonly sslmode?: "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";
  /**
   * Name of the secret that holds the password; needed. Restart.
   *
   * @example "pgPassword"
   */
  readonly passwordSecret?: string;
}

/** The network is one that exists. */
export interface NetworkConfig {
  /** A network that exists; nothing in it is changed but what is made for the instance. */
  readonly existing: ExistingNetworkConfig;
}

/** A network that exists; nothing in it is changed but what is made for the instance. */
export interface ExistingNetworkConfig {
  /**
   * AWS: id of the VPC; needed. Replaces the machine.
   *
   * @example "vpc-0123456789abcdef0"
   */
  readonly vpcId?: string;
  /**
   * AWS: id of the machine's subnet, in the zone of the machine; GCP: name or self link; needed. Replaces the
   * machine.
   *
   * @example "subnet-0123456789abcdef0"
   */
  readonly subnetId?: string;
  /**
   * AWS: at least two public subnets in different zones; needed by tls.mode load-balancer. Replaces the load
   * balancer.
   */
  readonly loadBalancerSubnetIds?: string[];
  /** GCP: name or self link of the network; needed. Replaces the machine. */
  readonly network?: string;
  /**
   * AWS: make an Instance Connect endpoint in the machine's subnet (a VPC can hold only one); default false. In
   * place.
   */
  readonly instanceConnect?: boolean;
}

/** The network is made for the instance. */
export interface NewNetworkConfig {
  /**
   * Address block of the network, /16 to /24; default 10.40.0.0/16. Replaces the network.
   *
   * @example "10.40.0.0/16"
   */
  readonly cidr: string;
  /** Blocks of networks this one will be connected to; it must not overlap them; default none. Only checked. */
  readonly reservedCidrs?: string[];
}

/** Who reaches the instance. In place. */
export interface AccessConfig {
  /**
   * CIDR blocks that may reach ports 80 and 443; never empty on a cloud. In place.
   *
   * @example ["10.0.0.0/8"]
   */
  readonly allowedCidrs: string[];
  /**
   * Public keys of admins, for the Instance Connect endpoint or IAP; default none. In place on GCP, at the next new
   * machine on AWS.
   */
  readonly sshKeys?: string[];
  /**
   * Proxies in front whose X-Forwarded headers are believed; default: the load balancer's subnets, else none.
   * Restart of the edge.
   */
  readonly trustedProxies?: string[];
  /** GCP: IAM members who may open a tunnel to the machine through IAP; default nobody. In place. */
  readonly iapMembers?: string[];
}

/**
 * How HTTPS is done; default load-balancer on a cloud with a domain, none without. A change rolls the edge only.
 */
export interface TlsConfig {
  /**
   * `acme`: certificates by Let's Encrypt on the machine; `certificate`: your own on the machine; `load-balancer`:
   * the cloud's load balancer ends TLS; `none`: plain HTTP. A change rolls the edge; to or from load-balancer it
   * also makes or deletes one, and the DNS record follows.
   */
  readonly mode: "acme" | "certificate" | "load-balancer" | "none";
  /**
   * Contact address of the ACME account; needed by mode acme. Restart of the edge.
   *
   * @example "ops@example.com"
   */
  readonly email?: string;
  /** Use Let's Encrypt's staging service, for rehearsals; default false. Restart of the edge. */
  readonly staging?: boolean;
  /**
   * Path of the certificate chain, PEM, from the folder of the stack file; needed by mode certificate. A new one
   * restarts the edge.
   *
   * @example "tls/chain.pem"
   */
  readonly certificateFile?: string;
  /**
   * Name of the secret that holds the private key, PEM; needed by mode certificate. Restart of the edge.
   *
   * @example "tlsKey"
   */
  readonly keySecret?: string;
  /**
   * AWS: existing certificate for the load balancer; without it one is requested and validated through dnsZone. In
   * place.
   *
   * @example "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
   */
  readonly certificateArn?: string;
}

/**
 * What the customer has; the size is computed from it. Changing it may change the machine (restart) and grow disks.
 */
export interface UsageConfig {
  /** People who use the instance (licensed users, not concurrent ones). May restart the machine. */
  readonly users: number;
  /** Number of repositories. May restart the machine and grow disks. */
  readonly repositories: number;
  /** Size of all repositories together, GB. May restart the machine and grow disks. */
  readonly totalSizeGb: number;
  /** Size of the largest repository, GB. May restart the machine. */
  readonly largestRepositoryGb: number;
  /**
   * Size of the largest code graph index, GB; 0 when precise code navigation is not used. May restart the machine.
   */
  readonly largestIndexGb: number;
  /** Whether code insights are used; default true. May restart the machine. */
  readonly codeInsights?: boolean;
}
