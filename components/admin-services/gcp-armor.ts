import * as compute from "@pulumi/gcp/compute";
import type * as inputs from "@pulumi/gcp/types/input";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedAdminListener } from "../core/planning/admin/admin-plan";
import { cloudflareBlocks } from "../core/product/multi-tenant/tenancy";
import type { GcpAdminScope } from "./gcp-scope";

/** Blocks that one rule of Cloud Armor takes. */
const rangesPerRule = 10;

/** The rule that decides when no other does. */
const lastPriority = 2_147_483_647;

/** Header that only the edge sends. */
export const edgeHeader = "x-origin-auth";

type Rule = inputs.compute.SecurityPolicyRule;

const fromRanges = (srcIpRanges: readonly string[]) => ({
  versionedExpr: "SRC_IPS_V1",
  config: { srcIpRanges: [...srcIpRanges] },
});

/** Counts what each of these addresses asks, or, behind an edge, what each visitor does that it names. */
function throttle(
  priority: number,
  blocks: readonly string[],
  { requestsPerMinute, origin }: PlannedAdminListener,
): Rule {
  const by =
    origin === "edge" ? { enforceOnKey: "HTTP_HEADER", enforceOnKeyName: "cf-connecting-ip" } : { enforceOnKey: "IP" };
  return {
    action: "throttle",
    priority,
    description: `at most ${requestsPerMinute} requests a minute from one address`,
    match: fromRanges(blocks),
    rateLimitOptions: {
      conformAction: "allow",
      exceedAction: "deny(429)",
      ...by,
      rateLimitThreshold: { count: requestsPerMinute, intervalSec: 60 },
    },
  };
}

/** Refuses whoever does not send the header of the edge, then whoever sends another value in it. */
function edgeOnly(secret: pulumi.Input<string>): Rule[] {
  const deny = (priority: number, expression: pulumi.Input<string>): Rule => ({
    action: "deny(403)",
    priority,
    description: "around the edge",
    match: { expr: { expression } },
  });
  return [
    deny(100, `!has(request.headers['${edgeHeader}'])`),
    deny(110, pulumi.interpolate`request.headers['${edgeHeader}'] != '${secret}'`),
  ];
}

/** Rules of a listener: known attacks are refused, everybody is counted, and behind an edge only the edge is let in. */
export function armorRules(listener: PlannedAdminListener, edgeSecret: pulumi.Input<string> | undefined): Rule[] {
  const attacks: Rule = {
    action: "deny(403)",
    priority: 200,
    description: "known attacks",
    match: { expr: { expression: "evaluatePreconfiguredWaf('cve-canary', {'sensitivity': 1})" } },
  };
  const denied: Rule = {
    action: "deny(403)",
    priority: lastPriority,
    description: "everybody else",
    match: fromRanges(["*"]),
  };
  if (listener.origin === "direct" || edgeSecret === undefined)
    return [attacks, throttle(1000, ["*"], listener), denied];
  const parts = Array.from({ length: Math.ceil(cloudflareBlocks.length / rangesPerRule) }, (_, index) =>
    throttle(1000 + index, cloudflareBlocks.slice(index * rangesPerRule, (index + 1) * rangesPerRule), listener),
  );
  return [...edgeOnly(edgeSecret), attacks, ...parts, denied];
}

/** Declares the web firewall of a listener. Bodies are not logged. */
export function declareArmor(
  { project }: GcpAdminScope,
  parent: pulumi.Resource,
  listener: PlannedAdminListener,
  edgeSecret: pulumi.Input<string> | undefined,
): compute.SecurityPolicy {
  return new compute.SecurityPolicy(
    listener.resource,
    {
      project,
      type: "CLOUD_ARMOR",
      description: `who may ask ${listener.host}, and how often`,
      advancedOptionsConfig: { logLevel: "NORMAL" },
      rules: armorRules(listener, edgeSecret),
    },
    { parent },
  );
}
