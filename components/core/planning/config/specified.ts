import type { DatabaseName } from "../../product/service";
import type {
  AlarmsConfig,
  BackupConfig,
  BoundaryExceptionConfig,
  Config,
  DataDiskConfig,
  DevelopmentConfig,
  ExistingNetworkConfig,
  GcpConfig,
  OverrideConfig,
  SmtpConfig,
} from "./config";
import type { SpecifiedCluster, SpecifiedKubernetes } from "./specified-kubernetes";
import type { SpecifiedManaged } from "./specified-managed";
import type { SpecifiedReplica } from "./specified-replica";
import type { Zone } from "../../rules/facts";
import type { SizeLabel, SizeName, Usage } from "../sizing/usage";

// What a config becomes, parsed and completed.

export type * from "./specified-kubernetes";
export type * from "./specified-managed";
export type * from "./specified-replica";

/** A config, parsed, checked and completed: nothing is left to a default further on. */
export type Specification = VmSpecification | KubernetesSpecification;

/** A specification of one machine. */
export interface VmSpecification extends CommonSpecification {
  /** What is built. */
  readonly shape: "vm";
  /** Where it is built. */
  readonly cloud: "aws" | "gcp" | "local";
  /** A named size, or what to compute it from. */
  readonly size: NamedMachineSize | SizeFromUsage;
}

/** A specification of a deployment on Kubernetes. */
export interface KubernetesSpecification extends CommonSpecification {
  /** What is built. */
  readonly shape: "kubernetes";
  /** Where it is built; `existing` is a cluster nothing else is known of. */
  readonly cloud: "aws" | "gcp" | "existing";
  /** How Sourcegraph runs on the cluster. */
  readonly kubernetes: SpecifiedKubernetes;
  /** The cluster. */
  readonly cluster: SpecifiedCluster;
}

/** What the rules of the boundaries are told. */
export interface SpecifiedBoundaries {
  /** Zone it is in: one customer's, the public's, that of many customers, of support services, or a monolith for development. */
  readonly zone: Zone;
  /** What the instance runs with. */
  readonly stage: "production" | "staging" | "development";
  /** Service or team that answers for it. */
  readonly owner: string;
  /** Account of AWS or project of Google; absent where it is not known. */
  readonly account?: string;
  /** Tags and features of the licence; absent where they are not known. */
  readonly licence?: readonly string[];
  /** Whether it holds made-up data only. */
  readonly syntheticData: boolean;
  /** What is for development; absent where it is not known. */
  readonly development?: DevelopmentConfig;
  /** Domains of the company; absent where they are not known. */
  readonly companyDomains?: readonly string[];
  /** Whether `sgbox check` refuses what breaks a rule. */
  readonly enforce: boolean;
  /** Rules that may be broken, until a day. */
  readonly exceptions: readonly BoundaryExceptionConfig[];
}

/** A mode of a single-tenant instance. */
export type InstanceMode = NonNullable<Config["modes"]>[number];

/** What is the same in every shape. */
export interface CommonSpecification {
  /** Name of the instance. */
  readonly name: string;
  /** Region of the cloud; `local` without one. */
  readonly region: string;
  /** Zone of machine and data disk; `local` without one. */
  readonly zone: string;
  /** Exact release. */
  readonly release: string;
  /** A named size, or what to compute it from. */
  readonly size: NamedSize | SizeFromUsage;
  /** Host name of the instance. */
  readonly domain?: string;
  /** Zone the DNS record is written into. */
  readonly dnsZone?: string;
  /** How HTTPS is done. */
  readonly tls: SpecifiedTls;
  /** Who reaches the instance. */
  readonly access: SpecifiedAccess;
  /** The network: made for the instance, or one that exists. */
  readonly network: SpecifiedNewNetwork | SpecifiedExistingNetwork;
  /** Where each database is. */
  readonly databases: Readonly<Record<DatabaseName, "bundled" | "managed" | ExternalDatabase>>;
  /** Where each Redis is. */
  readonly cache: Readonly<Record<"cache" | "store", "bundled" | "managed" | ExternalRedis>>;
  /** Where uploads are kept. */
  readonly objectStorage: "bundled" | "managed" | ExternalObjectStorage;
  /** Settings of what the cloud's own services do. */
  readonly managed: SpecifiedManaged;
  /** Private mirror of the images. */
  readonly registry?: SpecifiedRegistry;
  /** Outgoing mail. */
  readonly smtp?: SmtpConfig;
  /** Texts of the configuration files. */
  readonly siteConfig?: SpecifiedSiteConfig;
  /** Outgoing proxy. */
  readonly proxy?: SpecifiedProxy;
  /** Whether traces are collected. */
  readonly tracing: boolean;
  /** Snapshots of the data disk and dumps of the databases. */
  readonly backup: Readonly<Required<BackupConfig>>;
  /** What the rules of the boundaries are told. */
  readonly boundaries: SpecifiedBoundaries;
  /** What it promises beyond others. */
  readonly modes: readonly InstanceMode[];
  /** Key of the customer's that everything at rest is under. */
  readonly customerKey?: string;
  /** Last day of the instance; absent where it has none. */
  readonly expires?: string;
  /** What makes it a replica of a customer's set-up; absent where it is none. */
  readonly replica?: SpecifiedReplica;
  /** Where alarms go. */
  readonly alarms?: AlarmsConfig;
  /** The machine, as far as it is not the size's. */
  readonly machine: SpecifiedMachine;
  /** The data disk, as far as it is not the size's. */
  readonly dataDisk: DataDiskConfig;
  /** Whether the cloud refuses to delete the machine. */
  readonly deletionProtection: boolean;
  /** Whether it stands still; absent where it never did. */
  readonly suspended?: boolean;
  /** What a new release does to the machine. */
  readonly upgrade: NonNullable<Config["upgrade"]>;
  /** Whether and how long updates wait for the instance. */
  readonly outsideCheck: SpecifiedOutsideCheck;
  /** Ids of the manual steps that were taken. */
  readonly acknowledge: readonly string[];
  /** Names of the data resources that may be lost. */
  readonly allowDataLoss: readonly string[];
  /** What is different for single services, by name. */
  readonly overrides: Readonly<Record<string, OverrideConfig>>;
  /** Tags or labels of every resource. */
  readonly tags: Readonly<Record<string, string>>;
  /** Names of the encrypted config values; the values stay outside. */
  readonly secrets: readonly string[];
  /** Settings of Google Cloud. */
  readonly gcp?: GcpConfig;
  /** Settings of a local Docker Engine. */
  readonly local: SpecifiedLocal;
}

/** Whether and how long updates wait for the instance, complete. */
export interface SpecifiedOutsideCheck {
  /** Whether they wait. */
  readonly enabled: boolean;
  /** How long at most, minutes; absent: as long as the planner thinks. */
  readonly timeoutMinutes?: number;
}

/** A size that fits one machine, by its name. */
export interface NamedMachineSize {
  /** The name. */
  readonly named: SizeName;
}

/** A size by its name. */
export interface NamedSize {
  /** The name; 2XL and 3XL are for Kubernetes only. */
  readonly named: SizeLabel;
}

/** A size that is computed. */
export interface SizeFromUsage {
  /** What it is computed from. */
  readonly usage: Usage;
}

/** How HTTPS is done, complete. */
export interface SpecifiedTls {
  /** Who ends TLS. */
  readonly mode: "acme" | "certificate" | "load-balancer" | "none";
  /** Contact address of the ACME account. */
  readonly email?: string;
  /** Whether Let's Encrypt's staging service is used. */
  readonly staging: boolean;
  /** Certificate chain, PEM. */
  readonly certificate?: string;
  /** Name of the secret that holds the private key. */
  readonly keySecret?: string;
  /** AWS: existing certificate of the load balancer. */
  readonly certificateArn?: string;
}

/** Who reaches the instance, complete. */
export interface SpecifiedAccess {
  /** CIDR blocks that may reach ports 80 and 443. */
  readonly allowedCidrs: readonly string[];
  /** Public keys of admins. */
  readonly sshKeys: readonly string[];
  /** Proxies whose X-Forwarded headers are believed; absent: the load balancer's. */
  readonly trustedProxies?: readonly string[];
  /** GCP: who may open a tunnel to the machine. */
  readonly iapMembers: readonly string[];
}

/** A network that is made for the instance. */
export interface SpecifiedNewNetwork {
  /** Address block. */
  readonly cidr: string;
  /** Blocks it must not overlap. */
  readonly reservedCidrs: readonly string[];
}

/** A network that exists. */
export interface SpecifiedExistingNetwork {
  /** Ids of its parts. */
  readonly existing: ExistingNetworkConfig & Required<Pick<ExistingNetworkConfig, "instanceConnect">>;
}

/** Redis outside the deployment. */
export interface ExternalRedis {
  /** Name of the secret that holds its address. */
  readonly secret: string;
}

/** Private mirror of the images, complete. */
export interface SpecifiedRegistry {
  /** Registry and prefix. */
  readonly host: string;
  /** Name of the secret that holds user:password. */
  readonly credentialsSecret?: string;
  /** Whether images are named by digest too. */
  readonly pinDigests: boolean;
}

/** Texts of the configuration files. */
export interface SpecifiedSiteConfig {
  /** Site configuration, JSON with comments. */
  readonly site?: string;
  /** Code host connections. */
  readonly codeHosts?: string;
  /** Global settings. */
  readonly globalSettings?: string;
  /** Whether admins may edit what files own. */
  readonly allowEdits: boolean;
}

/** Outgoing proxy, complete. */
export interface SpecifiedProxy {
  /** Proxy of plain HTTP requests. */
  readonly http?: string;
  /** Proxy of HTTPS requests. */
  readonly https?: string;
  /** Hosts reached without it. */
  readonly noProxy: readonly string[];
}

/** The machine, as far as it is not the size's. */
export interface SpecifiedMachine {
  /** Machine type, in place of the size's. */
  readonly type?: string;
  /** Root disk, GB. */
  readonly rootDiskGb: number;
  /** Mirror of Debian's archive; absent: Debian's own. */
  readonly packageMirror?: string;
  /** Machine image it starts from, as the config names it; absent: Debian's. */
  readonly image?: string;
}

/** Settings of a local Docker Engine, complete. */
export interface SpecifiedLocal {
  /** Port of this machine. */
  readonly httpPort: number;
  /** Address the port is bound to. */
  readonly address: string;
  /** Docker host; absent: the engine of this machine. */
  readonly host?: string;
}

/** Buckets outside the deployment. */
export interface ExternalObjectStorage {
  /** Kind of store. */
  readonly backend: "S3" | "GCS";
  /** General bucket. */
  readonly bucket?: string;
  /** Bucket of code graph uploads, before 7.2. */
  readonly codeIntelBucket?: string;
  /** Bucket of search job results, before 7.2. */
  readonly searchJobsBucket?: string;
  /** S3: region. */
  readonly region?: string;
  /** S3: endpoint. */
  readonly endpoint?: string;
  /** GCS: project. */
  readonly project?: string;
  /** Whether the bucket is in the path. */
  readonly pathStyle: boolean;
  /** S3: name of the secret with the access key id. */
  readonly accessKeyIdSecret?: string;
  /** S3: name of the secret with the secret access key. */
  readonly secretAccessKeySecret?: string;
}

/** PostgreSQL outside the deployment. */
export interface ExternalDatabase {
  /** Host name or address. */
  readonly host: string;
  /** Port. */
  readonly port: number;
  /** Login. */
  readonly user: string;
  /** Name of the database. */
  readonly database: string;
  /** How the connection is encrypted, as libpq names it. */
  readonly sslmode: string;
  /** Name of the secret that holds the password. */
  readonly passwordSecret: string;
}
