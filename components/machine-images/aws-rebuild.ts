import * as imagebuilder from "@pulumi/aws/imagebuilder";
import type * as iam from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../core/errors";
import { transformed } from "../vm/args";
import type { AwsRebuild } from "./aws-args";
import type { AwsImagesScope } from "./aws-scope";

/** Days an image that was made by the clock is kept. */
const usualKeepDays = 60;

/** What is wrong with the clock. */
export function rebuildProblems(rebuild: AwsRebuild | undefined): Problem[] {
  if (rebuild === undefined) return [];
  const { schedule, keepDays = usualKeepDays } = rebuild;
  const problems: Problem[] = [];
  if (!/^cron\((\S+ ){5}\S+\)$/.test(schedule))
    problems.push({
      path: "rebuild.schedule",
      message: `must be a cron expression of six fields, got ${JSON.stringify(schedule)}; "cron(0 3 1 * ? *)" is the first of each month, at 3:00 UTC`,
    });
  if (!Number.isInteger(keepDays) || keepDays < 1 || keepDays > 365)
    problems.push({ path: "rebuild.keepDays", message: `must be 1 to 365 days, got ${keepDays}` });
  return problems;
}

/**
 * Declares the pipeline that makes an image anew by a clock, with Debian's packages of that day and everything else as it was,
 * and what deletes such images by age. The provider cannot tag what a pipeline makes, so the clean-up finds it by its recipe, and
 * passes over what carries the tag: the image that the program has made. It stays when the release leaves the program, until the
 * last of these images has gone.
 */
export function declareRebuild(
  { parent, transform, tags }: AwsImagesScope,
  o: {
    readonly rebuild: AwsRebuild;
    /** Name of the image. */
    readonly name: string;
    /** Tags by which the clean-up knows what the program has made. */
    readonly made: Readonly<Record<string, string>>;
    readonly recipe: imagebuilder.ImageRecipe;
    readonly distribution: imagebuilder.DistributionConfiguration;
    readonly infrastructure: imagebuilder.InfrastructureConfiguration;
    readonly cleaner: iam.Role;
  },
  dependsOn: pulumi.Resource[],
): void {
  const { name, recipe } = o;
  const { schedule, keepDays = usualKeepDays } = o.rebuild;
  const cleanUp = new imagebuilder.LifecyclePolicy(
    name,
    {
      description: `Keeps machine images that were made anew by the clock for ${keepDays} days`,
      executionRole: o.cleaner.arn,
      resourceType: "AMI_IMAGE",
      policyDetails: [
        {
          action: { type: "DELETE", includeResources: { amis: true, snapshots: true } },
          filter: { type: "AGE", value: keepDays, unit: "DAYS" },
          exclusionRules: { tagMap: { ...o.made } },
        },
      ],
      resourceSelection: { recipes: [{ name: recipe.name, semanticVersion: recipe.version }] },
      tags: tags(name),
    },
    { parent, dependsOn, retainOnDelete: true },
  );
  new imagebuilder.ImagePipeline(
    name,
    transformed<imagebuilder.ImagePipelineArgs>(
      {
        name,
        description: `Makes ${name} anew, with the packages of that day`,
        imageRecipeArn: recipe.arn,
        distributionConfigurationArn: o.distribution.arn,
        infrastructureConfigurationArn: o.infrastructure.arn,
        enhancedImageMetadataEnabled: true,
        imageTestsConfiguration: { imageTestsEnabled: false },
        // Its base is pinned, so there is never a newer one to wait for.
        schedule: { scheduleExpression: schedule, pipelineExecutionStartCondition: "EXPRESSION_MATCH_ONLY" },
        tags: tags(name),
      },
      transform.pipeline,
    ),
    { parent, dependsOn: [cleanUp, ...dependsOn] },
  );
}
