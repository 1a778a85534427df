import type { RestoreSource } from "./backups";

/** What happens in a restore, for a person to agree to. */
export interface RestoreStep {
  readonly what: string;
  /** What is different afterwards. */
  readonly effect: string;
}

/** Where a backup comes from and where it goes, where that is not the same instance. */
export interface RestoreWay {
  /** Stack the backup is of. */
  readonly from: string;
  /** Stack it is restored into. */
  readonly into: string;
}

function backupSteps(id: string, at: string, { from, into }: RestoreWay): RestoreStep[] {
  const copy: RestoreStep[] =
    from === into
      ? []
      : [
          {
            what: `copy backup ${id} from where ${from} keeps its own to where ${into} does`,
            effect: "nothing but the copy",
          },
        ];
  return [
    ...copy,
    {
      what: "restore each database beside the one in place, and compare rows and checksums with the backup",
      effect: "nothing; the services go on",
    },
    {
      what: "stop everything but the databases, and back up what is there",
      effect: `${into} is down`,
    },
    {
      what: "put the restored databases in place and start the services",
      effect: `what was written since ${at} is only in the backup just taken`,
    },
  ];
}

/** Everything a restore does, in order. */
export function restoreSteps(source: RestoreSource, way: RestoreWay): RestoreStep[] {
  if (source.kind === "backup") return backupSteps(source.backup.id, source.backup.at, way);
  const { id, at, diskGb } = source.snapshot;
  return [
    { what: `make a volume of ${diskGb} GB from snapshot ${id}`, effect: "the volume is paid for until it is deleted" },
    { what: "attach it to the machine, beside its data disk", effect: "nothing; the services go on" },
    { what: "stop everything on the machine, and copy the volume over the data disk", effect: `${way.into} is down` },
    { what: "start what is on the disk", effect: `everything written since ${at} is gone` },
    { what: "detach the volume and delete it", effect: "nothing but the data disk is left, as the stack knows it" },
  ];
}
