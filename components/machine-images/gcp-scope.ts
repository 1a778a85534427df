import type * as pulumi from "@pulumi/pulumi";
import type { MachineImagesPlan } from "../core/planning/machine-images/plan";
import type { GcpMachineImagesTransforms } from "./gcp-args";
import type { GcpMachineImagesNames } from "./gcp-names";

/** What every part of the pipeline is declared from. */
export interface GcpImagesScope {
  readonly parent: pulumi.Resource;
  readonly plan: MachineImagesPlan;
  readonly project: string;
  readonly region: string;
  readonly zone: string;
  readonly names: GcpMachineImagesNames;
  readonly transform: GcpMachineImagesTransforms;
  readonly labels: Readonly<Record<string, string>>;
}
