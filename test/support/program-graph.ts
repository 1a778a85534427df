import { declaredIn } from "../../cli/declared";
import type { Graph } from "../../components/core/rules/graph";

/** The graph of what a program would declare, as in a preview: what only the cloud knows is unknown. */
export async function graphBy(program: () => void): Promise<Graph> {
  return (await declaredIn(program)).graph;
}
