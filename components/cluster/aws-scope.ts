import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesSpecification } from "../core/planning/config/specified";
import type { PlannedCluster } from "../core/planning/kubernetes/cluster";
import type { PlannedEks } from "../core/planning/kubernetes/eks";
import type { KeysByUse } from "../keys";
import type { EksTransforms } from "./aws-args";
import type { EksNames } from "./aws-names";

/** What every part of a cluster on AWS is declared from. */
export interface EksScope {
  /** The component all children belong to. */
  readonly parent: pulumi.Resource;
  readonly names: EksNames;
  readonly specification: KubernetesSpecification;
  readonly cluster: PlannedCluster;
  readonly eks: PlannedEks;
  /** Versions of add-ons that do not follow the cluster's. */
  readonly addOnVersions: Readonly<Record<string, string>>;
  /** Keys that exist, by use. */
  readonly keys: KeysByUse;
  readonly transform: EksTransforms;
}

/** Tags of a resource: its name, the instance's, and the config's. */
export function clusterTags(
  { specification }: Pick<EksScope, "specification">,
  resource: string,
): Record<string, string> {
  return { Name: resource, "sourcegraph:name": specification.name, ...specification.tags };
}
