import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { dataOptions } from "../cloud/data-options";
import type { SourcegraphKubernetesArgs } from "./args";
import type { KubernetesDecision } from "./decision";
import type { KubernetesNames } from "./names";

/** What every part of a deployment is declared from. */
export interface KubernetesScope {
  /** The component all children belong to. */
  readonly parent: pulumi.Resource;
  readonly names: KubernetesNames;
  readonly decision: KubernetesDecision;
  readonly args: SourcegraphKubernetesArgs;
  readonly provider: kubernetes.Provider;
}

/** Options of a child; one that is handed over stays in the cluster whatever happens to the program, unless `more` says no. */
export function childOptions(
  { parent, provider, decision }: KubernetesScope,
  more: pulumi.CustomResourceOptions = {},
): pulumi.CustomResourceOptions {
  return { ...(decision.plan.handOver && { retainOnDelete: true }), ...more, parent, provider };
}

/** Options of a child that holds data, or without which data cannot be read; handed over, it is free to leave the program. */
export function keptOptions(
  scope: KubernetesScope,
  more: pulumi.CustomResourceOptions = {},
): pulumi.CustomResourceOptions {
  if (scope.decision.plan.handOver) return childOptions(scope, more);
  return dataOptions(scope.parent, { ...more, provider: scope.provider });
}
