import { dataNames } from "../data-safety";
import type { Plan } from "../vm/plan";
import type { StateResource } from "./deletion-state";
import { outlivingCopies, type OutlivingCopy } from "./retention";

const made = (type: string, name: string, inputs: StateResource["inputs"] = {}): StateResource => ({
  urn: `::${name}`,
  type,
  inputs,
});

const daySeconds = 86_400;

/** What of a machine leaves copies behind when it is deleted for good; beside the components, which declare the same. */
function remainsOf(plan: Plan): StateResource[] {
  const { name, cloud, secrets, managed, revocation } = plan;
  const stored = secrets.filter(({ origin }) => origin !== "store");
  const isOwnKey = revocation === undefined;
  const { databases = [], bucket } = managed ?? {};
  switch (cloud) {
    case "local":
      return [];
    case "aws":
      return [
        made("aws:ebs/volume:Volume", dataNames.disk(name), { finalSnapshot: true }),
        made("aws:dlm/lifecyclePolicy:LifecyclePolicy", `${name}-backup`),
        ...(isOwnKey ? [made("aws:kms/key:Key", `${name}-key`, { deletionWindowInDays: 30 })] : []),
        ...stored.map((secret) =>
          made("aws:secretsmanager/secret:Secret", dataNames.secret(name, secret.name), {
            recoveryWindowInDays: secret.guardsData ? 30 : 7,
          }),
        ),
        ...databases.map(({ resource, backupDays }) =>
          made("aws:rds/instance:Instance", resource, {
            backupRetentionPeriod: backupDays,
            deleteAutomatedBackups: false,
            skipFinalSnapshot: false,
          }),
        ),
      ];
    case "gcp":
      return [
        made("gcp:compute/resourcePolicy:ResourcePolicy", `${name}-backup`, {
          snapshotSchedulePolicy: { retentionPolicy: { onSourceDiskDelete: "KEEP_AUTO_SNAPSHOTS" } },
        }),
        ...(isOwnKey
          ? [made("gcp:kms/cryptoKey:CryptoKey", `${name}-key`, { destroyScheduledDuration: `${30 * daySeconds}s` })]
          : []),
        made("gcp:storage/bucket:Bucket", `${name}-bundles`),
        made("gcp:storage/bucket:Bucket", dataNames.backups(name)),
        ...(bucket === undefined
          ? []
          : [
              made("gcp:storage/bucket:Bucket", bucket.resource, {
                softDeletePolicy: { retentionDurationSeconds: bucket.versioning ? 7 * daySeconds : 0 },
              }),
            ]),
        ...databases.map(({ resource, backupDays }) =>
          made("gcp:sql/databaseInstance:DatabaseInstance", resource, {
            settings: {
              retainBackupsOnDelete: true,
              backupConfiguration: { backupRetentionSettings: { retainedBackups: backupDays } },
            },
          }),
        ),
      ];
  }
}

/** The promise of a machine: which copies outlive it when it is deleted for good, and for how many days. */
export function promisedCopies(plan: Plan): OutlivingCopy[] {
  return outlivingCopies(remainsOf(plan));
}
