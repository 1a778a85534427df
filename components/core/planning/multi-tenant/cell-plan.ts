import type { DataClass, DatabaseName } from "../../product/service";
import type { Contract, StoredClass, Tenancy } from "../../rules/facts";
import type { Config } from "../config/config";
import type { KubernetesSpecification } from "../config/specified";
import type { KubernetesPlan } from "../kubernetes/kubernetes-plan";
import type { PriceEstimate } from "../price/price";
import type { PlannedAccount } from "./account";

/** What a key of a cell is for; each is a key of its own. */
export type CellKeyUse = "db" | "disk" | "object" | "cache" | "secret" | "backup" | "log" | "column";

/** A whole deployment in an account of its own. */
export interface PlannedCell {
  /** Name, stem of the names of its resources. */
  readonly name: string;
  /** Account or project, of this cell alone. */
  readonly account: PlannedAccount;
  /** Whose data it holds: many tenants', one's, or one's under the customer's keys. */
  readonly tenancy: Extract<Tenancy, "pooled" | "dedicated" | "byok">;
  /** Region. */
  readonly region: string;
  /** Zones, three. */
  readonly zones: readonly string[];
  /** Address block of its network. */
  readonly cidr: string;
  /** Whether it takes tenants, as said in the config. */
  readonly state: "open" | "draining" | "closed";
  /** Whether new releases come here first. */
  readonly canary: boolean;
  /** Exact release. */
  readonly release: string;
  /** Tenants and content it is made for. */
  readonly limits: CellLimits;
  /** The config of shape kubernetes that it is: what the components of that shape are given. */
  readonly config: Config;
  /** How Sourcegraph runs in it: that config, completed. */
  readonly specification: KubernetesSpecification;
  /** The plan of that. */
  readonly plan: KubernetesPlan;
  /** Its keys, eight. */
  readonly keys: readonly PlannedCellKey[];
  /** Who acts in it, one identity for each. */
  readonly identities: readonly PlannedCellIdentity[];
  /** Logins of its databases. */
  readonly logins: PlannedCellLogins;
  /** How it is known to the services it calls. */
  readonly client: PlannedCellClient;
  /** Connections that leave it, all others are refused. */
  readonly egress: readonly PlannedCellEgress[];
  /** How the edge reaches it, and nobody else. */
  readonly ingress: PlannedCellIngress;
  /** Its backups. */
  readonly backups: PlannedCellBackups;
  /** Alarms of fullness. */
  readonly alarms: readonly PlannedCellAlarm[];
  /** What empties each kind of its stores of a tenant who leaves. */
  readonly purges: readonly PlannedPurge[];
  /** Account of the customer whose keys are used; absent without. */
  readonly customerAccount?: string;
  /** What a month costs at list price. */
  readonly price: PriceEstimate;
  /** US dollars a month for one tenant of a full cell; absent where no price is known. */
  readonly monthlyPerTenant?: number;
}

/** Tenants and content a cell is made for. */
export interface CellLimits {
  /** Tenants; it is closed at that number. */
  readonly targetMaxTenants: number;
  /** Tenants above which it is under pressure: 85 %. */
  readonly pressureTenants: number;
  /** Content that a tenant may have, GB. */
  readonly gbPerTenant: number;
  /** Disks of gitserver together, GB. */
  readonly gitDiskGb: number;
  /** Disks of the indexes together, GB. */
  readonly indexDiskGb: number;
  /** Share of a disk in use above which it is under pressure: 0.7. */
  readonly pressureDisk: number;
  /** Share of a disk in use at which it takes no tenants: 0.85. */
  readonly closedDisk: number;
}

/** One of the keys of a cell. */
export interface PlannedCellKey {
  /** What it is for. */
  readonly use: CellKeyUse;
  /** Name of its resource, `<cell>-<use>`. */
  readonly name: string;
  /** Whose it is. */
  readonly owner: "us" | "customer";
  /** ARN or full name of the customer's; absent where it is made. */
  readonly existing?: string;
  /** Worst classes of what is under it. */
  readonly dataClasses: readonly DataClass[];
  /** Days between rotations; of a customer's key nothing is said. */
  readonly rotationDays?: number;
  /** Days it waits for its end, stated; on Google Cloud fixed when it is made. */
  readonly waitDays: number;
}

/** Who acts in a cell. */
export interface PlannedCellIdentity {
  /** Service of the catalogue, or a task: migrator, operator, backup, cell-agent. */
  readonly service: string;
  /** Name of its role or service account, at most 30 characters. */
  readonly name: string;
  /** Login it has in the databases. */
  readonly database: "app" | "owner" | "read-only" | "administrator" | "none";
  /** What it may do with the bucket. */
  readonly bucket: "read-write" | "create" | "none";
  /** What it may do with which keys; the volumes' and stores' own use is the cloud's. */
  readonly keys: readonly {
    /** Key. */
    readonly use: CellKeyUse;
    /** `use`: encrypt and decrypt; `administer`: make and end, never decrypt. */
    readonly may: "use" | "administer";
  }[];
  /** Special tenants its queries name, beyond one tenant at a time. */
  readonly specialTenants: readonly ("servicetenant" | "workertenant" | "zoekttenant")[];
  /** Kubernetes service account it is bound to; absent for what is no pod. */
  readonly serviceAccount?: string;
  /** Whether a person may have it for a limited time only. */
  readonly timeBound: boolean;
}

/** Logins of the databases of a cell. */
export interface PlannedCellLogins {
  /** Databases, each a server of its own. */
  readonly databases: readonly {
    /** Which of the three. */
    readonly name: DatabaseName;
    /** Name of its resource. */
    readonly resource: string;
    /** Name of the database on the server. */
    readonly database: string;
    /** Extensions that the administrator makes. */
    readonly extensions: readonly string[];
  }[];
  /** Login of the application: it owns nothing, and filters of rows count for it. */
  readonly app: PlannedLogin;
  /** Login of the migrator: it owns every table, and only a Job has it. */
  readonly owner: PlannedLogin;
  /** Login of the administrator, which sets up the others and is used by nothing that runs. */
  readonly administrator: string;
  /** Role of operators: reads, time-bound, cannot sign in until somebody is let in. */
  readonly operator: string;
  /** Whether filters count for the owner too, but while the migrator runs, whose migrations see every tenant. Default false. */
  readonly forced: boolean;
}

/** A login of the databases. */
export interface PlannedLogin {
  /** Name in PostgreSQL. */
  readonly user: string;
  /** Name of the secret with its password, generated. */
  readonly passwordSecret: string;
}

/** How a cell is known to the services it calls. */
export interface PlannedCellClient {
  /** Id at the accounts service, of this cell alone. */
  readonly id: string;
  /** Name of the secret with its secret, in the cell's own store. */
  readonly secret: string;
  /** Scopes it asks for. */
  readonly scopes: readonly string[];
  /** Seconds a token of it lives. */
  readonly tokenSeconds: number;
}

/** A host outside that a cell may open. */
export interface PlannedCellEgress {
  /** Host. */
  readonly host: string;
  /** Port. */
  readonly port: number;
  /** What it is for. */
  readonly reason: string;
  /** The company's service behind it; absent for what is not ours. */
  readonly callee?: PlannedCellCallee;
}

/** A service of the company that a cell calls. */
export interface PlannedCellCallee {
  /** Its name, `zone/service` in another zone. */
  readonly service: string;
  /** What the call is for, where the rules know it. */
  readonly contract?: Contract;
  /** Classes of what is sent, worst first. */
  readonly carries: readonly StoredClass[];
  /** First segment of the scopes it honours. */
  readonly honours: string;
  /** Scopes that the cell's client needs there. */
  readonly scopes: readonly string[];
  /** Whether it asks the accounts service about the tokens it is shown. */
  readonly asksIssuer: boolean;
}

/** How a cell is reached. */
export interface PlannedCellIngress {
  /** Host of its origin, which only the edge may call. */
  readonly origin: string;
  /** Service that is called, and its port. */
  readonly service: "sourcegraph-frontend";
  /** Port of that service. */
  readonly port: number;
  /** AWS with CloudFront: the way from the edge into the network; absent where the origin is on the internet. */
  readonly vpcOrigin?: PlannedVpcOrigin;
  /** Secrets that the edge's header may have, oldest first; the edge shows the last. */
  readonly headerSecrets: readonly PlannedOriginSecret[];
  /** Header that the edge sends. */
  readonly header: string;
}

/** A secret by which an origin knows the edge. */
export interface PlannedOriginSecret {
  /** Its number in the config. */
  readonly number: number;
  /** Name of its resource. */
  readonly name: string;
}

/** A way from CloudFront to an internal load balancer, which needs no address on the internet. */
export interface PlannedVpcOrigin {
  /** Name of it, of the security group before the load balancer, and of the share with the edge's account. */
  readonly name: string;
  /** Port of the pods behind the load balancer. */
  readonly podPort: number;
  /** Account of the edge, with which it is shared. */
  readonly sharedWith: string;
}

/** Backups of a cell. */
export interface PlannedCellBackups {
  /** Name of the vault, or of the backup plan. */
  readonly vault: string;
  /** Days they are kept; within the term of leaving. */
  readonly keepDays: number;
  /** Key they are under. */
  readonly key: "backup";
  /** Days the databases can be gone back to; within the term, and at most 35 on AWS. */
  readonly databaseDays: number;
  /** Days the bucket keeps what was deleted or overwritten. */
  readonly objectDays: number;
  /** Days logs are kept in the cell. */
  readonly logDays: number;
  /** Account they are copied to; absent without copies. */
  readonly copyTo?: PlannedAccount;
}

/** An alarm of fullness. */
export interface PlannedCellAlarm {
  /** Name of its resource. */
  readonly name: string;
  /** What it watches. */
  readonly watches: "tenants" | "disk";
  /** Threshold, per cent of what the cell is made for. */
  readonly percent: number;
  /** Metric: of the cell's agent for tenants, of the volumes for disks. */
  readonly metric: string;
  /** Namespace of the metric at AWS, or its domain at Google Cloud. */
  readonly metricNamespace: string;
  /** What it says, in the words of who is called. */
  readonly description: string;
}

/** What empties one kind of store of a tenant who leaves. */
export interface PlannedPurge {
  /** Store, in the words of the product where it is the product's. */
  readonly store:
    | "edge-route"
    | "gateway-limits"
    | "searcher-cache"
    | "redis"
    | "zoekt"
    | "gitserver"
    | "blobstore"
    | "database"
    | "secrets"
    | "logs"
    | "backups";
  /** Kind of store in the words of the rules; absent for what is not a store of the cell. */
  readonly kind?: string;
  /** Who does it: the product's own pruner, the cell's agent, the control plane, or time. */
  readonly by: "product" | "cell-agent" | "control-plane" | "expiry";
  /** What is done. */
  readonly how: string;
  /** What shows that it was done. */
  readonly proof: string;
}
