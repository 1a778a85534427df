import { isContract, type Contract } from "../../product/boundary-words";
import type { AdminCallDescription, AdminCallerDescription } from "../../product/admin/description";
import type { Zone } from "../../rules/facts";
import type { PlannedAdminCall, PlannedM2MGrant } from "./admin-plan";
import { adminNames } from "./names";
import { scopeText } from "./scopes";
import type { AdminSpecification, SpecifiedAdminService, SpecifiedNeighbour } from "./specification";

// Who calls whom, and what they may do there. Environment, lists of hosts and the edges that rules see follow from it.

/** Seconds that a token of the accounts service lives. */
const tokenSeconds = 3600;
const https = 443;

/** A service that is called: one of this stack, or one of another that is known by public facts. */
export type Callee =
  | { readonly here: SpecifiedAdminService; readonly host: string; readonly port: number }
  | { readonly neighbour: SpecifiedNeighbour };

/** Who is called; undefined where the config does not know it. */
export function calleeOf(specification: AdminSpecification, { to, zone }: AdminCallDescription): Callee | undefined {
  const here =
    specification.zone === zone ? specification.services.find(({ description: { name } }) => name === to) : undefined;
  if (here !== undefined) {
    const { listeners } = here.description;
    const listener = listeners.find(({ plane }) => plane === "internal") ?? listeners[0];
    return { here, host: `${listener?.subdomain ?? to}.${specification.domain}`, port: https };
  }
  const neighbour = specification.neighbours.find((each) => each.service === to && each.zone === zone);
  return neighbour === undefined ? undefined : { neighbour };
}

/** What rules know a call as. */
function contractOf(contract: AdminCallDescription["contract"]): { readonly contract?: Contract } {
  return isContract(contract) ? { contract } : {};
}

/** Name of the client of a service: that of the secret that holds its own. */
const clientOf = (stack: string, service: string): string => adminNames.part(stack, service, "client");

interface Decided {
  readonly call: PlannedAdminCall;
  readonly grants: readonly PlannedM2MGrant[];
}

function outgoing(
  specification: AdminSpecification,
  { description }: SpecifiedAdminService,
  call: AdminCallDescription,
): Decided[] {
  const callee = calleeOf(specification, call);
  if (callee === undefined) return [];
  const { name: stack, zone } = specification;
  const away = "neighbour" in callee;
  const scopeName = away ? callee.neighbour.scopeName : callee.here.description.scopeName;
  const token = call.permissions.length > 0 || call.contract === "introspection";
  return [
    {
      call: {
        from: description.name,
        fromZone: zone,
        to: call.to,
        toZone: call.zone,
        port: https,
        ...(call.zone === zone ? {} : contractOf(call.contract)),
        credential: token ? "oauth-client" : "shared-secret",
        plane: away ? "machine" : "internal",
        carries: call.contract === "introspection" ? ["identity"] : ["configuration"],
        over: away ? "internet" : "private",
      },
      grants: call.permissions.map(({ permission, action }) => ({
        caller: description.name,
        callee: call.to,
        permission,
        action,
        callerZone: zone,
        calleeZone: call.zone,
        scope: scopeText({ service: scopeName, permission, action }),
        honours: scopeName,
        client: clientOf(stack, description.name),
        tokenSeconds,
      })),
    },
  ];
}

const zoneOfCaller: Readonly<Record<AdminCallerDescription["from"], Zone>> = {
  instance: "single-tenant",
  cell: "multi-tenant",
  site: "dotcom",
};

function incoming(
  { zone, cells }: AdminSpecification,
  { description }: SpecifiedAdminService,
  caller: AdminCallerDescription,
): Decided[] {
  const fromZone = zoneOfCaller[caller.from];
  const one = (from: string, client: string, cell?: string): Decided => ({
    call: {
      from,
      fromZone,
      to: description.name,
      toZone: zone,
      port: https,
      ...(fromZone === zone ? {} : contractOf(caller.contract)),
      credential: caller.credential,
      plane: "machine",
      carries: caller.carries,
      over: "internet",
      ...(cell === undefined ? {} : { cell }),
    },
    grants: caller.permissions.map(({ permission, action }) => ({
      caller: from,
      callee: description.name,
      permission,
      action,
      callerZone: fromZone,
      calleeZone: zone,
      scope: scopeText({ service: description.scopeName, permission, action }),
      honours: description.scopeName,
      client,
      tokenSeconds,
      ...(cell === undefined ? {} : { cell }),
    })),
  });
  switch (caller.from) {
    case "instance":
      return [one("instance", "")];
    case "site":
      return [one("sourcegraph-frontend", "sourcegraph-frontend")];
    case "cell":
      return cells.map((cell) => one(cell, adminNames.cellClient(cell), cell));
  }
}

/** Services of the stack that ask the accounts service, as callers of that service where it is of this stack. */
function neighboursThatAsk(
  { zone, neighbours }: AdminSpecification,
  { description }: SpecifiedAdminService,
): PlannedAdminCall[] {
  if (description.administers !== "accounts") return [];
  return neighbours.map(({ service, zone: fromZone }) => ({
    from: service,
    fromZone,
    to: description.name,
    toZone: zone,
    port: https,
    contract: "introspection" as const,
    credential: "oauth-client" as const,
    plane: "machine" as const,
    carries: ["identity"] as const,
    over: "internet" as const,
  }));
}

/** Decides who calls whom, and the rights that follow. */
export function planCalls(specification: AdminSpecification): {
  readonly calls: readonly PlannedAdminCall[];
  readonly grants: readonly PlannedM2MGrant[];
} {
  const { services } = specification;
  const decided = services.flatMap((service) => [
    ...service.description.calls.flatMap((call) => outgoing(specification, service, call)),
    ...service.description.callers.flatMap((caller) => incoming(specification, service, caller)),
  ]);
  return {
    calls: [
      ...decided.map(({ call }) => call),
      ...services.flatMap((service) => neighboursThatAsk(specification, service)),
    ],
    grants: decided.flatMap(({ grants }) => grants),
  };
}

/** Hosts outside of the stack that a service may reach: those it is to ask, and those of services it calls. */
export function hostsOf(specification: AdminSpecification, { description, secrets }: SpecifiedAdminService): string[] {
  const asked = description.outbound
    .filter(({ withSecret }) => withSecret === undefined || secrets[withSecret] !== undefined)
    .map(({ host }) => host);
  const called = description.calls.flatMap((call) => {
    const callee = calleeOf(specification, call);
    return callee !== undefined && "neighbour" in callee ? [callee.neighbour.host] : [];
  });
  return [...new Set([...asked, ...called])].sort();
}

/** Services of the stack that a service connects to. */
export function servicesCalled(
  specification: AdminSpecification,
  { description }: SpecifiedAdminService,
): { readonly service: string; readonly port: number }[] {
  return description.calls.flatMap((call) => {
    const callee = calleeOf(specification, call);
    return callee !== undefined && "here" in callee ? [{ service: call.to, port: callee.port }] : [];
  });
}
