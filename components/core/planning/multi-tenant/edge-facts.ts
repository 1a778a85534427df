import type { MultiTenantPlan } from "./multi-tenant-plan";

/** What whoever runs an edge, or writes routes into one, has to know: public facts, and names of secrets, not their values. */
export interface EdgeFacts {
  /** What the edge is. */
  readonly kind: MultiTenantPlan["environment"]["edge"]["kind"];
  /** Name of the store of routes. */
  readonly routes: string;
  /** Host of the origin of each cell, by its name. */
  readonly origins: Readonly<Record<string, string>>;
  /** Header that the edge shows at an origin. */
  readonly header: string;
  /** Name of the secret that the header has at each cell, by its name. */
  readonly headerSecrets: Readonly<Record<string, string>>;
  /** Cell of each host name of a tenant that is a resource. */
  readonly published: Readonly<Record<string, string>>;
}

/** The facts of a plan. */
export function edgeFacts({ environment: { edge }, cells }: MultiTenantPlan): EdgeFacts {
  return {
    kind: edge.kind,
    routes: edge.routes,
    origins: Object.fromEntries(cells.map(({ name, ingress }) => [name, ingress.origin])),
    header: edge.originHeader,
    headerSecrets: Object.fromEntries(
      cells.map(({ name, ingress }) => [name, ingress.headerSecrets.at(-1)?.name ?? ""]),
    ),
    published: Object.fromEntries(edge.published.map(({ hostname, cell }) => [hostname, cell])),
  };
}

/** What is left to do of a change of secrets: the old one is taken away when no edge shows it any more. */
export function rotationSteps({ cells }: Pick<MultiTenantPlan, "cells">): string[] {
  return cells.flatMap(({ name, ingress: { headerSecrets } }) => {
    const [old, shown] = headerSecrets;
    return old === undefined || shown === undefined
      ? []
      : [
          `the origin of ${name} accepts secrets ${old.number} and ${shown.number}, and the edge shows ${shown.number}: set 'multiTenant.cells.${name}.originSecrets' to [${shown.number}] in the next update`,
        ];
  });
}
