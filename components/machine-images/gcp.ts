import * as compute from "@pulumi/gcp/compute";
import * as organizations from "@pulumi/gcp/organizations";
import * as workflows from "@pulumi/gcp/workflows";
import * as pulumi from "@pulumi/pulumi";
import { judging, refuseOwn } from "../boundary";
import { declareKey, permitKey, serviceAgent } from "../cloud/gcp-key";
import { planMachineImages, type PlannedMachineImage } from "../core/planning/machine-images/plan";
import { pipelineLabel, renderImageWorkflow, type WorkflowImage } from "../core/rendering/image-workflow";
import { renderMachineImage } from "../core/rendering/machine-image";
import { labelled } from "../fact-labels";
import { transformed } from "../vm/args";
import type { GcpMachineImagePipelineArgs } from "./gcp-args";
import { declareIdentities, type GcpImagesIdentities } from "./gcp-identity";
import { gcpNames } from "./gcp-names";
import type { GcpImagesScope } from "./gcp-scope";

/**
 * Machine images for `SourcegraphVm` on Google Cloud: one for each release, with Debian's packages and the container images of
 * that release on it. A machine that starts from one asks neither an archive nor a registry.
 *
 * Google Cloud has no builder of images. A workflow stands in for it: for each image that is missing it starts a machine from a
 * template, waits until that has prepared itself and switched itself off, takes the image of its disk, and deletes it; then it
 * deletes the oldest images over `keep`. An update declares; {@link MachineImagePipeline.build} is the command that runs it.
 *
 * An image is called by name, release and a digest of its content, and is never changed: a new release, or another content, is
 * a new image.
 *
 * The APIs compute, cloudkms, iam, cloudresourcemanager, logging and workflows have to be on.
 *
 * Cost: an n2-standard-2 for the time of each build, about 5 GB of storage for each image, and a key.
 *
 * @example
 * const images = new MachineImagePipeline("sourcegraph", { project, region, subnetwork, releases: ["7.5.4453"] });
 * export const { build } = images;
 */
export class MachineImagePipeline extends pulumi.ComponentResource {
  /** Release to the full name of its image, which goes into `machine.image` once it was made. */
  readonly images: Readonly<Record<string, string>>;
  /** Command that makes what is missing and deletes what is kept no longer. */
  readonly build: pulumi.Output<string>;
  /** Releases that have no image any more. */
  readonly dropped: readonly string[];

  /**
   * @param name stem of all names, also of the images
   * @param args which releases, and where images are made
   * @param opts options of the component; a provider given here is used for every child
   * @throws InputError, RefusedError with every problem, before anything is registered
   */
  constructor(name: string, args: GcpMachineImagePipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    const { releases, keep, packagesOf, from, project, region, boundary, labels = {} } = args;
    const plan = planMachineImages({ name, cloud: "gcp", releases, keep, packagesOf, from });
    const token = "sourcegraph:gcp:MachineImagePipeline";
    const strictness = { enforce: args.enforce, exceptions: args.exceptions };
    super(token, name, refuseOwn(token, name, { boundary }, strictness), judging(strictness, labelled(boundary, opts)));
    const scope: GcpImagesScope = {
      parent: this,
      plan,
      project,
      region,
      zone: args.zone ?? `${region}-a`,
      names: gcpNames(name),
      transform: args.transform ?? {},
      labels: { ...labels, [pipelineLabel]: name },
    };
    const { key, permitted } = keyOf(scope, args.key);
    const identities = declareIdentities(scope, args.subnetwork);
    const images = plan.images.map((planned) => declareTemplate(scope, args, identities, key, planned));
    const workflow = declareWorkflow(scope, identities, key, images, permitted);
    this.images = Object.fromEntries(
      plan.images.map((planned) => [
        planned.release,
        `projects/${project}/global/images/${renderMachineImage(name, planned, true).name}`,
      ]),
    );
    this.build = pulumi.interpolate`gcloud workflows run ${workflow.name} --project ${project} --location ${region}`;
    this.dropped = plan.dropped;
    this.registerOutputs({ images: this.images, build: this.build, dropped: this.dropped });
  }
}

/** The key of the images: one that is given, or one that is made, with what lets Compute Engine at it. */
function keyOf(
  scope: GcpImagesScope,
  given: string | undefined,
): { readonly key: pulumi.Input<string>; readonly permitted: pulumi.Resource[] } {
  if (given !== undefined) return { key: given, permitted: [] };
  const { parent, names, project, region, labels, transform } = scope;
  const key = declareKey(parent, { names, project, region, labels, transform: transform.key });
  const { number } = organizations.getProjectOutput({ projectId: project }, { parent });
  const member = serviceAgent(number, "compute-system");
  return { key: key.id, permitted: [permitKey(parent, names.keyUser, { key: key.id, member })] };
}

/** The machine that is prepared for one image: reached by nobody, without an address, and gone afterwards. */
function declareTemplate(
  scope: GcpImagesScope,
  { subnetwork, machineType = "n2-standard-2" }: GcpMachineImagePipelineArgs,
  { builder }: GcpImagesIdentities,
  key: pulumi.Input<string>,
  planned: PlannedMachineImage,
): pulumi.Output<WorkflowImage> {
  const { parent, plan, project, region, labels, transform } = scope;
  const { name, script } = renderMachineImage(plan.name, planned, true);
  const template = new compute.InstanceTemplate(
    name,
    transformed<compute.InstanceTemplateArgs>(
      {
        project,
        region,
        machineType,
        description: `Machine that the image ${name} is taken from`,
        disks: [
          {
            boot: true,
            autoDelete: true,
            sourceImage: `projects/${planned.base.owner}/global/images/${planned.base.name}`,
            diskSizeGb: planned.diskGb,
            diskType: "pd-ssd",
            diskEncryptionKey: { kmsKeySelfLink: key },
            labels,
          },
        ],
        networkInterfaces: [{ subnetwork }],
        serviceAccount: { email: builder.email, scopes: ["cloud-platform"] },
        shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
        metadata: {
          "startup-script": script,
          "block-project-ssh-keys": "true",
          "serial-port-logging-enable": "TRUE",
        },
        labels,
      },
      transform.template,
    ),
    { parent },
  );
  const family = `${plan.name}-${planned.release.replaceAll(".", "-")}`;
  return template.selfLink.apply((link) => ({ name, family, template: link }));
}

/** The workflow, which may do what it is told and nothing else. */
function declareWorkflow(
  { parent, names, plan, project, region, zone, labels, transform }: GcpImagesScope,
  { runner, rights }: GcpImagesIdentities,
  key: pulumi.Input<string>,
  images: readonly pulumi.Output<WorkflowImage>[],
  permitted: readonly pulumi.Resource[],
): workflows.Workflow {
  const sourceContents = pulumi.all([key, pulumi.all([...images])]).apply(([known, made]) =>
    renderImageWorkflow({
      name: plan.name,
      project,
      zone,
      region,
      key: known,
      labels,
      images: made,
      keep: plan.keep,
    }),
  );
  return new workflows.Workflow(
    names.workflow,
    {
      ...transformed<Omit<workflows.WorkflowArgs, "sourceContents">>(
        {
          project,
          region,
          description: `Makes machine images of ${plan.name}, and keeps ${plan.keep}`,
          serviceAccount: runner.id,
          callLogLevel: "LOG_ALL_CALLS",
          deletionProtection: false,
          labels,
        },
        transform.workflow,
      ),
      sourceContents,
    },
    { parent, dependsOn: [...rights, ...permitted] },
  );
}
