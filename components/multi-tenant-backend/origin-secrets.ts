import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PlannedCell } from "../core/planning/multi-tenant/multi-tenant-plan";

/** What the edge may show at the origin of a cell, oldest first; it shows the last. */
export type OriginSecrets = readonly pulumi.Input<string>[];

/** Makes what the edge may show at the origin of a cell, each once. */
export function declareOriginSecrets(
  parent: pulumi.Resource,
  { ingress }: Pick<PlannedCell, "ingress">,
): pulumi.Output<string>[] {
  return ingress.headerSecrets.map(
    ({ name }) => new random.RandomPassword(name, { length: 48, special: false }, { parent }).result,
  );
}

/** The secret that the edge shows, known once the origin accepts it. */
export function shownSecret(secrets: OriginSecrets, accepted: pulumi.Input<unknown>): pulumi.Output<string> {
  const last = secrets.at(-1);
  if (last === undefined) throw new Error("an origin accepts a secret");
  return pulumi.secret(pulumi.all([last, accepted]).apply(([shown]) => shown));
}
