import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PlannedCell } from "../core/planning/multi-tenant/multi-tenant-plan";

/** What the edge shows at the origin of a cell, made once; another value is for a change of it, in two steps. */
export function declareOriginSecret(
  parent: pulumi.Resource,
  { ingress }: Pick<PlannedCell, "ingress">,
): pulumi.Output<string> {
  return new random.RandomPassword(ingress.headerSecret, { length: 48, special: false }, { parent }).result;
}
