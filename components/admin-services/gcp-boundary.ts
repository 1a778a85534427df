import type { AdminPlan, PlannedAdminService } from "../core/planning/admin/admin-plan";
import { adminServiceBoundary } from "../core/planning/admin/boundary";
import type { Boundary, ConnectsEdge } from "../core/rules/facts";

/**
 * Hosts that a service sends to: those outside, and those of other services of the stack, which it reaches by their own ways
 * in, like everybody else.
 */
export function hostsReached({ services }: AdminPlan, { allowedHosts, connectsTo }: PlannedAdminService): string[] {
  const called = services.filter(({ name }) => connectsTo.some(({ service }) => service === name));
  const ways = called.flatMap(({ listeners }) => listeners.filter(({ plane }) => plane === "machine"));
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
