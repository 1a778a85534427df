import * as pulumi from "@pulumi/pulumi";
import type { ExistingClusterConfig } from "../components/core/planning/config/config";

/**
 * The kubeconfig of a cluster that is there: an output of the stack that made it, a secret of the config, or none, which
 * leaves it to the kubeconfig of whoever runs the program.
 */
export function existingKubeconfig(
  existing: ExistingClusterConfig | undefined,
  secrets: Readonly<Record<string, pulumi.Input<string>>> = {},
): pulumi.Input<string> | undefined {
  if (existing?.stack !== undefined)
    return pulumi.secret(
      new pulumi.StackReference(existing.stack).requireOutput("kubeconfig"),
    ) as pulumi.Output<string>;
  return existing?.kubeconfigSecret === undefined ? undefined : pulumi.secret(secrets[existing.kubeconfigSecret] ?? "");
}
