import type { ConnectsEdge } from "../../rules/facts";
import type { Specification } from "../config/specified";
import { modesOf, settingsOf } from "./facts";

/** A call of the product at a support service, over the internet at its listener of machines. */
type Call = Pick<ConnectsEdge, "from" | "to" | "credential" | "contract" | "carries">;

/**
 * What every instance asks of the support services. The product shows a token that is made from the licence, which is not
 * for one callee alone; to pings it shows nothing. Source: admin-services.md 4.
 */
const calls: readonly Call[] = [
  {
    from: "sourcegraph-frontend",
    to: "admin/cody-gateway",
    credential: "licence-token",
    contract: "model-call",
    carries: ["user-data"],
  },
  {
    from: "worker",
    to: "admin/enterprise-portal",
    credential: "licence-token",
    contract: "licence-check",
    carries: ["configuration"],
  },
  {
    from: "worker",
    to: "admin/telemetry-gateway",
    credential: "licence-token",
    contract: "telemetry",
    carries: ["operational"],
  },
  { from: "worker", to: "admin/pings", credential: "none", contract: "ping", carries: ["operational"] },
];

/**
 * Connections of an instance to the support services: none of one without a way out, no call of models where there are those
 * of the customer. Other zones have support services of their own, and credentials that are for one callee.
 */
export function adminEdges(specification: Specification): ConnectsEdge[] {
  if (specification.boundaries.zone !== "single-tenant" || modesOf(specification).includes("air-gapped")) return [];
  const { modelGateway = true } = settingsOf(specification);
  return calls
    .filter(({ contract }) => contract !== "model-call" || modelGateway)
    .map((call) => ({ kind: "connects", ...call, port: 443, over: "internet", plane: "machine" }));
}
