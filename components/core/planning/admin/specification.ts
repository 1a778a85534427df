import type { SpecifiedBoundaries } from "../config/specified";
import type { AdminServiceDescription } from "../../product/admin/description";

/** Zones that a stack of support services is of, one each: their state, deploy identity and keys are their own. */
export type AdminZone = "admin" | "identity" | "dotcom" | "multi-tenant";

/** All of them, in the order of reports. */
export const adminZones = ["admin", "identity", "dotcom", "multi-tenant"] as const satisfies readonly AdminZone[];

/** A config of shape admin, parsed, checked and completed. */
export interface AdminSpecification {
  /** What is built. */
  readonly shape: "admin";
  /** Where it is built. */
  readonly cloud: "aws" | "gcp";
  /** Stem of the names of all resources. */
  readonly name: string;
  /** Region of the cloud. */
  readonly region: string;
  /** GCP: project of the stack; absent on AWS. */
  readonly project?: string;
  /** What the rules of the boundaries are told. */
  readonly boundaries: SpecifiedBoundaries;
  /** Zone of the stack. */
  readonly zone: AdminZone;
  /** Domain that all host names are below. */
  readonly domain: string;
  /** AWS: id of the Route 53 zone; GCP: name of the managed zone; absent: records are written by somebody else. */
  readonly dnsZone?: string;
  /** What stands before the listeners of machines and end users. */
  readonly edge: "cloudflare" | "direct";
  /** Address block of the network. */
  readonly cidr: string;
  /** How employees are known. */
  readonly employees: SpecifiedEmployees;
  /** The services, those left out apart, sorted by name. */
  readonly services: readonly SpecifiedAdminService[];
  /** Services of other zones that these call. */
  readonly neighbours: readonly SpecifiedNeighbour[];
  /** Cells of the multi-tenant backend that call in, sorted by name. */
  readonly cells: readonly string[];
  /** How licences are signed. */
  readonly licenceSigning: "secret" | "key";
  /** Days that logs are kept. */
  readonly logDays: number;
  /** Days that can be gone back to in databases. */
  readonly backupDays: number;
  /** Where audit logs go: a project (GCP) or an account (AWS) of another owner; absent: set up for the whole organisation. */
  readonly auditSink?: string;
  /** GCP: access policy in whose perimeter the project is put; absent: none is made. */
  readonly perimeterPolicy?: string;
  /** Where alarms go; absent: nowhere. */
  readonly alarmsEmail?: string;
  /** Registries that images may come from. */
  readonly registries: readonly string[];
  /** Whether the cloud refuses to delete what holds data. */
  readonly deletionProtection: boolean;
  /** Names of the data resources that may be lost. */
  readonly allowDataLoss: readonly string[];
  /** Tags or labels of every resource. */
  readonly tags: Readonly<Record<string, string>>;
  /** Names of the encrypted config values; the values stay outside. */
  readonly secrets: readonly string[];
}

/** How employees are known, complete. */
export interface SpecifiedEmployees {
  /** GCP: addresses of the company groups that are let in. */
  readonly groups: readonly string[];
  /** AWS: the company's sign-in. */
  readonly oidc?: SpecifiedOidc;
}

/** An OpenID Connect client of the company's sign-in. */
export interface SpecifiedOidc {
  /** Issuer. */
  readonly issuer: string;
  /** Where browsers are sent. */
  readonly authorizationEndpoint: string;
  /** Where codes are exchanged. */
  readonly tokenEndpoint: string;
  /** Where claims are asked for. */
  readonly userInfoEndpoint: string;
  /** Client. */
  readonly clientId: string;
  /** Name of the secret of the client. */
  readonly clientSecret: string;
}

/** A service with what the config says of it. */
export interface SpecifiedAdminService {
  /** What is known of it; sizes are those of the config. */
  readonly description: AdminServiceDescription;
  /** Whether it is described in the config, and not by the library. */
  readonly own: boolean;
  /** Image with digest, or with a tag in development. */
  readonly image: string;
  /** Its client at the accounts service; absent where it calls nobody. */
  readonly clientId?: string;
  /** Variables of the config. */
  readonly env: Readonly<Record<string, string>>;
  /** Name of the encrypted config value of every given secret that is used, by the secret's name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A service of another zone, known by public facts alone. */
export interface SpecifiedNeighbour {
  /** Name of the service. */
  readonly service: string;
  /** Zone it is in. */
  readonly zone: AdminZone;
  /** Host name of its listener of machines. */
  readonly host: string;
  /** Host name of its sign-in pages; absent for a service without. */
  readonly signInHost?: string;
  /** First segment of the scopes it honours. */
  readonly scopeName: string;
}
