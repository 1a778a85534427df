import type { AdminPlan, PlannedAdminService } from "../core/planning/admin/admin-plan";
import { adminServiceBoundary } from "../core/planning/admin/boundary";
import type { Boundary, ConnectsEdge } from "../core/rules/facts";

/**
 * Hosts that a service sends to over the internet: those outside, and other services of the stack that have no way in from
 * inside.
 */
export function hostsReached({ services }: AdminPlan, { allowedHosts, connectsTo }: PlannedAdminService): string[] {
  const called = services.filter(({ name }) => connectsTo.some(({ service }) => service === name));
  const outside = called.filter(({ listeners }) => listeners.every(({ plane }) => plane !== "internal"));
  const ways = outside.flatMap(({ listeners }) => listeners.filter(({ plane }) => plane === "machine"));
  return [...new Set([...allowedHosts, ...ways.map(({ host }) => host)])].sort();
}

/** What a service states: what is planned of it, and the hosts that the firewall of the network lets it send to. */
export function gcpServiceBoundary(plan: AdminPlan, service: PlannedAdminService): Boundary {
  const planned = adminServiceBoundary(plan, service);
  const stated = (planned.edges ?? []).flatMap((edge) => (edge.kind === "connects" ? [edge.to] : []));
  const outside = hostsReached(plan, service)
    .filter((host) => !stated.includes(host))
    .map((to): ConnectsEdge => ({ kind: "connects", from: service.name, to, port: 443 }));
  return { ...planned, edges: [...(planned.edges ?? []), ...outside] };
}
