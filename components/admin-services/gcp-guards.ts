import * as accesscontextmanager from "@pulumi/gcp/accesscontextmanager";
import * as binaryauthorization from "@pulumi/gcp/binaryauthorization";
import * as logging from "@pulumi/gcp/logging";
import * as organizations from "@pulumi/gcp/organizations";
import * as projects from "@pulumi/gcp/projects";
import * as pulumi from "@pulumi/pulumi";
import { dataOptions } from "../cloud/data-options";
import { guardedApis } from "./gcp-apis";
import type { GcpAdminKey, GcpAdminScope } from "./gcp-scope";

/** Everything but audit logs: those are never left out, and go their own way. */
const ownLogs = 'NOT logName:"cloudaudit.googleapis.com"';

const auditLogs = 'logName:"cloudaudit.googleapis.com"';

/**
 * Declares where the logs of services and load balancers are kept: in a bucket of their own with a key and a term, and no
 * longer in the project's usual one, which has neither.
 */
export function declareLogs({ parent, plan, project, region }: GcpAdminScope, { key, permitted }: GcpAdminKey): void {
  const { resource, retentionDays } = plan.logs;
  const bucket = new logging.ProjectBucketConfig(
    resource,
    {
      project,
      location: region,
      bucketId: resource,
      retentionDays,
      description: "logs of services and load balancers",
      cmekSettings: { kmsKeyName: key.id },
    },
    dataOptions(parent, { dependsOn: [...permitted] }),
  );
  const sink = new logging.ProjectSink(
    resource,
    {
      project,
      destination: pulumi.interpolate`logging.googleapis.com/${bucket.id}`,
      filter: ownLogs,
      uniqueWriterIdentity: true,
    },
    { parent },
  );
  // Nothing is left out of the usual bucket before it is in the other.
  new logging.ProjectExclusion(
    resource,
    { project, filter: ownLogs, description: `kept in ${resource} instead` },
    { parent, dependsOn: [sink] },
  );
}

/** Tells who read and wrote what, to a project of others where one is planned. */
export function declareAudit({ parent, plan, project }: GcpAdminScope): void {
  new projects.IAMAuditConfig(
    `${plan.name}-audit`,
    {
      project,
      service: "allServices",
      auditLogConfigs: ["ADMIN_READ", "DATA_READ", "DATA_WRITE"].map((logType) => ({ logType })),
    },
    { parent },
  );
  if (plan.auditSink === undefined) return;
  new logging.ProjectSink(
    `${plan.name}-audit`,
    {
      project,
      destination: `logging.googleapis.com/projects/${plan.auditSink}`,
      filter: auditLogs,
      uniqueWriterIdentity: true,
    },
    { parent },
  );
}

/** Images that are admitted: those of the planned registries, and no others. */
export function declareAdmission({ parent, plan, project }: GcpAdminScope): void {
  new binaryauthorization.Policy(
    `${plan.name}-images`,
    {
      project,
      description: "images of the company's registries only",
      defaultAdmissionRule: { evaluationMode: "ALWAYS_DENY", enforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG" },
      admissionWhitelistPatterns: plan.registries.map((registry) => ({
        namePattern: `${registry.replace(/\/$/, "")}/**`,
      })),
    },
    { parent },
  );
}

/** Puts the project into a perimeter: what is kept in it is reached from inside only, whoever asks. */
export function declarePerimeter({ parent, plan, project }: GcpAdminScope): void {
  const { perimeterPolicy, name } = plan;
  if (perimeterPolicy === undefined) return;
  const { number } = organizations.getProjectOutput({ projectId: project }, { parent });
  const policy = perimeterPolicy.replace(/^accessPolicies\//, "");
  new accesscontextmanager.ServicePerimeter(
    `${name}-perimeter`,
    {
      parent: `accessPolicies/${policy}`,
      name: `accessPolicies/${policy}/servicePerimeters/${name.replaceAll("-", "_")}`,
      title: `${name} (zone ${plan.zone})`,
      perimeterType: "PERIMETER_TYPE_REGULAR",
      status: {
        resources: [pulumi.interpolate`projects/${number}`],
        restrictedServices: [...guardedApis],
      },
    },
    { parent },
  );
}
