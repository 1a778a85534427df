import type * as pulumi from "@pulumi/pulumi";
import type { PlannedAwsEnvironment } from "../core/planning/environment/environment-plan";

/** What every part of the environment is declared from. */
export interface AwsEnvironmentParts {
  readonly parent: pulumi.Resource;
  readonly plan: PlannedAwsEnvironment;
  readonly tags: Readonly<Record<string, string>>;
  /** Partition of AWS, such as `aws`. */
  readonly partition: string;
}
