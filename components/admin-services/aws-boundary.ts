import type { AdminPlan, PlannedAdminListener, PlannedAdminService } from "../core/planning/admin/admin-plan";
import type { Boundary, BoundaryFacts } from "../core/rules/facts";
import { balancerOf, healthRuleOf, rulesOf } from "./aws-names";
import { statedContainer } from "./aws-task";

// What the components state of their children on AWS, by the names and types that they have there.

type Children = Record<string, BoundaryFacts>;

const listenerFacts = ({ plane, paths, origin }: PlannedAdminListener): BoundaryFacts => ({ plane, paths, origin });

/** A policy of a bucket here only refuses, of which no value is known before the deployment. */
const refusing: Children = { "aws:s3/bucketPolicy": { givesRights: false } };

/** What the stack states: the boundary that was planned, and the planes of load balancers and certificates. */
export function awsAdminBoundary(plan: AdminPlan, boundary: Boundary): Boundary {
  const listeners = plan.services.flatMap((service) => service.listeners.map((listener) => ({ service, listener })));
  const children: Children = {
    ...refusing,
    ...Object.fromEntries(
      listeners.flatMap(({ service, listener }): [string, BoundaryFacts][] => [
        [balancerOf(plan.name, listener), { plane: listener.plane, origin: listener.origin }],
        [listener.resource, { ...listenerFacts(listener), service: service.name }],
      ]),
    ),
  };
  return { ...boundary, children: { ...boundary.children, ...children } };
}

/** What a service states: itself, and each of its children of which the rules have to know more. */
export function awsServiceBoundary({ zone }: AdminPlan, service: PlannedAdminService): Boundary {
  const { name, scopeName, administers, listeners, checks, secrets, stores, signingKey } = service;
  const children: Children = {
    ...refusing,
    "aws:ecs/taskDefinition": { containers: [statedContainer(service)] },
    ...Object.fromEntries(stores.map(({ resource, dataClasses }) => [resource, { dataClasses }])),
    ...Object.fromEntries(
      secrets.map(({ resource, use }) => [
        resource,
        { dataClasses: ["secret"] as const, ...(use === undefined ? {} : { use }) },
      ]),
    ),
    ...Object.fromEntries(
      listeners.flatMap((listener): [string, BoundaryFacts][] => [
        ...rulesOf(listener, listener.origin === "edge" ? 2 : 1).map((rule): [string, BoundaryFacts] => [
          rule.name,
          listenerFacts(listener),
        ]),
        [healthRuleOf(listener), { plane: "internal" }],
      ]),
    ),
    ...Object.fromEntries(
      checks.map(({ resource, shows, plane }) => [
        resource,
        { plane, probe: shows === "none" ? "without-credentials" : "with-credentials" },
      ]),
    ),
    ...(signingKey === undefined ? {} : { [signingKey]: { use: "licence-signing" } }),
  };
  return {
    facts: {
      zone,
      service: name,
      owner: name,
      scopeName,
      ...(administers === undefined ? {} : { administers }),
    },
    children,
  };
}
