import type * as container from "@pulumi/gcp/container";
import * as gkebackup from "@pulumi/gcp/gkebackup";
import { partlyTransformed } from "../vm/gcp-args";
import type { GkeKeys } from "./gcp-keys";
import { dataLabels, type GkeScope } from "./gcp-scope";

/**
 * Declares the daily backups of the instance's namespace: its objects, secrets too, and its volumes, encrypted with the
 * key of backups. Volumes are taken one by one, each as after a power cut: databases recover from it by their logs.
 *
 * The plan holds the backups, so it is never deleted: it stays in the cloud when the cluster goes. It is protected only as
 * long as the cluster is, which could not go while something protected depends on it.
 */
export function declareBackups(scope: GkeScope, control: container.Cluster, keys: GkeKeys): gkebackup.BackupPlan {
  const { parent, names, project, specification, transform } = scope;
  const { backup, deletionProtection, kubernetes, name, region } = specification;
  return new gkebackup.BackupPlan(
    names.backup,
    partlyTransformed<gkebackup.BackupPlanArgs, "description" | "labels">(
      {
        project,
        location: region,
        cluster: control.id,
        description: `daily backups of Sourcegraph ${name}`,
        backupConfig: {
          selectedNamespaces: { namespaces: [kubernetes.namespace] },
          includeVolumeData: true,
          includeSecrets: true,
          encryptionKey: { gcpKmsEncryptionKey: keys.backups },
        },
        backupSchedule: { cronSchedule: `0 ${backup.hourUtc} * * *` },
        retentionPolicy: { backupRetainDays: backup.keepDays },
        labels: dataLabels(scope, "user-data"),
      },
      transform.backupPlan,
      ["description", "labels"],
    ),
    { parent, protect: deletionProtection, retainOnDelete: true, dependsOn: [...keys.forBackups] },
  );
}
