import * as acm from "@pulumi/aws/acm";
import * as cloudfront from "@pulumi/aws/cloudfront";
import * as aws from "@pulumi/aws/provider";
import * as route53 from "@pulumi/aws/route53";
import * as wafv2 from "@pulumi/aws/wafv2";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import type { MultiTenantPlan } from "../core/planning/multi-tenant/multi-tenant-plan";
import { edgeRouter } from "../core/rendering/edge-router";
import { boundaryOfEnvironment } from "./decision";
import { environmentTags } from "./tags";

/** Arguments of `Edge`. */
export interface AwsEdgeArgs extends Bounded {
  /** Everything that is decided, by `planMultiTenantBackend`. */
  readonly plan: MultiTenantPlan;
  /** Zone of Route 53 of the tenants' names. */
  readonly namesZone: pulumi.Input<string>;
  /** Secret: what is shown at the origin of each cell, by its name. */
  readonly originSecrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** Tags of everything. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Region in which CloudFront looks for certificates and web firewalls. */
const edgeRegion = "us-east-1";

/** Policies that AWS keeps: nothing is cached, and everything of the viewer goes on but its host. */
const policies = {
  noCache: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
  allButHost: "b689b0a8-53d0-40ab-baf2-68738e2966ac",
} as const;

/**
 * Who takes calls from outside on AWS: CloudFront with a certificate for every direct child of the domain, a web firewall with a
 * limit of calls, and a function that finds the cell of a host name in a store of routes. A name without a route is refused.
 *
 * Routes of tenants that are resources are written here; those of pooled tenants are the control plane's, and not touched.
 *
 * @example
 * new Edge("mt", { plan, namesZone, originSecrets: environment.originSecrets });
 */
export class Edge extends pulumi.ComponentResource {
  /** Host of the distribution. */
  readonly host: pulumi.Output<string>;

  /**
   * @param name stem of the children's names
   * @param args the plan and the cells
   * @param opts options of the component; the provider given here is of the edge's account
   */
  constructor(name: string, args: AwsEdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, originSecrets, namesZone } = args;
    super(
      "sourcegraph:multi-tenant-backend:Edge",
      name,
      { boundary: args.boundary ?? boundaryOfEnvironment(plan) },
      opts,
    );
    const { edge, names } = plan.environment;
    const own = `${name}-edge`;
    const tags = environmentTags(plan, { ...args.tags, Name: own });
    const { role, id } = edge.account;
    const provider = new aws.Provider(
      own,
      {
        region: edgeRegion,
        ...(role === undefined ? {} : { allowedAccountIds: [id], assumeRoles: [{ roleArn: role, sessionName: name }] }),
      },
      { parent: this },
    );
    const child = { parent: this, provider };
    const routes = new cloudfront.KeyValueStore(edge.routes, { name: edge.routes, comment: `Cells of ${name}` }, child);
    for (const { hostname, cell } of edge.published)
      new cloudfront.KeyvaluestoreKey(
        `${own}-route-${hostname}`,
        { keyValueStoreArn: routes.arn, key: hostname, value: cell },
        child,
      );
    const router = new cloudfront.Function(
      own,
      {
        name: own,
        runtime: "cloudfront-js-2.0",
        comment: "Finds the cell of a host name",
        code: edgeRouter(),
        keyValueStoreAssociations: [routes.arn],
      },
      child,
    );
    const certificate = new acm.Certificate(
      own,
      { domainName: names.wildcard, subjectAlternativeNames: [...names.customNames], validationMethod: "DNS", tags },
      child,
    );
    const proof = (key: "resourceRecordName" | "resourceRecordType" | "resourceRecordValue") =>
      certificate.domainValidationOptions.apply(([first]) => first?.[key] ?? "");
    const record = new route53.Record(
      `${own}-certificate`,
      {
        zoneId: namesZone,
        name: proof("resourceRecordName"),
        type: proof("resourceRecordType"),
        records: [proof("resourceRecordValue")],
        ttl: 300,
      },
      child,
    );
    const issued = new acm.CertificateValidation(
      own,
      { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
      child,
    );
    const wall = this.wall(own, plan, tags, child);
    const [first] = plan.cells;
    const distribution = new cloudfront.Distribution(
      own,
      {
        enabled: true,
        comment: `Tenants of ${name}`,
        aliases: [names.wildcard, ...names.customNames],
        httpVersion: "http2and3",
        origins: plan.cells.map(({ name: cell, ingress }) => ({
          originId: cell,
          domainName: ingress.origin,
          customHeaders: [{ name: edge.originHeader, value: originSecrets[cell] ?? "" }],
          customOriginConfig: {
            httpPort: 80,
            httpsPort: 443,
            originProtocolPolicy: "https-only",
            originSslProtocols: ["TLSv1.2"],
            originReadTimeout: 60,
          },
        })),
        defaultCacheBehavior: {
          targetOriginId: first?.name ?? "",
          viewerProtocolPolicy: "redirect-to-https",
          allowedMethods: ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
          cachedMethods: ["GET", "HEAD"],
          cachePolicyId: policies.noCache,
          originRequestPolicyId: policies.allButHost,
          functionAssociations: [{ eventType: "viewer-request", functionArn: router.arn }],
        },
        restrictions: { geoRestriction: { restrictionType: "none" } },
        viewerCertificate: {
          acmCertificateArn: issued.certificateArn,
          sslSupportMethod: "sni-only",
          minimumProtocolVersion: "TLSv1.2_2021",
        },
        webAclId: wall.arn,
        tags,
      },
      child,
    );
    new route53.Record(
      own,
      {
        zoneId: namesZone,
        name: names.wildcard,
        type: "A",
        aliases: [{ name: distribution.domainName, zoneId: distribution.hostedZoneId, evaluateTargetHealth: false }],
      },
      child,
    );
    this.host = distribution.domainName;
    this.registerOutputs({ host: this.host });
  }

  private wall(
    name: string,
    { environment }: MultiTenantPlan,
    tags: Record<string, string>,
    child: pulumi.CustomResourceOptions,
  ): wafv2.WebAcl {
    const metric = (metricName: string) => ({
      cloudwatchMetricsEnabled: true,
      metricName,
      sampledRequestsEnabled: false,
    });
    return new wafv2.WebAcl(
      name,
      {
        description: "Calls of tenants",
        scope: "CLOUDFRONT",
        defaultAction: { allow: {} },
        rules: [
          {
            name: "limit",
            priority: 0,
            action: { block: {} },
            statement: {
              rateBasedStatement: {
                aggregateKeyType: "IP",
                limit: environment.edge.callsPerFiveMinutes,
                evaluationWindowSec: 300,
              },
            },
            visibilityConfig: metric(`${name}-limit`),
          },
        ],
        visibilityConfig: metric(name),
        tags,
      },
      child,
    );
  }
}
