import { thingOf, type StateResource } from "./deletion-state";

/** A copy of data, or what opens one, that outlives an instance. */
export interface OutlivingCopy {
  /** What it is, with the name of the resource it is of. */
  readonly what: string;
  /** Days after the end of that resource until it is gone; `ever` until somebody deletes it. */
  readonly days: number | "ever";
}

/** The day a copy is gone. */
export interface DatedCopy extends OutlivingCopy {
  /** Day, e.g. `2026-12-22`; absent for what somebody has to delete. */
  readonly until?: string;
}

type Values = Readonly<Record<string, unknown>>;

const numberIn = (value: unknown, otherwise: number): number =>
  typeof value === "number" || typeof value === "string" ? Number.parseFloat(String(value)) : otherwise;

const at = (values: Values, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (value as Values)[key] : undefined),
    values,
  );

const secondsADay = 86_400;

/** What each type of resource leaves behind when it is deleted, from what it was asked for. */
const leaves: Readonly<Record<string, (inputs: Values) => readonly OutlivingCopy[]>> = {
  "aws:ebs/volume:Volume": ({ finalSnapshot }) =>
    finalSnapshot === true ? [{ what: "the snapshot taken when it is deleted", days: "ever" }] : [],
  "aws:dlm/lifecyclePolicy:LifecyclePolicy": () => [
    { what: "the daily snapshots it took, which it expires no more", days: "ever" },
  ],
  "aws:rds/instance:Instance": ({ backupRetentionPeriod, deleteAutomatedBackups, skipFinalSnapshot }) => [
    ...(deleteAutomatedBackups === false
      ? [{ what: "its daily backups", days: numberIn(backupRetentionPeriod, 0) }]
      : []),
    ...(skipFinalSnapshot === true ? [] : [{ what: "the snapshot taken when it is deleted", days: "ever" as const }]),
  ],
  "aws:secretsmanager/secret:Secret": ({ recoveryWindowInDays }) => [
    { what: "its value, to be brought back", days: numberIn(recoveryWindowInDays, 30) },
  ],
  "aws:kms/key:Key": ({ deletionWindowInDays }) => [
    { what: "the key, which opens copies until then", days: numberIn(deletionWindowInDays, 30) },
  ],
  "aws:organizations/account:Account": ({ closeOnDeletion }) =>
    closeOnDeletion === true ? [{ what: "the closed account, to be opened again", days: 90 }] : [],
  "gcp:compute/resourcePolicy:ResourcePolicy": (inputs) =>
    at(inputs, "snapshotSchedulePolicy", "retentionPolicy", "onSourceDiskDelete") === "KEEP_AUTO_SNAPSHOTS"
      ? [{ what: "the daily snapshots it took", days: "ever" }]
      : [],
  "gcp:sql/databaseInstance:DatabaseInstance": (inputs) =>
    at(inputs, "settings", "retainBackupsOnDelete") === true
      ? [
          {
            what: "its daily backups",
            days: numberIn(
              at(inputs, "settings", "backupConfiguration", "backupRetentionSettings", "retainedBackups"),
              7,
            ),
          },
        ]
      : [],
  "gcp:storage/bucket:Bucket": (inputs) => {
    const days = numberIn(at(inputs, "softDeletePolicy", "retentionDurationSeconds"), 7 * secondsADay) / secondsADay;
    return days > 0 ? [{ what: "its deleted objects, to be brought back", days }] : [];
  },
  "gcp:kms/cryptoKey:CryptoKey": ({ destroyScheduledDuration }) => [
    {
      what: "the key, which opens copies until then",
      days: numberIn(destroyScheduledDuration, 30 * secondsADay) / secondsADay,
    },
  ],
  "gcp:organizations/project:Project": ({ deletionPolicy }) =>
    deletionPolicy === "DELETE" ? [{ what: "the deleted project, to be brought back", days: 30 }] : [],
};

/** Everything that outlives resources when they are deleted, longest first. */
export function outlivingCopies(resources: readonly StateResource[]): OutlivingCopy[] {
  const rank = ({ days }: OutlivingCopy): number => (days === "ever" ? Number.POSITIVE_INFINITY : days);
  return resources
    .flatMap((resource) => {
      const copies = leaves[resource.type]?.(resource.inputs ?? {}) ?? [];
      return copies.map(({ what, days }): OutlivingCopy => ({ what: `${thingOf(resource).name}: ${what}`, days }));
    })
    .sort((a, b) => (rank(a) === rank(b) ? (a.what < b.what ? -1 : 1) : rank(a) > rank(b) ? -1 : 1));
}

const millisecondsADay = 86_400_000;

/**
 * Puts days on what outlives an instance.
 *
 * @param day the day its data is deleted, e.g. `2026-11-22`
 */
export function datedCopies(copies: readonly OutlivingCopy[], day: string): DatedCopy[] {
  return copies.map((copy) =>
    copy.days === "ever"
      ? copy
      : {
          ...copy,
          until: new Date(Date.parse(`${day}T00:00:00Z`) + Math.ceil(copy.days) * millisecondsADay)
            .toISOString()
            .slice(0, 10),
        },
  );
}
