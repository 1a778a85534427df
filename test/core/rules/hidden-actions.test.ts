import assert from "node:assert/strict";
import type { BoundaryFacts } from "../../../components/core/rules/facts";
import { secretValue, unknownValue } from "../../../components/core/rules/graph";
import { n01 } from "../../../components/core/rules/network/n01";
import { graphOf, said, type Given } from "../../support/graph";

/** What B-N01 says of the rule of a load balancer for employees. */
function saysOf(actions: unknown, facts: BoundaryFacts = {}): string[] {
  const given: Given[] = [
    {
      type: "sourcegraph:admin:Service",
      name: "service",
      boundary: { facts: { zone: "admin", service: "enterprise-portal", plane: "human" } },
    },
    { type: "aws:lb/loadBalancer", name: "balancer", parent: "service" },
    {
      type: "aws:lb/listener",
      name: "https",
      parent: "service",
      inputs: { protocol: "HTTPS", defaultActions: [{ type: "fixed-response" }] },
      refers: { loadBalancerArn: "balancer" },
    },
    {
      type: "aws:lb/listenerRule",
      name: "sign-in",
      parent: "service",
      inputs: { actions, conditions: [] },
      refers: { listenerArn: "https" },
      boundary: { facts },
    },
  ];
  return said(n01, graphOf(given)).filter((line) => line.startsWith("sign-in"));
}

const stated: BoundaryFacts = { firstAction: "authenticate-oidc" };
const unseen =
  "sign-in unproven: its first action is known only after the deployment; let its first action be authenticate-oidc";

describe("B-N01, of a rule whose actions hold a secret", () => {
  it("takes a component's word for the first of them", () =>
    assert.deepEqual(saysOf(secretValue, stated), [
      "sign-in holds: its first action is authenticate-oidc and protocol is HTTPS at https",
    ]));

  it("takes nobody's word for what is not hidden by a secret, and asks for a word where it is", () => {
    assert.deepEqual(saysOf(secretValue), [unseen]);
    assert.deepEqual(saysOf(unknownValue, stated), [unseen]);
    assert.deepEqual(saysOf([{ type: "forward" }], stated), [
      "sign-in broken: its first action is forward; let its first action be authenticate-oidc",
    ]);
  });
});
