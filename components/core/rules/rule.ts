import type { Graph } from "./graph";

/** How bad it is when a rule does not hold; what a critical rule cannot prove counts as not held. */
export type Severity = "critical" | "high" | "medium";

/** Whether a rule holds for one resource. */
export interface Judgement {
  /** What is judged: URN of a resource, or an edge in words. */
  readonly of: string;
  /** `holds`; `broken`; `unproven` where a value is not known before it is deployed. */
  readonly verdict: "holds" | "broken" | "unproven";
  /** What shows it, with the values it was read from. */
  readonly because: string;
  /** The smallest change that would make it hold. */
  readonly fix?: string;
}

/** A rule about what may be deployed. */
export interface Rule {
  /** Its name in reports and exceptions, such as `B-D01`. */
  readonly id: string;
  readonly severity: Severity;
  /** What has to be so. */
  readonly statement: string;
  /** What is looked at. */
  readonly proof: string;
  /** What infrastructure cannot prove of it, and the probe that stands in. */
  readonly probe?: string;
  /** Whether no exception is accepted. */
  readonly absolute?: true;
  /**
   * Whether a resource that is found broken with nothing but what it belongs to stays broken whatever else there is, so that
   * it is refused before it is made; default only the whole graph is judged.
   */
  readonly alone?: true;
  /** Judges everything in the graph that it is about; nothing for what it is not about. */
  readonly judge: (graph: Graph) => Judgement[];
}
