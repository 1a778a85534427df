import type * as pulumi from "@pulumi/pulumi";
import type { DataDisk } from "../core/planning/vm/machine";
import type { PlannedMachine } from "../core/planning/vm/plan";
import type { DataClass } from "../core/product/service";
import type { Decision } from "./decision";
import type { GcpTransforms } from "./gcp-args";
import { gcpNames, type GcpNames } from "./gcp-names";

/** What every part of the machine on Google Cloud is made from. */
export interface GcpScope extends Decision {
  /** The component; parent of every child. */
  readonly parent: pulumi.Resource;
  readonly name: string;
  /** Names of the children. */
  readonly names: GcpNames;
  readonly project: string;
  readonly region: string;
  readonly zone: string;
  readonly machine: PlannedMachine;
  readonly dataDisk: DataDisk;
  readonly transform: GcpTransforms;
  /** Labels of everything. The release is none of them, so that an upgrade does not touch every resource. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What of the scope is known before the component is. */
export function gcpScopeOf(decision: Decision, transform: GcpTransforms): Omit<GcpScope, "parent"> {
  const { plan, specification } = decision;
  const { machine, dataDisk, name, region, zone } = plan;
  const project = specification.gcp?.project;
  if (machine === undefined || dataDisk === undefined || project === undefined)
    throw new Error("a plan for gcp has a machine, a data disk and a project");
  const labels = { ...specification.tags, "sourcegraph-name": name };
  return { ...decision, name, names: gcpNames(name), project, region, zone, machine, dataDisk, transform, labels };
}

/** Labels of something that holds data of a class. */
export function dataLabels(scope: Pick<GcpScope, "labels">, dataClass: DataClass): Record<string, string> {
  return { ...scope.labels, "sourcegraph-data-class": dataClass };
}
