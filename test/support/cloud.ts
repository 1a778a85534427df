/** An object that exists in the stand-in cloud. */
export interface CloudObject {
  readonly type: string;
  readonly id: string;
  /** The resource that made it; absent for what a provider left by itself (a final snapshot) or a test put in. */
  readonly urn?: string;
  /** What the program had set. */
  inputs: Record<string, unknown>;
  /** What the cloud says about it now. Change this to make drift. */
  outputs: Record<string, unknown>;
}

/** One operation, in the order in which they were done. */
export interface LogEntry {
  readonly op: "create" | "update" | "delete";
  readonly provider: string;
  readonly type: string;
  /** The last part of the URN. */
  readonly name: string;
  readonly urn: string;
  readonly id: string;
  /** For updates: the inputs that changed. */
  readonly changed?: readonly string[];
  /** The update stopped and started the machine. */
  readonly stopped?: boolean;
  /** A delete that left the object in the cloud (abandoned, scheduled, never really deleted). */
  readonly kept?: boolean;
}

/** The stand-in cloud, as in its file; the header of stand-ins/cloud.cjs says what each part is for. */
export interface Cloud {
  objects: Record<string, CloudObject>;
  tombstones: string[];
  reserved: Record<string, string>;
  lookups: { token: string; args?: Record<string, unknown>; result: Record<string, unknown> }[];
  log: LogEntry[];
  faults: Record<string, number>;
  serials: Record<string, number>;
  /** All objects of a type. */
  all(type: string): CloudObject[];
}

/** A cloud with the given parts of its file. */
export function emptyCloud(parts: object): Cloud {
  return {
    objects: {},
    tombstones: [],
    reserved: {},
    lookups: [],
    log: [],
    faults: {},
    serials: {},
    ...parts,
    all(type: string) {
      return Object.values(this.objects).filter((o) => o.type === type);
    },
  };
}
