import type { Problem } from "../../errors";
import type { ConnectsEdge, ListenerPlane, StoredClass, Tenancy, Zone } from "../../rules/facts";
import type { Judgement, Severity } from "../../rules/rule";

/** A rule, and how many of its findings there are of each verdict. */
export interface ReportedRule {
  /** Its name, such as `B-D01`. */
  readonly id: string;
  /** How bad it is when it does not hold. */
  readonly severity: Severity;
  /** What has to be so. */
  readonly statement: string;
  /** What is looked at. */
  readonly proof: string;
  /** What infrastructure cannot prove of it, and what stands in. */
  readonly probe?: string;
  /** Whether no exception is accepted. */
  readonly absolute?: true;
}

/** Where something belongs. */
export interface ReportedPlace {
  /** Zone; absent where none is stated. */
  readonly zone?: Zone;
  /** Cell of the multi-tenant backend. */
  readonly cell?: string;
  /** Tenant it is for alone. */
  readonly tenant?: string;
}

/** What a rule says of one thing. */
export interface ReportedFinding extends ReportedPlace {
  /** Id of the rule. */
  readonly rule: string;
  /** Name of the resource, or an edge in words. */
  readonly of: string;
  /** Type of the resource; absent for an edge. */
  readonly type?: string;
  readonly verdict: Judgement["verdict"];
  /** What shows it. */
  readonly because: string;
  /** The smallest change that would make it hold. */
  readonly fix?: string;
  /** Last day of the exception that covers it. */
  readonly exceptedUntil?: string;
}

/** Something that keeps data. */
export interface ReportedStore extends ReportedPlace {
  readonly name: string;
  readonly type: string;
  /** Kind of store, such as `relational`. */
  readonly kind: string;
  /** Service or team that answers for it; absent where nobody states it. */
  readonly owner?: string;
  /** Whose data it holds. */
  readonly tenancy?: Tenancy;
  /** Classes of what rests there; absent where nobody states them. */
  readonly classes?: readonly StoredClass[];
  /** Services that keep something in it, as far as they are stated. */
  readonly writers: readonly string[];
  /** Keys of the program that encrypt it, `of another program`, or `the provider's own`. */
  readonly keys: readonly string[];
  /** How long it keeps copies and what was deleted, in words. */
  readonly kept: readonly string[];
  /** Whether it can be reached from outside: as a rule found it, or `by nature not` for kinds without an address. */
  readonly public: "no" | "YES" | "unproven" | "by nature not" | "not judged";
}

/** Something that answers from outside. */
export interface ReportedListener extends ReportedPlace {
  readonly name: string;
  readonly type: string;
  /** Who it is for; absent where nobody states it. */
  readonly plane?: ListenerPlane;
  /** Service that it leads to; absent where nobody states it. */
  readonly service?: string;
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
}

/** A connection that is allowed; everything else is refused. */
export interface ReportedConnection extends Pick<ConnectsEdge, "port" | "contract" | "credential" | "over"> {
  /** Caller with its zone, such as `single-tenant/worker`. */
  readonly from: string;
  /** Callee, likewise. */
  readonly to: string;
  /** Listener of the callee; `internal` within a zone where nothing is stated. */
  readonly plane: ListenerPlane;
  /** Classes of what is sent. */
  readonly carries: readonly StoredClass[];
  /** Cell of the caller. */
  readonly fromCell?: string;
  /** Cell of the callee. */
  readonly toCell?: string;
}

/** A scope that a client of a service may ask for. */
export interface ReportedScope {
  readonly caller: string;
  readonly callee: string;
  /** `service::permission::action`. */
  readonly scope: string;
  /** Client that holds it. */
  readonly client: string;
  /** Seconds that a token of it lives. */
  readonly tokenSeconds?: number;
  /** Cell of who states it. */
  readonly cell?: string;
}

/** A key. */
export interface ReportedKey extends ReportedPlace {
  readonly name: string;
  readonly type: string;
  readonly whose: "us" | "the customer";
  /** Stores under it. */
  readonly encrypts: readonly string[];
  /** Other resources that name it. */
  readonly named: readonly string[];
  /** Who may use it, as far as it is known before the deployment. */
  readonly users: readonly string[];
}

/** An identity of a cloud or a cluster. */
export interface ReportedIdentity extends ReportedPlace {
  readonly name: string;
  readonly type: string;
  /** What runs as it. */
  readonly runs: readonly string[];
}

/** Rights that one resource of the program gives. */
export interface ReportedRight extends ReportedPlace {
  /** Resource that gives them. */
  readonly by: string;
  readonly type: string;
  /** Who gets them. */
  readonly to: readonly string[];
  /** Roles or actions; none where they are known only after the deployment. */
  readonly may: readonly string[];
  /** What they are for. */
  readonly on: readonly string[];
  /** Condition under which they count. */
  readonly when?: string;
}

/** Somebody's word for what breaks a rule. */
export interface ReportedException {
  readonly rule: string;
  readonly resource: string;
  readonly reason: string;
  readonly owner: string;
  /** Last day it counts. */
  readonly expires: string;
  /** Days from the report to its last day; negative when it is over. */
  readonly daysLeft: number;
  /** Whether it covers anything. */
  readonly covers: boolean;
}

/** A credential that one deployment holds of another, in words. */
export interface ReportedCredential {
  readonly name: string;
  /** Who holds it. */
  readonly holder: string;
  /** What kind it is, and for how long it is good. */
  readonly kind: string;
  /** What it opens. */
  readonly scope: string;
  /** Where it rests, and who can read it there. */
  readonly kept: string;
  /** What whoever has it can do. */
  readonly blastRadius: string;
  /** How it is replaced, step by step. */
  readonly rotation: readonly string[];
}

/**
 * Everything a reviewer of the boundaries has to know, as plain data in a fixed order: the same deployment gives the same
 * bytes, so that two reports can be compared. Holds names and words, never a secret.
 */
export interface BoundaryReport {
  /** Tells it from other JSON. */
  readonly report: "boundaries";
  /** Version of this form. */
  readonly schema: 1;
  /** What was judged. */
  readonly of: string;
  /** Day against which exceptions were held. */
  readonly day: string;
  /** Reasons against the deployment; none where it may be deployed. */
  readonly problems: readonly Problem[];
  readonly rules: readonly ReportedRule[];
  readonly findings: readonly ReportedFinding[];
  readonly stores: readonly ReportedStore[];
  readonly listeners: readonly ReportedListener[];
  readonly connections: readonly ReportedConnection[];
  readonly scopes: readonly ReportedScope[];
  readonly keys: readonly ReportedKey[];
  readonly identities: readonly ReportedIdentity[];
  readonly rights: readonly ReportedRight[];
  readonly exceptions: readonly ReportedException[];
  readonly credentials: readonly ReportedCredential[];
}

/** Names of the lists of a report, in its order. */
export const reportLists = [
  "problems",
  "rules",
  "findings",
  "stores",
  "listeners",
  "connections",
  "scopes",
  "keys",
  "identities",
  "rights",
  "exceptions",
  "credentials",
] as const satisfies readonly (keyof BoundaryReport)[];

/** Writes a report as JSON, one line for each thing, so that a comparison of texts shows what changed. */
export function boundaryJson(report: BoundaryReport): string {
  const { report: kind, schema, of, day } = report;
  const lists = reportLists.map((name) => {
    const lines = report[name].map((each) => `    ${JSON.stringify(each)}`);
    return `  "${name}": [${lines.length === 0 ? "" : `\n${lines.join(",\n")}\n  `}]`;
  });
  const head = Object.entries({ report: kind, schema, of, day }).map(
    ([name, value]) => `  "${name}": ${JSON.stringify(value)}`,
  );
  return `{\n${[...head, ...lists].join(",\n")}\n}\n`;
}

/** Whether JSON says of itself that it is a report on boundaries, of whatever version. */
export function saysBoundaryReport(
  value: unknown,
): value is { readonly report: "boundaries"; readonly schema: unknown } {
  return value !== null && typeof value === "object" && (value as { report?: unknown }).report === "boundaries";
}

/** A report that was written before; undefined where it is of another form. */
export function parseBoundaryReport(value: unknown): BoundaryReport | undefined {
  if (!saysBoundaryReport(value) || value.schema !== 1) return undefined;
  const given = value as unknown as Readonly<Record<string, unknown>>;
  const isList = (name: string): boolean =>
    Array.isArray(given[name]) && given[name].every((each) => each !== null && typeof each === "object");
  if (typeof given["of"] !== "string" || typeof given["day"] !== "string" || !reportLists.every(isList))
    return undefined;
  return value as unknown as BoundaryReport;
}
