import type * as pulumi from "@pulumi/pulumi";
import type { MachineImagesPlan } from "../core/planning/machine-images/plan";
import type { AwsMachineImagesTransforms } from "./aws-args";
import type { AwsMachineImagesNames } from "./aws-names";

/** What every part of the pipeline is declared from. */
export interface AwsImagesScope {
  readonly parent: pulumi.Resource;
  readonly plan: MachineImagesPlan;
  readonly region: string;
  readonly names: AwsMachineImagesNames;
  readonly transform: AwsMachineImagesTransforms;
  /** Tags of a resource, by its name. */
  readonly tags: (name: string) => Record<string, string>;
}
