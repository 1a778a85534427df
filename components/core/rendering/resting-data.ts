import type { DataClass, ServiceVolume } from "../product/service";

/** A place where data rests. */
export interface RestingData {
  /** What keeps it: a service, or what it is. */
  readonly of: string;
  readonly dataClass: DataClass;
  readonly where: string;
  /** Whether destroying the stack leaves it. */
  readonly kept: string;
  readonly backedUp: string;
  /** What losing it means. */
  readonly value: ServiceVolume["value"] | "yours";
}
