import * as compute from "@pulumi/gcp/compute";
import * as projects from "@pulumi/gcp/projects";
import * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as pulumi from "@pulumi/pulumi";
import { accountId } from "../vm/gcp-names";
import type { GcpImagesScope } from "./gcp-scope";

/** What the workflow does, with what is called like the pipeline. */
const permissions = [
  "compute.disks.create",
  "compute.disks.delete",
  "compute.disks.useReadOnly",
  "compute.globalOperations.get",
  "compute.images.create",
  "compute.images.delete",
  "compute.images.get",
  "compute.images.list",
  "compute.images.setLabels",
  "compute.instances.create",
  "compute.instances.delete",
  "compute.instances.get",
  "compute.instances.setLabels",
  "compute.instances.setMetadata",
  "compute.instances.setServiceAccount",
  "compute.instanceTemplates.useReadOnly",
  "compute.zoneOperations.get",
];

/** The identities of a pipeline, and what the workflow has to have before it runs. */
export interface GcpImagesIdentities {
  /** Of the machine that is prepared: it may write its log. */
  readonly builder: serviceaccount.Account;
  /** Of the workflow. */
  readonly runner: serviceaccount.Account;
  readonly rights: readonly pulumi.Resource[];
}

function account(scope: GcpImagesScope, name: string, stem: string, description: string): serviceaccount.Account {
  const { parent, project, plan } = scope;
  const accountOf = accountId(stem, pulumi.getProject(), pulumi.getStack());
  return new serviceaccount.Account(
    name,
    { project, accountId: accountOf, displayName: `Machine images of ${plan.name}`, description },
    // A renamed stack keeps its accounts.
    { parent, ignoreChanges: ["accountId"] },
  );
}

/** Where the permissions hold: for what begins with the pipeline's name, to wait for operations, and to list images. */
function conditionOf({ plan, project, zone }: GcpImagesScope): string {
  const begins = (path: string) => `resource.name.startsWith("projects/${project}/${path}")`;
  return [
    ...["global/images", "global/instanceTemplates", `zones/${zone}/instances`, `zones/${zone}/disks`].map((kind) =>
      begins(`${kind}/${plan.name}-`),
    ),
    begins("global/operations/"),
    begins(`zones/${zone}/operations/`),
    `resource.type == "cloudresourcemanager.googleapis.com/Project"`,
  ].join(" || ");
}

/** Declares both identities, each with rights to what it does and to nothing else. */
export function declareIdentities(scope: GcpImagesScope, subnetwork: pulumi.Input<string>): GcpImagesIdentities {
  const { parent, names, project, plan } = scope;
  const { name } = plan;
  // 30 characters at most, of which 6 tell the stack.
  const builder = account(scope, names.builder, `${name.slice(0, 22)}-b`, "identity of the machine that is prepared");
  const runner = account(scope, names.runner, `${name.slice(0, 22)}-r`, "identity of the workflow");
  new projects.IAMMember(
    names.builderLogs,
    { project, role: "roles/logging.logWriter", member: builder.member },
    { parent },
  );
  const roleId = `${name.replaceAll("-", "_")}_machine_images`;
  const role = new projects.IAMCustomRole(
    names.runner,
    { project, roleId, title: `Machine images of ${name}`, permissions },
    { parent },
  );
  const { member } = runner;
  const given = new projects.IAMMember(
    names.runner,
    {
      project,
      role: `projects/${project}/roles/${roleId}`,
      member,
      condition: { title: "What is called like the pipeline", expression: conditionOf(scope) },
    },
    { parent, dependsOn: [role] },
  );
  const stands = new compute.SubnetworkIAMMember(
    names.runner,
    { subnetwork, role: "roles/compute.networkUser", member },
    { parent },
  );
  const actsAs = new serviceaccount.IAMMember(
    names.runner,
    { serviceAccountId: builder.name, role: "roles/iam.serviceAccountUser", member },
    { parent },
  );
  return { builder, runner, rights: [given, stands, actsAs] };
}
