import type { Kept, DiskSnapshot } from "../../components/core/planning/vm/backups";
import type { MachinePlace } from "../../components/core/planning/vm/machine-place";

/** A volume made from a snapshot, at the machine beside its data disk. */
export interface AttachedCopy {
  /** Id on AWS, name on Google Cloud. */
  readonly id: string;
  /** Path on the machine that stays the same whatever it is attached as. */
  readonly device: string;
}

/** What a person does with a machine in a cloud, from afar. Every change can be repeated: what is there is found again. */
export interface MachineStore {
  /** The machine's status; undefined where it has written none. */
  readonly status: () => Promise<string | undefined>;
  /** The order that was put last; undefined where there is none. */
  readonly order: () => Promise<string | undefined>;
  readonly putOrder: (text: string) => Promise<void>;
  /** What is kept of the instance. */
  readonly kept: () => Promise<Kept>;
  /** Copies a backup to where another machine finds it. */
  readonly copyBackup: (id: string, to: MachinePlace) => Promise<void>;
  /** Makes a volume from a snapshot, and attaches it. */
  readonly attachCopy: (snapshot: DiskSnapshot) => Promise<AttachedCopy>;
  /** Takes the volume away again and deletes it; nothing where there is none. */
  readonly removeCopy: (snapshot: DiskSnapshot) => Promise<void>;
}

/** Key of the machine's status, beside its pointer. */
export const statusKey = "status.json";

/** Key of the order, beside the pointer. */
export const orderKey = "order.json";
