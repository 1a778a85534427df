import * as ec2 from "@pulumi/aws/ec2";
import * as imagebuilder from "@pulumi/aws/imagebuilder";
import * as kms from "@pulumi/aws/kms";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { judging, refuseOwn } from "../boundary";
import { dataOptions } from "../cloud/data-options";
import { InputError, type Problem } from "../core/errors";
import { planMachineImages, type PlannedMachineImage } from "../core/planning/machine-images/plan";
import { agentInstallation, imageBuilderDocument } from "../core/rendering/image-component";
import { renderMachineImage, type RenderedMachineImage } from "../core/rendering/machine-image";
import { labelled } from "../fact-labels";
import { transformed } from "../vm/args";
import type { AwsMachineImagePipelineArgs, AwsRebuild } from "./aws-args";
import { declareBuilder, declareCleaner, type AwsCleaner } from "./aws-identity";
import { awsNames } from "./aws-names";
import { declareRebuild, rebuildProblems } from "./aws-rebuild";
import type { AwsImagesScope } from "./aws-scope";

/** A machine image that is there. */
export interface MadeAwsImage {
  /** Its id in the region. */
  readonly id: string;
  /** Its exact name, with the time it was made. */
  readonly name: string;
}

/** Tag of everything that belongs to one pipeline; the clean-up finds images by it. */
const pipelineTag = "sourcegraph:machine-images";

/** What the pipeline's own images carry. */
const ofPipeline = ({ plan }: AwsImagesScope): Record<string, string> => ({ [pipelineTag]: plan.name });

/** How long a build may take, with its snapshot. */
const patience = "3h";

function checkOwn({ accounts = [], keyArn, rebuild }: AwsMachineImagePipelineArgs): void {
  const problems: Problem[] = accounts.flatMap((account, index) =>
    /^\d{12}$/.test(account)
      ? []
      : [{ path: `accounts.${index}`, message: `must be the 12 digits of an account, got ${JSON.stringify(account)}` }],
  );
  if (accounts.length > 0 && keyArn === undefined)
    problems.push({
      path: "keyArn",
      message:
        "is missing; other accounts cannot read images under a key that is made here, so give one they are let at",
    });
  problems.push(...rebuildProblems(rebuild));
  if (problems.length > 0) throw new InputError(problems, "the machine images cannot be made");
}

/**
 * Machine images for `SourcegraphVm` by EC2 Image Builder: one for each release, with Debian's packages and the container
 * images of that release on it. A machine that starts from one asks neither an archive nor a registry.
 *
 * An image is called by name, release and a digest of its content, and is never changed: a new release, or another content,
 * is a new image, made while the update waits, in half an hour or so. A release that leaves `releases`, or is over `keep`,
 * leaves the program; what it was made from stays in the account, and Image Builder's own clean-up deletes the oldest images
 * of this pipeline over `keep`, with their snapshots, within a day. A machine that runs is not touched by that.
 *
 * With `rebuild` an Image Builder pipeline makes each image anew by a clock, for a person to take up by its exact name.
 *
 * Cost: an m6a.large for the time of each build, and about 5 GB of snapshots for each image.
 *
 * @example
 * const images = new MachineImagePipeline("sourcegraph", { region, vpcId, subnetId, releases: ["7.5.4453"] });
 * export const newest = images.images["7.5.4453"];
 */
export class MachineImagePipeline extends pulumi.ComponentResource {
  /** Release to its image: the id or name goes into `machine.image`. */
  readonly images: Readonly<Record<string, pulumi.Output<MadeAwsImage>>>;
  /** Releases that have no image any more. */
  readonly dropped: readonly string[];

  /**
   * @param name stem of all names, also of the images
   * @param args which releases, and where images are made
   * @param opts options of the component; the AWS provider given here is used for every child, and must be of `region`
   * @throws InputError, RefusedError with every problem, before anything is registered
   */
  constructor(name: string, args: AwsMachineImagePipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    const { releases, keep, packagesOf, from, region, boundary, tags = {} } = args;
    const plan = planMachineImages({ name, cloud: "aws", releases, keep, packagesOf, from });
    checkOwn(args);
    const token = "sourcegraph:aws:MachineImagePipeline";
    const strictness = { enforce: args.enforce, exceptions: args.exceptions };
    super(token, name, refuseOwn(token, name, { boundary }, strictness), judging(strictness, labelled(boundary, opts)));
    const scope: AwsImagesScope = {
      parent: this,
      plan,
      region,
      names: awsNames(name),
      transform: args.transform ?? {},
      tags: (resource) => ({ Name: resource, ...tags, [pipelineTag]: name }),
    };
    const keyArn = args.keyArn ?? declareKey(scope).arn;
    const infrastructure = declareInfrastructure(scope, args);
    const cleaner = declareCleaner(scope);
    const lifecycle = declareLifecycle(scope, cleaner);
    this.images = Object.fromEntries(
      plan.images.map((planned) => {
        const image = renderMachineImage(name, planned);
        const { accounts = [], rebuild } = args;
        const made = declareImage(scope, { planned, image, keyArn, infrastructure, accounts, rebuild, cleaner }, [
          lifecycle,
        ]);
        return [planned.release, made];
      }),
    );
    this.dropped = plan.dropped;
    this.registerOutputs({ images: this.images, dropped: this.dropped });
  }
}

/** The key that images are encrypted with. Without it no machine starts from them, so it is kept like data. */
function declareKey({ parent, names, transform, tags, plan }: AwsImagesScope): kms.Key {
  const key = new kms.Key(
    names.key,
    transformed<kms.KeyArgs>(
      {
        description: `Machine images of ${plan.name}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        tags: tags(names.key),
      },
      transform.key,
    ),
    dataOptions(parent),
  );
  new kms.Alias(names.key, { targetKeyId: key.keyId }, { parent });
  return key;
}

/** The machine that is prepared: in a private subnet, reached by nobody, and gone afterwards. */
function declareInfrastructure(
  scope: AwsImagesScope,
  { vpcId, subnetId, machineType = "m6a.large" }: AwsMachineImagePipelineArgs,
): imagebuilder.InfrastructureConfiguration {
  const { parent, names, transform, tags } = scope;
  const group = new ec2.SecurityGroup(
    names.builder,
    transformed<ec2.SecurityGroupArgs>(
      { vpcId, description: "Machine that images are taken from", tags: tags(names.builder) },
      transform.securityGroup,
    ),
    { parent },
  );
  // Debian's archive speaks plain HTTP, with signatures of its own.
  for (const port of [80, 443])
    new vpc.SecurityGroupEgressRule(
      names.builderOut(port),
      {
        securityGroupId: group.id,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        cidrIpv4: "0.0.0.0/0",
        tags: tags(names.builderOut(port)),
      },
      { parent },
    );
  const { profile, policy } = declareBuilder(scope);
  return new imagebuilder.InfrastructureConfiguration(
    names.infrastructure,
    transformed<imagebuilder.InfrastructureConfigurationArgs>(
      {
        description: `Where images of ${scope.plan.name} are made`,
        instanceProfileName: profile.name,
        instanceTypes: [machineType],
        subnetId,
        securityGroupIds: [group.id],
        instanceMetadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
        terminateInstanceOnFailure: true,
        resourceTags: tags(names.builder),
        tags: tags(names.infrastructure),
      },
      transform.infrastructure,
    ),
    { parent, dependsOn: [policy] },
  );
}

/** Deletes the oldest images over what is kept, with their snapshots; finds them by the pipeline's tag. */
function declareLifecycle(scope: AwsImagesScope, { role, rights }: AwsCleaner): imagebuilder.LifecyclePolicy {
  const { parent, names, transform, tags, plan } = scope;
  return new imagebuilder.LifecyclePolicy(
    names.lifecycle,
    transformed<imagebuilder.LifecyclePolicyArgs>(
      {
        description: `Keeps ${plan.keep} machine images of ${plan.name}`,
        executionRole: role.arn,
        resourceType: "AMI_IMAGE",
        policyDetails: [
          {
            action: { type: "DELETE", includeResources: { amis: true, snapshots: true } },
            filter: { type: "COUNT", value: plan.keep },
          },
        ],
        resourceSelection: { tagMap: ofPipeline(scope) },
        tags: tags(names.lifecycle),
      },
      transform.lifecycle,
    ),
    { parent, dependsOn: [rights] },
  );
}

/**
 * One image and what it is made from, all by the image's own name. Whatever leaves the program stays in the account: AWS gives
 * up no recipe of which an image is there, and images go by the clean-up, which alone deletes their snapshots too.
 */
function declareImage(
  scope: AwsImagesScope,
  o: {
    readonly planned: PlannedMachineImage;
    readonly image: RenderedMachineImage;
    readonly keyArn: pulumi.Input<string>;
    readonly infrastructure: imagebuilder.InfrastructureConfiguration;
    readonly accounts: readonly string[];
    readonly rebuild: AwsRebuild | undefined;
    readonly cleaner: AwsCleaner;
  },
  dependsOn: pulumi.Resource[],
): pulumi.Output<MadeAwsImage> {
  const { parent, region, tags } = scope;
  const { planned, image, keyArn, infrastructure, rebuild, cleaner } = o;
  const { name } = image;
  const kept = { parent, retainOnDelete: true };
  const imageTags = { ...tags(name), "sourcegraph:release": planned.release };
  const base = ec2.getAmiOutput(
    {
      owners: [planned.base.owner],
      filters: [{ name: "name", values: [planned.base.name] }],
      includeDeprecated: true,
    },
    { parent },
  );
  const component = new imagebuilder.Component(
    name,
    { name, version: "1.0.0", platform: "Linux", data: imageBuilderDocument(image), tags: imageTags },
    kept,
  );
  const recipe = new imagebuilder.ImageRecipe(
    name,
    {
      name,
      version: "1.0.0",
      parentImage: base.id,
      components: [{ componentArn: component.arn }],
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            volumeSize: planned.diskGb,
            volumeType: "gp3",
            encrypted: "true",
            kmsKeyId: keyArn,
            deleteOnTermination: "true",
          },
        },
      ],
      userDataBase64: Buffer.from(agentInstallation(region)).toString("base64"),
      systemsManagerAgent: { uninstallAfterBuild: true },
      workingDirectory: "/tmp",
      tags: imageTags,
    },
    kept,
  );
  const distribution = new imagebuilder.DistributionConfiguration(
    name,
    {
      name,
      distributions: [
        {
          region,
          amiDistributionConfiguration: {
            // Image Builder takes no name without the time of the build.
            name: `${name}-{{ imagebuilder:buildDate }}`,
            description: `Host of Sourcegraph ${planned.release}`,
            kmsKeyId: keyArn,
            amiTags: imageTags,
            ...(o.accounts.length > 0 && { launchPermission: { userIds: [...o.accounts] } }),
          },
        },
      ],
      tags: imageTags,
    },
    kept,
  );
  const made = new imagebuilder.Image(
    name,
    {
      imageRecipeArn: recipe.arn,
      distributionConfigurationArn: distribution.arn,
      infrastructureConfigurationArn: infrastructure.arn,
      enhancedImageMetadataEnabled: true,
      imageTestsConfiguration: { imageTestsEnabled: false },
      tags: imageTags,
    },
    { ...kept, dependsOn, customTimeouts: { create: patience } },
  );
  if (rebuild !== undefined) {
    const from = { recipe, distribution, infrastructure, cleaner: cleaner.role };
    declareRebuild(scope, { rebuild, name, made: ofPipeline(scope), ...from }, [made, cleaner.rights]);
  }
  return made.outputResources.apply((resources) => {
    const [ami] = resources.flatMap(({ amis }) => amis).filter((each) => each.region === region);
    return { id: ami?.image ?? "", name: ami?.name ?? "" };
  });
}
