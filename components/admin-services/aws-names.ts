import type { PlannedAdminContainer, PlannedAdminListener } from "../core/planning/admin/admin-plan";

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

/** A rule of a listener. */
export interface AwsAdminRule {
  readonly name: string;
  readonly paths: readonly string[];
  /** Name of the target that it leads to. */
  readonly target: string;
  /** What is spoken there. */
  readonly speaks: PlannedAdminContainer["protocol"];
}

/** Paths of diagnostics, which are plain HTTP also where all else is gRPC. */
const isDiagnostics = (path: string): boolean => path.startsWith("/-/");

/**
 * Rules of a listener: AWS takes few paths in one, beside the host and the header of the edge; and a target that speaks gRPC
 * takes nothing else.
 */
export function rulesOf(
  { resource, paths, origin }: Pick<PlannedAdminListener, "resource" | "paths" | "origin">,
  protocol: PlannedAdminContainer["protocol"],
): AwsAdminRule[] {
  const size = conditionsOfRule - (origin === "edge" ? 2 : 1);
  const cut = (stem: string, own: readonly string[], speaks: AwsAdminRule["speaks"]): AwsAdminRule[] =>
    Array.from({ length: Math.ceil(own.length / size) }, (_, index) => ({
      name: index === 0 ? stem : `${stem}-${index + 1}`,
      paths: own.slice(index * size, (index + 1) * size),
      target: stem,
      speaks,
    }));
  if (protocol !== "grpc") return cut(resource, paths, protocol);
  return [
    ...cut(
      resource,
      paths.filter((path) => !isDiagnostics(path)),
      "grpc",
    ),
    ...cut(`${resource}-http`, paths.filter(isDiagnostics), "h2c"),
  ];
}

/** Name of the rule by which the checks from within the network ask for the health of a service that people sign in to. */
export function healthRuleOf({ resource }: Pick<PlannedAdminListener, "resource">): string {
  return `${resource}-health`;
}
