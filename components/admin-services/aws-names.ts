import type { PlannedAdminListener } from "../core/planning/admin/admin-plan";

// Names of children on AWS that planning does not give: part of the public contract.

/** Whether the internet reaches a listener. */
export function isPublic({ plane }: Pick<PlannedAdminListener, "plane">): boolean {
  return plane === "machine" || plane === "end-user";
}

/** Name of the load balancer of a listener, with the stack's of at most 12 characters. */
export function balancerOf(stack: string, listener: Pick<PlannedAdminListener, "plane" | "origin">): string {
  return `${stack}-${listener.plane}${isPublic(listener) && listener.origin === "edge" ? "-edge" : ""}`;
}

/** Conditions that AWS takes in one rule. */
const conditionsOfRule = 5;

/** Rules of a listener: AWS takes few paths in one, beside the host and the header of the edge. */
export function rulesOf({ resource, paths, origin }: Pick<PlannedAdminListener, "resource" | "paths" | "origin">): {
  readonly name: string;
  readonly paths: readonly string[];
}[] {
  const size = conditionsOfRule - (origin === "edge" ? 2 : 1);
  return Array.from({ length: Math.ceil(paths.length / size) }, (_, index) => ({
    name: index === 0 ? resource : `${resource}-${index + 1}`,
    paths: paths.slice(index * size, (index + 1) * size),
  }));
}

/** Name of the rule by which the checks from within the network ask for the health of a service that people sign in to. */
export function healthRuleOf({ resource }: Pick<PlannedAdminListener, "resource">): string {
  return `${resource}-health`;
}
