import type { Boundary } from "./core/rules/facts";

/** What a component can be told about its place. */
export interface Bounded {
  /** What it states to the rules of the boundaries; default what its parent states. In place: no resource reads it. */
  readonly boundary?: Boundary;
}
