import * as logging from "@pulumi/gcp/logging";
import * as organizations from "@pulumi/gcp/organizations";
import * as projects from "@pulumi/gcp/projects";
import * as pulumi from "@pulumi/pulumi";
import { permitKey, serviceAgent } from "../cloud/gcp-key";
import type { GcpCellScope } from "./gcp-scope";

/** Where records of a cell go, which nobody of the cell can read or delete. */
export interface GcpLogTarget {
  /** Full name of the bucket of logs there. */
  readonly bucket: string;
  /** Project it is in. */
  readonly project: string;
  /** Provider of that project. */
  readonly provider?: pulumi.ProviderResource;
  /** What has to be there first. */
  readonly after?: readonly pulumi.Resource[];
}

/**
 * Declares how long the cell's own logs are kept and under which key, that reads and writes of data are told, and that all of
 * it goes to another project too, where the cell may write and no more.
 */
export function declareCellLogs(
  scope: GcpCellScope,
  key: pulumi.Output<string>,
  target: GcpLogTarget | undefined,
): void {
  const { cell, child, parent, project } = scope;
  const agent = new projects.ServiceIdentity(
    `${cell.name}-logs-agent`,
    { project, service: "logging.googleapis.com" },
    child,
  );
  const { number } = organizations.getProjectOutput({ projectId: project }, child);
  const permitted = permitKey(
    parent,
    `${cell.name}-key-logs`,
    { key, member: serviceAgent(number, "gcp-sa-logging"), dependsOn: [agent] },
    child.provider,
  );
  new logging.ProjectBucketConfig(
    `${cell.name}-logs`,
    {
      project,
      location: cell.region,
      bucketId: `${cell.name}-logs`,
      retentionDays: cell.backups.logDays,
      cmekSettings: { kmsKeyName: key },
    },
    { ...child, dependsOn: [permitted] },
  );
  new projects.IAMAuditConfig(
    `${cell.name}-audit`,
    {
      project,
      service: "allServices",
      auditLogConfigs: ["ADMIN_READ", "DATA_READ", "DATA_WRITE"].map((logType) => ({ logType })),
    },
    child,
  );
  if (target === undefined) return;
  new logging.ProjectSink(
    `${cell.name}-logs`,
    {
      project,
      destination: `logging.googleapis.com/${target.bucket}`,
      uniqueWriterIdentity: true,
    },
    { ...child, dependsOn: [...(target.after ?? [])] },
  );
  new projects.IAMMember(
    `${cell.name}-logs-writer`,
    {
      project: target.project,
      role: "roles/logging.bucketWriter",
      // Sinks of a project write as its agent.
      member: serviceAgent(number, "gcp-sa-logging"),
      condition: {
        title: "the bucket of cells only",
        expression: `resource.name.endsWith("/${target.bucket.split("/").at(-1) ?? ""}")`,
      },
    },
    { parent, ...(target.provider === undefined ? {} : { provider: target.provider }) },
  );
}
