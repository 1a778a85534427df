import type { Boundary, BoundaryFacts, ConnectsEdge, DeclaredEdge, IssuesEdge, StoresEdge } from "../../rules/facts";
import type {
  AdminPlan,
  PlannedAdminCall,
  PlannedAdminListener,
  PlannedAdminService,
  PlannedM2MGrant,
} from "./admin-plan";

// What a stack of support services states to the rules: the stack who calls whom, a service what it keeps, a listener who is
// let in where. Components pass these on and add what only they name.

type Children = Record<string, BoundaryFacts>;

/** What is known of everything in the stack. */
function stackFacts(plan: AdminPlan): BoundaryFacts {
  const { zone, stage, owner, account, companyDomains, registries, development, edge } = plan;
  return {
    zone,
    stage,
    owner,
    ...(account === undefined ? {} : { account }),
    ...(companyDomains === undefined ? {} : { companyDomains }),
    ...(development === undefined ? {} : { development }),
    registries,
    ...(edge === "cloudflare" ? { admits: ["cloudflare"] } : {}),
  };
}

const end = (zone: string, service: string, own: string): string => (zone === own ? service : `${zone}/${service}`);

function connects({ zone }: AdminPlan, call: PlannedAdminCall): ConnectsEdge {
  const { from, fromZone, to, toZone, port, contract, credential, plane, carries, over } = call;
  return {
    kind: "connects",
    from: end(fromZone, from, zone),
    to: end(toZone, to, zone),
    port,
    credential,
    ...(contract === undefined ? {} : { contract }),
    carries,
    ...(fromZone === toZone ? {} : { over: over === "internet" ? ("internet" as const) : ("private-link" as const) }),
    plane,
  };
}

function issues({ zone }: AdminPlan, grant: PlannedM2MGrant): IssuesEdge {
  const { caller, callerZone = zone, callee, calleeZone = zone, scope, honours, client, tokenSeconds } = grant;
  return {
    kind: "issues",
    from: end(callerZone, caller, zone),
    to: end(calleeZone, callee, zone),
    scope,
    honours,
    client,
    tokenSeconds,
  };
}

/** What the log of the load balancers is. */
function logsOf({ logs, owner }: AdminPlan): Children {
  return { [logs.resource]: { dataClasses: ["operational"], owner } };
}

/** What holds what by its nature, in any stack of support services. */
const byType: Children = {
  "aws:secretsmanager/secret": { dataClasses: ["secret"] },
  "gcp:secretmanager/secret": { dataClasses: ["secret"] },
  "aws:cloudwatch/logGroup": { dataClasses: ["operational"] },
  "gcp:logging/projectBucketConfig": { dataClasses: ["operational"] },
};

/** What the stack states: what it is, and who calls whom with what right. */
export function adminBoundary(plan: AdminPlan): Boundary {
  const edges: DeclaredEdge[] = [
    ...plan.calls.map((call) => connects(plan, call)),
    ...plan.grants.map((grant) => issues(plan, grant)),
  ];
  return { facts: stackFacts(plan), edges, children: { ...byType, ...logsOf(plan) } };
}

/** What is known of a service. */
export function adminServiceFacts(service: PlannedAdminService): BoundaryFacts {
  const { name, scopeName, administers } = service;
  return { service: name, owner: name, scopeName, ...(administers === undefined ? {} : { administers }) };
}

/** What is known of the stores, secrets, keys and checks of a service, by the names of their resources. */
function partsOf(service: PlannedAdminService): Children {
  const { stores, secrets, checks, signingKey } = service;
  return {
    ...Object.fromEntries(
      stores.map(({ resource, dataClasses, kind }) => [
        resource,
        // Sessions, counters and locks are made again, and what is on its way is sent again.
        { dataClasses, rebuildable: kind === "cache" || kind === "stream" },
      ]),
    ),
    ...Object.fromEntries(
      secrets.map(({ resource, use }): [string, BoundaryFacts] => [
        resource,
        { dataClasses: ["secret"], ...(use === undefined ? {} : { use }) },
      ]),
    ),
    ...Object.fromEntries(
      checks.map(({ resource, shows, plane }): [string, BoundaryFacts] => [
        resource,
        { plane, probe: shows === "none" ? "without-credentials" : "with-credentials" },
      ]),
    ),
    ...(signingKey === undefined ? {} : { [signingKey]: { use: "licence-signing" } }),
  };
}

/** What a service states: what it is, what it keeps where, and what each of its parts is. */
export function adminServiceBoundary({ zone }: Pick<AdminPlan, "zone">, service: PlannedAdminService): Boundary {
  const edges = service.stores.flatMap(({ resource, dataClasses }) =>
    dataClasses.map((dataClass): StoresEdge => ({ kind: "stores", from: service.name, to: resource, dataClass })),
  );
  return { facts: { zone, ...adminServiceFacts(service) }, edges, children: partsOf(service) };
}

/** What a listener states: who it is for, at which paths, and how it is reached. */
export function adminListenerBoundary({ plane, paths, origin }: PlannedAdminListener): Boundary {
  return { facts: { plane, paths, origin } };
}

/** Names of the outputs of a stack that others may read. */
export const adminOutputs = ["published"] as const;

/**
 * What other stacks may know of this one: its zone, who calls whom, and the names of its public outputs. Names and classes
 * only, no identity, key or secret.
 */
export function adminManifest(plan: AdminPlan): Boundary {
  const { edges = [] } = adminBoundary(plan);
  const { zone, stage, owner, account } = stackFacts(plan);
  return {
    facts: {
      ...(zone === undefined ? {} : { zone }),
      ...(stage === undefined ? {} : { stage }),
      ...(owner === undefined ? {} : { owner }),
      ...(account === undefined ? {} : { account }),
    },
    edges: edges.filter(({ kind }) => kind === "connects" || kind === "issues"),
    stack: plan.name,
    publishes: adminOutputs,
  };
}

/** Public facts of a stack: host names by service and plane, and the first segment of the scopes of each service. */
export function adminPublicFacts({ services }: AdminPlan): {
  readonly hosts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly scopes: Readonly<Record<string, string>>;
} {
  return {
    hosts: Object.fromEntries(
      services.map(({ name, listeners }) => [
        name,
        Object.fromEntries(
          listeners.filter(({ plane }) => plane !== "internal").map(({ plane, host }) => [plane, host]),
        ),
      ]),
    ),
    scopes: Object.fromEntries(services.map(({ name, scopeName }) => [name, scopeName])),
  };
}
