import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesSpecification } from "../core/planning/config/specified";
import type { PlannedCluster } from "../core/planning/kubernetes/cluster";
import type { PlannedGke } from "../core/planning/kubernetes/gke";
import type { DataClass } from "../core/product/service";
import type { KeysByUse } from "../keys";
import type { GkeTransforms } from "./gcp-args";
import type { GkeNames } from "./gcp-names";

/** What every part of a cluster on Google Cloud is declared from. */
export interface GkeScope {
  /** The component all children belong to. */
  readonly parent: pulumi.Resource;
  readonly names: GkeNames;
  readonly project: string;
  readonly specification: KubernetesSpecification;
  readonly cluster: PlannedCluster;
  readonly gke: PlannedGke;
  /** Labels of everything. */
  readonly labels: Readonly<Record<string, string>>;
  /** Keys that exist, by use. */
  readonly given: KeysByUse;
  readonly transform: GkeTransforms;
}

/** Labels of something that holds data of a class. */
export function dataLabels({ labels }: Pick<GkeScope, "labels">, dataClass: DataClass): Record<string, string> {
  return { ...labels, "sourcegraph-data-class": dataClass };
}
