import type * as inputs from "@pulumi/gcp/types/input";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedEdge } from "../core/planning/multi-tenant/multi-tenant-plan";
import type { OriginSecrets } from "./origin-secrets";

type Rule = inputs.compute.SecurityPolicyRule;

/** The rule that decides when no other does. */
const lastPriority = 2_147_483_647;

const everybody = { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } };

/** Rules of Cloud Armor at the edge: so many calls of one address are let through. */
export function edgeArmorRules({ callsPerFiveMinutes }: Pick<PlannedEdge, "callsPerFiveMinutes">): Rule[] {
  return [
    {
      action: "throttle",
      priority: 1000,
      description: `at most ${callsPerFiveMinutes} calls of one address in five minutes`,
      match: everybody,
      rateLimitOptions: {
        conformAction: "allow",
        exceedAction: "deny(429)",
        enforceOnKey: "IP",
        rateLimitThreshold: { count: callsPerFiveMinutes, intervalSec: 300 },
      },
    },
    { action: "deny(403)", priority: lastPriority, description: "nobody is left", match: everybody },
  ];
}

/**
 * Rules of Cloud Armor at the origin of a cell, before those of its blocks: whoever does not send the header of the edge is
 * refused, and so is whoever sends none of its secrets in it.
 */
export function originArmorRules(header: string, secrets: OriginSecrets): Rule[] {
  const sent = `request.headers['${header.toLowerCase()}']`;
  const others = pulumi.all([...secrets]).apply((known) => known.map((each) => `${sent} != '${each}'`).join(" && "));
  const deny = (priority: number, expression: pulumi.Input<string>): Rule => ({
    action: "deny(403)",
    priority,
    description: "around the edge",
    match: { expr: { expression } },
  });
  return [deny(100, `!has(${sent})`), deny(110, pulumi.secret(others))];
}
