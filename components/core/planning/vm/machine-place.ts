import { z } from "zod";

/** What the machine of a stack in any cloud has. */
export interface PlaceInCloud {
  /** Region of the machine. */
  readonly region: string;
  /** Zone of the machine and of its data disk. */
  readonly zone: string;
  /** The machine, by the cloud's own id. */
  readonly machine: string;
  /** Its data disk, by the cloud's own id. */
  readonly dataDisk: string;
  /** Bucket of its pointer, bundles and status. */
  readonly bundleBucket: string;
  /** Bucket of its backups. */
  readonly backupBucket: string;
}

/** The machine of a stack on AWS. */
export interface AwsMachinePlace extends PlaceInCloud {
  /** The cloud. */
  readonly cloud: "aws";
}

/** The machine of a stack on Google Cloud. */
export interface GcpMachinePlace extends PlaceInCloud {
  /** The cloud. */
  readonly cloud: "gcp";
  /** Project of the machine. */
  readonly project: string;
}

/** Where the machine of a stack is and what belongs to it, by the cloud's own ids: what the stack tells as `machine`. */
export type MachinePlace = AwsMachinePlace | GcpMachinePlace;

const shared = {
  region: z.string(),
  zone: z.string(),
  machine: z.string(),
  dataDisk: z.string(),
  bundleBucket: z.string(),
  backupBucket: z.string(),
};

const placeSchema: z.ZodType<MachinePlace> = z.discriminatedUnion("cloud", [
  z.object({ cloud: z.literal("aws"), ...shared }),
  z.object({ cloud: z.literal("gcp"), project: z.string(), ...shared }),
]);

/** Reads the output of a stack; undefined where it tells no machine in a cloud. */
export function parseMachinePlace(value: unknown): MachinePlace | undefined {
  return placeSchema.safeParse(value).data;
}
