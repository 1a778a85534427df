import type * as compute from "@pulumi/gcp/compute";
import type * as kms from "@pulumi/gcp/kms";
import type * as workflows from "@pulumi/gcp/workflows";
import type * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../vm/args";
import type { MachineImagePipelineArgs } from "./args";

/** Changes to single children of a pipeline of machine images, applied last. */
export interface GcpMachineImagesTransforms {
  /** The key of the images: how often it rotates, and labels. */
  readonly key?: Transform<Pick<kms.CryptoKeyArgs, "labels" | "rotationPeriod">>;
  /** The machines that are prepared, each of them. */
  readonly template?: Transform<compute.InstanceTemplateArgs>;
  /** The workflow. */
  readonly workflow?: Transform<Omit<workflows.WorkflowArgs, "sourceContents">>;
}

/** Arguments of `MachineImagePipeline` on Google Cloud. */
export interface GcpMachineImagePipelineArgs extends MachineImagePipelineArgs {
  /** Project the images are in. A change makes everything anew. */
  readonly project: string;
  /** Zone machines are prepared in; default the first of the region, e.g. `us-central1-a`. In place, for the next image. */
  readonly zone?: string;
  /**
   * Self link of a subnetwork of the region with a way out (Cloud NAT): to Debian's archive and to the registry. A change makes
   * new templates, for the next image.
   */
  readonly subnetwork: pulumi.Input<string>;
  /** Type of the machines that are prepared; default `n2-standard-2`. A change makes new templates, for the next image. */
  readonly machineType?: string;
  /** Full name of the key of the images, which Compute Engine's service agent has to be let at. Default: one is made. */
  readonly key?: string;
  /** Labels of every resource and image. Default none. In place; of an image, when it is made. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Changes to single children, applied last. Default none. */
  readonly transform?: GcpMachineImagesTransforms;
}
