import { adminBoundary, adminListenerBoundary, adminServiceBoundary } from "../core/planning/admin/boundary";
import type {
  AdminPlan,
  PlannedAdminListener,
  PlannedAdminSecret,
  PlannedAdminService,
} from "../core/planning/admin/admin-plan";
import type { Boundary, BoundaryFacts, ConnectsEdge } from "../core/rules/facts";
import { balancerOf, healthRuleOf, rulesOf } from "./aws-names";
import { statedContainer } from "./aws-task";

// What the components state of their children on AWS, by the names and types that they have there.

type Children = Record<string, BoundaryFacts>;

/** A policy of a bucket here only refuses, of which no value is known before the deployment. */
const refusing: Children = { "aws:s3/bucketPolicy": { givesRights: false } };

const factsOf = (listener: PlannedAdminListener): BoundaryFacts => adminListenerBoundary(listener).facts;

/** The address of a store is made again with it. */
const followsStore = ({ resource }: PlannedAdminSecret): [string, BoundaryFacts] => [
  resource,
  { dataClasses: ["secret"], rebuildable: true },
];

/** Hosts outside that the firewall lets somebody reach, unless a connection to them is stated already. */
function reaches(from: string, hosts: readonly string[], { edges = [] }: Boundary): ConnectsEdge[] {
  const stated = edges.flatMap((edge) => (edge.kind === "connects" ? [edge.to] : []));
  return hosts.filter((host) => !stated.includes(host)).map((to) => ({ kind: "connects", from, to, port: 443 }));
}

/** What the stack states: what is planned of it, and the planes of load balancers and certificates. */
export function awsAdminBoundary(plan: AdminPlan, boundary: Boundary = adminBoundary(plan)): Boundary {
  const listeners = plan.services.flatMap((service) => service.listeners.map((listener) => ({ service, listener })));
  const planes = listeners.flatMap(({ service, listener }): [string, BoundaryFacts][] => [
    [balancerOf(plan.name, listener), { plane: listener.plane, origin: listener.origin }],
    [listener.resource, { ...factsOf(listener), service: service.name }],
  ]);
  const ofServices = plan.services.flatMap(({ allowedHosts }) => allowedHosts);
  const others = plan.network.allowedHosts.filter((host) => !ofServices.includes(host));
  return {
    ...boundary,
    edges: [...(boundary.edges ?? []), ...reaches(plan.name, others, boundary)],
    children: { ...boundary.children, ...refusing, ...Object.fromEntries(planes) },
  };
}

/** What a rule of a load balancer states: of one that asks for the sign-in, whose client secret hides it, that it does. */
const ruleFactsOf = (listener: PlannedAdminListener): BoundaryFacts => ({
  ...factsOf(listener),
  ...(listener.authentication === "identity-aware-proxy" ? { firstAction: "authenticate-oidc" } : {}),
});

/** What a service states: what is planned of it, and what rules of load balancers and the text of its task are. */
export function awsServiceBoundary(plan: AdminPlan, service: PlannedAdminService): Boundary {
  const planned = adminServiceBoundary(plan, service);
  const rules = service.listeners.flatMap((listener): [string, BoundaryFacts][] => [
    ...rulesOf(listener, service.container.protocol).map(({ name }): [string, BoundaryFacts] => [
      name,
      ruleFactsOf(listener),
    ]),
    [healthRuleOf(listener), { plane: "internal" }],
  ]);
  return {
    ...planned,
    edges: [...(planned.edges ?? []), ...reaches(service.name, service.allowedHosts, planned)],
    children: {
      ...planned.children,
      ...refusing,
      "aws:ecs/taskDefinition": { containers: [statedContainer(service)] },
      ...Object.fromEntries(rules),
      ...Object.fromEntries(service.secrets.filter(({ origin }) => origin === "store").map(followsStore)),
    },
  };
}
