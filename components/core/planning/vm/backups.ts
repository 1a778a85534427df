import { z } from "zod";
import { InputError, RefusedError } from "../../errors";

const backupSchema = z.object({
  schema: z.literal(1),
  id: z.string(),
  kind: z.string().optional(),
  name: z.string().optional(),
  release: z.string(),
  at: z.string(),
  complete: z.literal(true),
  databases: z.array(
    z.object({
      service: z.string(),
      bytes: z.number(),
      tables: z.array(z.object({ name: z.string(), rows: z.number() })),
    }),
  ),
});

/** Dumps of the databases of an instance, all taken by one run. */
export interface Backup {
  readonly id: string;
  /** What asked for it: `daily`, `order` or `safety`, which is taken before a restore. */
  readonly kind: string;
  /** Release it was taken at, and the only one it can be restored into. */
  readonly release: string;
  /** When it was taken, ISO 8601. */
  readonly at: string;
  /** Bytes of all dumps. */
  readonly bytes: number;
  readonly databases: readonly { readonly service: string; readonly bytes: number; readonly rows: number }[];
}

/** A snapshot of the data disk, kept by the cloud. */
export interface DiskSnapshot {
  /** Id on AWS, name on Google Cloud. */
  readonly id: string;
  /** `daily`, or `upgrade` for one that was taken before an upgrade. */
  readonly kind: "daily" | "upgrade" | "other";
  /** Release it was taken at, where the cloud's records tell. */
  readonly release?: string;
  /** When it was taken, ISO 8601. */
  readonly at: string;
  /** Size of the disk, GB. */
  readonly diskGb: number;
}

/** Everything an instance can be brought back from. */
export interface Kept {
  readonly backups: readonly Backup[];
  readonly snapshots: readonly DiskSnapshot[];
}

/** Reads `backup.json`; undefined for a text that is none of a whole backup. */
export function parseBackup(text: string): Backup | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const found = backupSchema.safeParse(value).data;
  if (found === undefined) return undefined;
  const databases = found.databases.map(({ service, bytes, tables }) => ({
    service,
    bytes,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
  }));
  const { id, kind = "order", release, at } = found;
  return { id, kind, release, at, bytes: databases.reduce((sum, { bytes }) => sum + bytes, 0), databases };
}

const beforeUpgrade = /\bbefore the upgrade from (\S+) to \S+$/;

/** What the description of a snapshot says: which release it was taken at, where it was taken before an upgrade. */
export function snapshotOf(
  snapshot: Pick<DiskSnapshot, "id" | "at" | "diskGb">,
  description: string,
  isDaily: boolean,
): DiskSnapshot {
  const release = beforeUpgrade.exec(description)?.[1];
  if (release !== undefined) return { ...snapshot, kind: "upgrade", release };
  return { ...snapshot, kind: isDaily ? "daily" : "other" };
}

/** Newest first. */
export function newestFirst<Taken extends { readonly at: string }>(taken: readonly Taken[]): Taken[] {
  return [...taken].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

/** What an instance is brought back from. */
export type RestoreSource =
  { readonly kind: "backup"; readonly backup: Backup } | { readonly kind: "snapshot"; readonly snapshot: DiskSnapshot };

const isDay = /^\d{4}-\d\d-\d\d$/;

/** How many are named where something is not found. */
const namedAtMost = 5;

function nearest(kept: Kept): string {
  const named = (title: string, taken: readonly { readonly id: string; readonly at: string }[]) =>
    taken.length === 0
      ? []
      : [
          `${title} ${newestFirst(taken)
            .slice(0, namedAtMost)
            .map(({ id, at }) => `${id} (${at.slice(0, 10)})`)
            .join(", ")}`,
        ];
  const all = [...named("backups", kept.backups), ...named("snapshots", kept.snapshots)];
  return all.length === 0 ? "there is neither a backup nor a snapshot" : `the newest are: ${all.join("; ")}`;
}

/**
 * Finds what `--from` means: the id of a backup or a snapshot, or a day, which means its last backup, or else its last snapshot.
 *
 * @throws InputError naming the newest ones when there is none
 */
export function findSource(from: string, kept: Kept): RestoreSource {
  const meant = (each: { readonly id: string; readonly at: string }) =>
    each.id === from || (isDay.test(from) && each.at.slice(0, 10) === from);
  const backup = newestFirst(kept.backups).find(meant);
  if (backup !== undefined) return { kind: "backup", backup };
  const snapshot = newestFirst(kept.snapshots).find(meant);
  if (snapshot !== undefined) return { kind: "snapshot", snapshot };
  const what = isDay.test(from) ? "a day of which there is nothing" : "which is neither a backup nor a snapshot";
  throw new InputError(
    [{ path: "from", message: `is "${from}", ${what}; ${nearest(kept)}` }],
    "there is nothing to restore from",
  );
}

/** What is deployed where something is to be restored. */
export interface RestoreTarget {
  /** Name of the stack, as the commands name it. */
  readonly stack: string;
  /** Release that is deployed. */
  readonly release: string;
}

/** The commands by which an instance goes back to an older release with the data of then. */
export function backCommands(stack: string, release: string, snapshot: string): string[] {
  return [
    `set 'release' to ${release} in the stack file and add "restore" to 'acknowledge'`,
    `sgbox up --stack ${stack}`,
    `sgbox restore --stack ${stack} --from ${snapshot}`,
  ];
}

/**
 * Refuses what is of another release than the one that is deployed.
 *
 * @throws RefusedError with the way there is instead
 */
export function requireRelease(source: RestoreSource, { stack, release }: RestoreTarget, kept: Kept): void {
  const { id, release: of } = source.kind === "backup" ? source.backup : source.snapshot;
  if (of === undefined || of === release) return;
  const snapshot =
    source.kind === "snapshot" ? source.snapshot : newestFirst(kept.snapshots).find((each) => each.release === of);
  const way =
    snapshot === undefined
      ? `deploy a second stack of ${of}, restore into it by --into, and upgrade that`
      : `${source.kind === "backup" ? `snapshot ${snapshot.id} is of ${of}, too, and brings the whole disk back: ` : ""}${backCommands(stack, of, snapshot.id).join(", then ")}`;
  throw new RefusedError(
    [
      {
        path: "from",
        message: `is ${id} of release ${of}, and ${release} is deployed; what was taken at a release is restored at that release: ${way}`,
      },
    ],
    "the restore is refused",
  );
}
