import type { BoundaryFacts, DeclaredEdge } from "../../components/core/rules/facts";
import type { Given } from "./graph";

/** A component that states something about itself. */
export function part(name: string, facts: BoundaryFacts, ...edges: readonly DeclaredEdge[]): Given {
  return { type: "sourcegraph:test:Part", name, boundary: { facts, edges } };
}

/** A pod's template with these variables. */
export function pod(name: string, parent: string, env: unknown, image = "img"): Given {
  return {
    type: "kubernetes:apps/v1:Deployment",
    name,
    parent,
    inputs: { spec: { template: { spec: { containers: [{ image, env }] } } } },
  };
}
