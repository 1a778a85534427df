import { valueAt, type Graph, type GraphResource } from "../graph";
import { listAt, textsAt } from "../sights";

/** The firewall that denies whatever leaves a network of Google, which lets everything out without one. */
export function denyingFirewall(graph: Graph, network: GraphResource): GraphResource | undefined {
  return graph
    .ofType("gcp:compute/firewall")
    .find(
      (firewall) =>
        graph.referred(firewall, "network").includes(network) &&
        firewall.inputs.direction === "EGRESS" &&
        firewall.inputs.disabled !== true &&
        textsAt(firewall.inputs, "destinationRanges").some((range) => range === "0.0.0.0/0" || range === "::/0") &&
        listAt(firewall.inputs, "denies").some((deny) => valueAt(deny, "protocol") === "all"),
    );
}
