import type { BoundaryFacts, Contract, ListenerPlane, Stage, StoredClass } from "../../rules/facts";
import type { DataResource } from "../data-safety";
import type { PriceEstimate } from "../price/price";
import type { PlannedSecret } from "../secrets";
import type { PlannedAdminService } from "./planned-service";
import type { AdminZone, SpecifiedEmployees } from "./specification";

export type * from "./planned-service";
export type * from "./planned-stores";

/** Every decision of a stack of support services, as plain data. Names are of Pulumi resources, and a public contract. */
export interface AdminPlan {
  /** Version of this form. */
  readonly schema: 1;
  /** What is built. */
  readonly shape: "admin";
  /** Stem of the names of all resources, at most 12 characters beside the longest service. */
  readonly name: string;
  /** Where it is built. */
  readonly cloud: "aws" | "gcp";
  /** Region of the cloud. */
  readonly region: string;
  /** GCP: project of the stack. */
  readonly project?: string;
  /** Zone of the stack. */
  readonly zone: AdminZone;
  /** What it runs with. */
  readonly stage: Stage;
  /** Team that answers for it. */
  readonly owner: string;
  /** Account of AWS or project of Google; absent where it is not known. */
  readonly account?: string;
  /** Domains of the company, of whose groups alone rights may be; absent where they are not known. */
  readonly companyDomains?: readonly string[];
  /** Accounts and domain of development; absent where none are named. */
  readonly development?: BoundaryFacts["development"];
  /** Domain that all host names are below. */
  readonly domain: string;
  /** Zone that records are written into; absent: somebody else writes them. */
  readonly dnsZone?: string;
  /** What stands before the listeners of machines and end users. */
  readonly edge: "cloudflare" | "direct";
  /** How employees are known. */
  readonly employees: SpecifiedEmployees;
  /** The network. */
  readonly network: PlannedAdminNetwork;
  /** The services, sorted by name. */
  readonly services: readonly PlannedAdminService[];
  /**
   * GCP: services of which Cloud Run lets in whoever comes through a load balancer, so that they alone check their callers: those
   * with callers that have no identity of Google, and an exception from B-N02 that says so. None on AWS. In place.
   */
  readonly uncheckedServices: readonly string[];
  /** Every key. */
  readonly keys: readonly PlannedAdminKey[];
  /** Rights of machines: of the services here at others, and of others at the services here. */
  readonly grants: readonly PlannedM2MGrant[];
  /** Who calls whom. */
  readonly calls: readonly PlannedAdminCall[];
  /** Logs of the services and of the load balancers. */
  readonly logs: PlannedAdminLogs;
  /** Where audit logs go; absent: set up for the whole organisation. */
  readonly auditSink?: string;
  /** GCP: access policy of the perimeter around the project; absent: none is made. */
  readonly perimeterPolicy?: string;
  /** Where alarms go; absent: nowhere. */
  readonly alarmsEmail?: string;
  /** Registries that images may come from. */
  readonly registries: readonly string[];
  /** Whether what holds data is guarded against deletion. */
  readonly deletionProtection: boolean;
  /** Names of the data resources that may be lost. */
  readonly allowDataLoss: readonly string[];
  /** Tags or labels of every resource, without those of the boundaries. */
  readonly tags: Readonly<Record<string, string>>;
  /** Every secret by name; the values stay outside. */
  readonly secrets: readonly PlannedSecret[];
  /** Everything that holds data and must not be lost. */
  readonly dataResources: readonly DataResource[];
  /** Where it departs from the platform that runs these services today, and where not. */
  readonly decisions: readonly AdminDecision[];
  /** What a month costs. */
  readonly price: PriceEstimate;
  /** Things a person should know before going on. */
  readonly notices: readonly string[];
}

/** A decision about a default of today's platform. */
export interface AdminDecision {
  /** What the platform does. */
  readonly today: string;
  /** What is done here. */
  readonly here: string;
  /** Rule it follows from; absent where today's way is kept. */
  readonly rule?: string;
}

/** The network of the stack. */
export interface PlannedAdminNetwork {
  /** Address block. */
  readonly cidr: string;
  /** Zones of the region that it reaches over. */
  readonly zones: readonly string[];
  /** Its subnets; on GCP one of kind `private` for the region, one of kind `proxy` for the internal load balancer. */
  readonly subnets: readonly PlannedAdminSubnet[];
  /** Names of hosts that may be reached over TCP 443, sorted; everything else outside the network is refused. */
  readonly allowedHosts: readonly string[];
}

/** A subnet of the network. */
export interface PlannedAdminSubnet {
  /** Name, such as `private-a`. */
  readonly name: string;
  /** Address block. */
  readonly cidr: string;
  /** Zone; absent on GCP. */
  readonly zone?: string;
  /** `public`: load balancers and address translation; `firewall`: that of what leaves; `private`: services; `data`: stores, without a way out. */
  readonly kind: "public" | "firewall" | "private" | "data" | "proxy";
}

/** A key. It encrypts the stores of one service and one class, or signs. */
export interface PlannedAdminKey {
  /** Name of its resource, `<stack>-<service>-<use>-key`. */
  readonly name: string;
  /** What it is for; `credentials`: persons and their secrets together; `content`: what users wrote, outside the admin zone. */
  readonly use: "data" | "identity" | "credentials" | "content" | "cache" | "secret" | "log" | "signing";
  /** `encrypt`, or `sign`: asymmetric, in hardware, and it never leaves. */
  readonly purpose: "encrypt" | "sign";
  /** Service whose it is; absent for the logs of the stack. */
  readonly service?: string;
  /** Days after which it is made anew; absent for a key that signs, which is exempt. */
  readonly rotationDays?: number;
  /** Days in which its destruction can be undone. */
  readonly destroyDays: number;
  /** Identities that may use it; the cloud's own agents of the stores apart. */
  readonly usedBy: readonly string[];
  /** Names of the resources it encrypts. */
  readonly encrypts: readonly string[];
}

/** A right of one service at another. */
export interface M2MGrant {
  /** Service that calls. */
  readonly caller: string;
  /** Service that is called. */
  readonly callee: string;
  /** Path of the permission, such as `codyaccess`. */
  readonly permission: string;
  /** What may be done. */
  readonly action: "read" | "write" | "delete";
}

/** A right of one service at another, decided. */
export interface PlannedM2MGrant extends M2MGrant {
  /** Zone of the caller. */
  readonly callerZone: BoundaryFacts["zone"];
  /** Zone of the callee. */
  readonly calleeZone: BoundaryFacts["zone"];
  /** The scope, `callee::permission::action`. */
  readonly scope: string;
  /** First segment of the scopes that the callee honours. */
  readonly honours: string;
  /** Name of the client that holds it; one for every service, cell and instance. */
  readonly client: string;
  /** Seconds that a token of it lives. */
  readonly tokenSeconds: number;
  /** Cell of the caller; absent for a service. */
  readonly cell?: string;
}

/** A connection between services. */
export interface PlannedAdminCall {
  /** Caller; `instance` for all instances of customers. */
  readonly from: string;
  /** Zone of the caller. */
  readonly fromZone: NonNullable<BoundaryFacts["zone"]>;
  /** Callee. */
  readonly to: string;
  /** Zone of the callee. */
  readonly toZone: NonNullable<BoundaryFacts["zone"]>;
  /** Port of the callee. */
  readonly port: number;
  /** What it is for; absent within a zone. */
  readonly contract?: Contract;
  /** What the caller shows. */
  readonly credential: "none" | "oauth-client" | "licence-token" | "shared-secret" | "identity";
  /** Listener it uses. */
  readonly plane: ListenerPlane;
  /** Classes of what is sent. */
  readonly carries: readonly StoredClass[];
  /** How it gets there. */
  readonly over: "internet" | "private";
  /** Cell of the caller; absent for others. */
  readonly cell?: string;
}

/** Logs of a stack. */
export interface PlannedAdminLogs {
  /** Name of the key. */
  readonly key: string;
  /** Days that they are kept, at most 30. */
  readonly retentionDays: number;
  /** Name of the bucket of the log of what the load balancers served; on GCP of the log bucket. */
  readonly resource: string;
}
