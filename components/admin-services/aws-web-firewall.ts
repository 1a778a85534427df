import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as lb from "@pulumi/aws/lb";
import type * as inputs from "@pulumi/aws/types/input";
import * as wafv2 from "@pulumi/aws/wafv2";
import type { PlannedAdminListener } from "../core/planning/admin/admin-plan";
import { adminStoreTags, adminTags, keyNamed, type AwsAdminScope } from "./aws-scope";

/** Requests in a minute below which AWS cannot count. */
const fewest = 10;

const seen = (metricName: string) => ({
  cloudwatchMetricsEnabled: true,
  metricName,
  // A sample holds whole headers, tokens among them.
  sampledRequestsEnabled: false,
});

/** No more than the planned requests of one address to a host in a minute; behind an edge, of the address that it tells. */
function limit(listener: PlannedAdminListener, priority: number): inputs.wafv2.WebAclRule {
  const behindEdge = listener.origin === "edge";
  return {
    name: listener.resource,
    priority,
    action: { block: { customResponse: { responseCode: 429 } } },
    statement: {
      rateBasedStatement: {
        limit: Math.max(fewest, listener.requestsPerMinute),
        evaluationWindowSec: 60,
        aggregateKeyType: behindEdge ? "FORWARDED_IP" : "IP",
        ...(behindEdge ? { forwardedIpConfig: { headerName: "CF-Connecting-IP", fallbackBehavior: "MATCH" } } : {}),
        scopeDownStatement: {
          byteMatchStatement: {
            fieldToMatch: { singleHeader: { name: "host" } },
            positionalConstraint: "EXACTLY",
            searchString: listener.host,
            textTransformations: [{ priority: 0, type: "LOWERCASE" }],
          },
        },
      },
    },
    visibilityConfig: seen(listener.resource),
  };
}

/** Addresses that AWS knows to be bad. Nothing looks at bodies: code and prompts look like attacks, and are not ours to read. */
function reputation(priority: number): inputs.wafv2.WebAclRule {
  const name = "AWSManagedRulesAmazonIpReputationList";
  return {
    name,
    priority,
    overrideAction: { none: {} },
    statement: { managedRuleGroupStatement: { vendorName: "AWS", name } },
    visibilityConfig: seen(name),
  };
}

/**
 * Declares the web firewall of a load balancer. It also tells who asked for what, with headers that hold credentials left
 * out: the log of the load balancer itself could not be encrypted with a key of ours.
 */
export function declareWebFirewall(
  scope: AwsAdminScope,
  name: string,
  balancer: lb.LoadBalancer,
  listeners: readonly PlannedAdminListener[],
): void {
  const { parent, plan } = scope;
  const acl = new wafv2.WebAcl(
    name,
    {
      scope: "REGIONAL",
      description: `Web firewall of ${name}`,
      defaultAction: { allow: {} },
      rules: [...listeners.map((listener, index) => limit(listener, index + 1)), reputation(listeners.length + 1)],
      visibilityConfig: seen(name),
      tags: adminTags(scope, name),
    },
    { parent },
  );
  new wafv2.WebAclAssociation(name, { resourceArn: balancer.arn, webAclArn: acl.arn }, { parent });
  const logName = `${name}-requests`;
  const log = new cloudwatch.LogGroup(
    logName,
    {
      // AWS writes to groups of this beginning only.
      name: `aws-waf-logs-${name}`,
      retentionInDays: plan.logs.retentionDays,
      kmsKeyId: keyNamed(scope, plan.logs.key).arn,
      tags: adminStoreTags(scope, logName, undefined, ["operational"]),
    },
    { parent },
  );
  new wafv2.WebAclLoggingConfiguration(
    name,
    {
      resourceArn: acl.arn,
      logDestinationConfigs: [log.arn],
      redactedFields: [
        { singleHeader: { name: "authorization" } },
        { singleHeader: { name: "cookie" } },
        { queryString: {} },
      ],
    },
    { parent },
  );
}
