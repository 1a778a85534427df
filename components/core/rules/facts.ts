import type { AdministeredFunction, Contract, SpecialUse, ListenerPlane, StoredClass } from "../product/boundary-words";

export type { AdministeredFunction, Contract, ListenerPlane, SpecialUse, StoredClass } from "../product/boundary-words";

/** A part of the company's deployments that shares nothing with the others. */
export type Zone = "single-tenant" | "multi-tenant" | "admin" | "identity" | "dotcom" | "dev-monolith";

/** All zones, in the order of reports. */
export const zones = ["single-tenant", "multi-tenant", "admin", "identity", "dotcom", "dev-monolith"] as const;

/** Whom a part of the multi-tenant backend belongs to: one customer, many, or one with a store, a cell or a key of its own. */
export type Tenancy = "single" | "pooled" | "isolated" | "dedicated" | "byok";

/** What runs with what data; only `development` may mix zones. */
export type Stage = "production" | "staging" | "development";

/**
 * What the library knows about a resource beyond its inputs. Components state it, children inherit it; nothing is guessed
 * from names.
 */
export interface BoundaryFacts {
  /** Zone it belongs to. */
  readonly zone?: Zone;
  /** What it runs with. */
  readonly stage?: Stage;
  /** Classes of the data it holds at rest; empty for none. */
  readonly dataClasses?: readonly StoredClass[];
  /** Who its listener is for. */
  readonly plane?: ListenerPlane;
  /** Service of the catalogue, or of the admin services. */
  readonly service?: string;
  /** Whose data it holds. */
  readonly tenancy?: Tenancy;
  /** Service or team that answers for it. */
  readonly owner?: string;
  /** Cell of the multi-tenant backend. */
  readonly cell?: string;
  /** Tenant it is for alone. */
  readonly tenant?: string;
  /** Account or project of the cloud. */
  readonly account?: string;
  /** Modes that bring rules of their own. */
  readonly modes?: readonly Mode[];
  /** Paths that a listener of machines serves; every other is refused. */
  readonly paths?: readonly string[];
  /** How a listener is reached from outside: through an edge such as Cloudflare's, or directly. */
  readonly origin?: "edge" | "direct";
  /** First action of a rule of a load balancer, which nobody sees where one of its actions holds a secret. */
  readonly firstAction?: "authenticate-oidc";
  /** What a health check from outside shows: credentials, and so expects success; or none, and so expects a refusal. */
  readonly probe?: "with-credentials" | "without-credentials";
  /** Registries that images may come from. */
  readonly registries?: readonly string[];
  /** Administrative function that a service has for other zones. */
  readonly administers?: AdministeredFunction;
  /** What a key or a secret is for, where it is the only one of its kind. */
  readonly use?: SpecialUse;
  /** First segment of the scopes that the service honours; its name with underscores where it is not stated. */
  readonly scopeName?: string;
  /** Domains of the company: only their groups may be given rights. */
  readonly companyDomains?: readonly string[];
  /** Accounts, projects and services of others that policies may name: the edge's provider, a customer's, the backups'. */
  readonly admits?: readonly string[];
  /** False for a policy that only refuses, of which no value is known before the deployment. */
  readonly givesRights?: false;
  /** Whether all it holds can be made again from the program, so that nothing is lost with it. */
  readonly rebuildable?: boolean;
  /** Who owns a key: `customer` where it can be taken back without us. */
  readonly keyOwner?: "customer" | "us";
  /** What an alarm watches of a cell. */
  readonly watches?: "tenants" | "disk";
  /** What a cell promises. */
  readonly cellTerms?: CellTerms;
  /** What the product is told. */
  readonly settings?: ProductSettings;
  /** Registry that every image has to come from. */
  readonly mirror?: string;
  /** What the containers of a workload are given, where the cloud takes that as one text that is known only later. */
  readonly containers?: readonly StatedContainer[];
  /** Stage that the stack's own tag says; it has to agree with what the components say. */
  readonly stackStage?: Stage;
  /** Accounts and projects that are for development, and what ends every name of a host there. */
  readonly development?: {
    /** Accounts and projects. */
    readonly accounts: readonly string[];
    /** What ends every name of a host. */
    readonly domain: string;
  };
}

/** A container as the component that declares it states it; the text it is declared by is made from the same. */
export interface StatedContainer {
  /** Name. */
  readonly name: string;
  /** Image, with its digest. */
  readonly image: string;
  /** Variables by name: the plain value, or the name of the secret it is a reference to. */
  readonly variables: Readonly<
    Record<
      string,
      | {
          /** Plain value. */
          readonly value: string;
        }
      | {
          /** Name of the secret, never its value. */
          readonly secret: string;
        }
    >
  >;
}

/** What a cell of the multi-tenant backend promises. */
export interface CellTerms {
  /** Tenants it is made for; it closes at that number. */
  readonly targetMaxTenants?: number;
  /** Days after which nothing of a tenant who left is kept. */
  readonly offboardingDays?: number;
  /** Days of these in which leaving can be undone. */
  readonly graceDays?: number;
  /** Kinds of stores that are emptied of a tenant who leaves, and shown to be. */
  readonly purges?: readonly string[];
}

/** What the product is told, as far as rules look at it; never a secret. */
export interface ProductSettings {
  /** Whether it looks for updates and sends pings. */
  readonly updateChannel?: "release" | "none";
  /** Whether models are those of the company's gateway. */
  readonly modelGateway?: boolean;
  /** Whether models of the customer are configured. */
  readonly ownModels?: boolean;
  /** Whether generated code is looked up, for which the gateway is needed. */
  readonly attribution?: boolean;
  /** Whether it passes the browser's calls on to billing. */
  readonly subscriptionProxy?: boolean;
  /** Tags and features of the licence, read without a network; absent where the licence cannot be read. */
  readonly licence?: readonly string[];
}

/** A mode of a deployment that has rules of its own. */
export type Mode = "air-gapped" | "byok" | "own-model" | "monolith";

/** One service opens connections to another. */
export interface ConnectsEdge {
  /** What it is. */
  readonly kind: "connects";
  /** Caller, `zone/service` where it is in another zone. */
  readonly from: string;
  /** Callee, likewise. */
  readonly to: string;
  /** Port. */
  readonly port?: number;
  /** What the caller shows, by kind. */
  readonly credential?:
    "none" | "identity" | "oauth-client" | "licence-token" | "service-access-token" | "shared-secret";
  /** What the connection is for, across zones. */
  readonly contract?: Contract;
  /** Classes of what is sent over it. */
  readonly carries?: readonly StoredClass[];
  /** What joins the networks of two zones; within a zone not stated. */
  readonly over?: "internet" | "private-link";
  /** Listener of the callee that it uses. */
  readonly plane?: ListenerPlane;
}

/** A service keeps data in a store. */
export interface StoresEdge {
  /** What it is. */
  readonly kind: "stores";
  /** Service. */
  readonly from: string;
  /** Name of the resource. */
  readonly to: string;
  /** Class of what it keeps there. */
  readonly dataClass: StoredClass;
}

/** A client of one service may act at another. */
export interface IssuesEdge {
  /** What it is. */
  readonly kind: "issues";
  /** Caller. */
  readonly from: string;
  /** Callee. */
  readonly to: string;
  /** Scope, `service::permission::action`. */
  readonly scope: string;
  /** First segment of the scopes of a callee in another stack, by its public facts; else what that stack states counts. */
  readonly honours?: string;
  /** Client that holds it; one for every instance of the caller. */
  readonly client: string;
  /** Seconds that a token of it lives. */
  readonly tokenSeconds?: number;
}

/** A stack reads an output of another. */
export interface RefersEdge {
  /** What it is. */
  readonly kind: "refers";
  /** Stack that reads. */
  readonly from: string;
  /** Stack that is read. */
  readonly to: string;
  /** Zone of the stack that is read. */
  readonly zone?: Zone;
  /** Name of the output. */
  readonly output: string;
  /** Whether the output is a secret. */
  readonly secret: boolean;
}

/** What the library knows about the traffic between resources. */
export type DeclaredEdge = ConnectsEdge | StoresEdge | IssuesEdge | RefersEdge;

/** What a component states about itself: its input `boundary`, which every door to the rules sees. */
export interface Boundary {
  /** What it knows of itself, and of everything that belongs to it. */
  readonly facts: BoundaryFacts;
  /** Traffic and references that it knows of. */
  readonly edges?: readonly DeclaredEdge[];
  /** Facts of what belongs to it, by short type such as `aws:ebs/volume`, or by name, which says more. */
  readonly children?: Readonly<Record<string, BoundaryFacts>>;
  /** Name of the stack, in a manifest. */
  readonly stack?: string;
  /** Names of the outputs that other stacks may read, in a manifest. */
  readonly publishes?: readonly string[];
  /** Edges that the same services have where each zone is deployed apart, stated by what merges zones. */
  readonly apart?: readonly DeclaredEdge[];
}
