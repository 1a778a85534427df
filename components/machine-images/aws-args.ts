import type * as ec2 from "@pulumi/aws/ec2";
import type * as iam from "@pulumi/aws/iam";
import type * as imagebuilder from "@pulumi/aws/imagebuilder";
import type * as kms from "@pulumi/aws/kms";
import type * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../vm/args";
import type { MachineImagePipelineArgs } from "./args";

/** Changes to single children of a pipeline of machine images, applied last. */
export interface AwsMachineImagesTransforms {
  /** The key of the images. */
  readonly key?: Transform<kms.KeyArgs>;
  /** The roles of the machine that is prepared and of the clean-up, each of them. */
  readonly role?: Transform<iam.RoleArgs>;
  /** The security group of the machine that is prepared. */
  readonly securityGroup?: Transform<ec2.SecurityGroupArgs>;
  /** How that machine is run. */
  readonly infrastructure?: Transform<imagebuilder.InfrastructureConfigurationArgs>;
  /** What makes images anew by a clock, each of them. */
  readonly pipeline?: Transform<imagebuilder.ImagePipelineArgs>;
  /** How many images are kept. */
  readonly lifecycle?: Transform<imagebuilder.LifecyclePolicyArgs>;
}

/** When images are made anew by themselves. */
export interface AwsRebuild {
  /** Cron expression of six fields, UTC, such as `cron(0 3 1 * ? *)` for the first of each month. In place. */
  readonly schedule: string;
  /** Days such an image is kept, 1 to 365: more than lie between two. Default 60. In place. */
  readonly keepDays?: number;
}

/** Arguments of the AWS `MachineImagePipeline`. */
export interface AwsMachineImagePipelineArgs extends MachineImagePipelineArgs {
  /** Id of the VPC the machine that is prepared stands in. A change replaces its security group. */
  readonly vpcId: pulumi.Input<string>;
  /**
   * Id of a private subnet of it, with a way out: to Debian's archive, to the registry, and to Systems Manager, by which
   * Image Builder works. In place, for the next image.
   */
  readonly subnetId: pulumi.Input<string>;
  /** Type of the machine that is prepared; default `m6a.large`. In place, for the next image. */
  readonly machineType?: string;
  /** ARN of the key that images are encrypted with, which every account that uses them has to be let at. Default: one is made. */
  readonly keyArn?: string;
  /** Ids of further accounts that may use the images; needs `keyArn`. Default none. In place, for the next image. */
  readonly accounts?: readonly string[];
  /**
   * Makes every image anew by a clock, with Debian's packages of that day, beside the one that the program has made and tells,
   * under the same name with its own time. Default none. In place; without it no more are made, and those there are go by age.
   */
  readonly rebuild?: AwsRebuild;
  /** Tags of every resource and image. Default none. In place; of an image, when it is made. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Changes to single children, applied last. Default none. */
  readonly transform?: AwsMachineImagesTransforms;
}
