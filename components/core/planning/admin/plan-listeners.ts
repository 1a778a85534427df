import type { AdminListenerDescription } from "../../product/admin/description";
import type { PlannedAdminCheck, PlannedAdminListener } from "./admin-plan";
import { adminNames } from "./names";
import type { AdminSpecification, SpecifiedAdminService } from "./specification";

/** Requests that one address may make in a minute, where the service does not say. */
const usualRequests = { machine: 600, human: 300, "end-user": 300, internal: 6000 } as const;
/** Seconds between two checks from outside; AWS asks a price for each. */
const everySeconds = { aws: 300, gcp: 60 } as const;

function listener(
  { name, domain, edge }: AdminSpecification,
  { description: { name: service, timeoutSeconds } }: SpecifiedAdminService,
  given: AdminListenerDescription,
): PlannedAdminListener {
  const { plane, subdomain, paths, admits, credentials, requestsPerMinute, direct } = given;
  const outside = plane === "machine" || plane === "end-user";
  return {
    resource: adminNames.part(name, service, plane),
    plane,
    host: `${subdomain}.${domain}`,
    paths,
    admits,
    credentials,
    authentication: plane === "human" ? "identity-aware-proxy" : "service",
    origin: edge === "cloudflare" && outside && direct !== true ? "edge" : "direct",
    webFirewall: outside,
    requestsPerMinute: requestsPerMinute ?? usualRequests[plane],
    timeoutSeconds,
  };
}

/** Decides the ways into a service. */
export function planListeners(
  specification: AdminSpecification,
  service: SpecifiedAdminService,
): PlannedAdminListener[] {
  return service.description.listeners.map((given) => listener(specification, service, given));
}

/**
 * Decides the checks of a service from outside: every listener that can be reached from there is asked for its health with
 * the diagnostics secret, and without anything, which has to be refused. A proxy that asks for a sign-in may also lead
 * there.
 */
export function planChecks(
  { name, cloud }: Pick<AdminSpecification, "name" | "cloud">,
  { description: { name: service, healthPath } }: SpecifiedAdminService,
  listeners: readonly PlannedAdminListener[],
): PlannedAdminCheck[] {
  return listeners
    .filter(({ plane }) => plane !== "internal")
    .flatMap(({ plane, host, authentication }): PlannedAdminCheck[] => {
      const common = { plane, host, path: healthPath, everySeconds: everySeconds[cloud] };
      const refusals = authentication === "identity-aware-proxy" ? [302, 401, 403] : [401, 403];
      return [
        {
          resource: adminNames.part(name, service, `${plane}-with`),
          ...common,
          shows: "diagnostics",
          expects: [200],
        },
        {
          resource: adminNames.part(name, service, `${plane}-without`),
          ...common,
          shows: "none",
          expects: refusals,
        },
      ];
    });
}
