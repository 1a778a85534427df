import * as acm from "@pulumi/aws/acm";
import * as cloudfront from "@pulumi/aws/cloudfront";
import * as aws from "@pulumi/aws/provider";
import * as route53 from "@pulumi/aws/route53";
import type * as inputs from "@pulumi/aws/types/input";
import * as wafv2 from "@pulumi/aws/wafv2";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import { edgeBoundary } from "../core/planning/multi-tenant/boundary";
import type { MultiTenantPlan, PlannedCell, PlannedForeignName } from "../core/planning/multi-tenant/multi-tenant-plan";
import { edgeRouter } from "../core/rendering/edge-router";
import type { EdgeRecord } from "./edge-records";
import { environmentTags } from "./tags";

/** Arguments of `Edge`. */
export interface AwsEdgeArgs extends Bounded {
  /** Everything that is decided, by `planMultiTenantBackend`. */
  readonly plan: MultiTenantPlan;
  /** Zone of Route 53 of the tenants' names. */
  readonly namesZone: pulumi.Input<string>;
  /** The cells, by name: what is shown at the origin of each, which is a secret, and the way into its network. */
  readonly cells: Readonly<Record<string, AwsEdgeCell>>;
  /** Tags of everything. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A cell as the edge sees it; `Cell` is one. */
export interface AwsEdgeCell {
  /** Secret: what is shown at its origin. In place. */
  readonly originSecret: pulumi.Input<string>;
  /** Id of the way into its network, which is shared with the edge's account. In place. */
  readonly vpcOriginId: pulumi.Input<string> | undefined;
}

/** What every distribution of an edge has in common. */
interface Shared {
  readonly origins: inputs.cloudfront.DistributionOrigin[];
  readonly defaultCell: string;
  readonly routerArn: pulumi.Output<string>;
  readonly wallArn: pulumi.Output<string>;
  readonly tags: Record<string, string>;
  readonly child: pulumi.CustomResourceOptions;
}

/** Region in which CloudFront looks for certificates and web firewalls. */
const edgeRegion = "us-east-1";

/** Policies that AWS keeps: nothing is cached, and everything of the viewer goes on but its host, which the function sets. */
const policies = {
  noCache: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
  allButHost: "b689b0a8-53d0-40ab-baf2-68738e2966ac",
} as const;

/**
 * Who takes calls from outside on AWS: CloudFront with a certificate for every direct child of the domain, a web firewall with a
 * limit of calls, and a function that finds the cell of a host name in a store of routes. A name without a route is refused. A
 * cell is called inside its network, by a way that its account shares with that of the edge, with the host that was asked for.
 *
 * Routes of tenants that are resources are written here; those of pooled tenants are the control plane's, and not touched. A host
 * name outside the domain has a certificate and a distribution of its own, the latter from when somebody has written the proof.
 *
 * @example
 * new Edge("mt", { plan, namesZone, cells: { "cell-1": cell } });
 */
export class Edge extends pulumi.ComponentResource {
  /** Host of the distribution. */
  readonly host: pulumi.Output<string>;
  /** Records of host names outside the domain, which somebody else has to write. */
  readonly records: pulumi.Output<EdgeRecord[]>;

  /**
   * @param name stem of the children's names
   * @param args the plan and the cells
   * @param opts options of the component; the provider given here is of the edge's account
   */
  constructor(name: string, args: AwsEdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, cells, namesZone } = args;
    super("sourcegraph:multi-tenant-backend:Edge", name, { boundary: args.boundary ?? edgeBoundary(plan) }, opts);
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
    const shared: Shared = {
      origins: plan.cells.map((cell) => originOf(plan, cell, cells[cell.name])),
      defaultCell: edge.defaultCell,
      routerArn: this.router(own, plan, child),
      wallArn: this.wall(own, plan, tags, child).arn,
      tags,
      child,
    };
    const distribution = this.distribution(own, [names.wildcard, ...names.customNames], {
      ...shared,
      certificateArn: this.certificate(own, namesZone, plan, shared),
    });
    for (const hostname of [names.wildcard, ...names.customNames])
      new route53.Record(
        hostname === names.wildcard ? own : `${own}-${hostname}`,
        {
          zoneId: namesZone,
          name: hostname,
          type: "A",
          aliases: [{ name: distribution.domainName, zoneId: distribution.hostedZoneId, evaluateTargetHealth: false }],
        },
        child,
      );
    this.host = distribution.domainName;
    this.records = pulumi
      .all(names.foreignNames.map((foreign) => this.foreign(own, foreign, shared)))
      .apply((all) => all.flat());
    this.registerOutputs({ host: this.host, records: this.records });
  }

  /** The function that finds the cell of a host name, and the routes that are known here. */
  private router(
    own: string,
    { name, environment: { edge, names } }: MultiTenantPlan,
    child: pulumi.CustomResourceOptions,
  ): pulumi.Output<string> {
    const routes = new cloudfront.KeyValueStore(edge.routes, { name: edge.routes, comment: `Cells of ${name}` }, child);
    for (const { hostname, cell } of edge.published)
      new cloudfront.KeyvaluestoreKey(
        `${own}-route-${hostname}`,
        { keyValueStoreArn: routes.arn, key: hostname, value: cell },
        child,
      );
    return new cloudfront.Function(
      own,
      {
        name: own,
        runtime: "cloudfront-js-2.0",
        comment: "Finds the cell of a host name",
        code: edgeRouter(names.domain),
        keyValueStoreAssociations: [routes.arn],
      },
      child,
    ).arn;
  }

  /** The certificate of the wildcard and of the names below the domain, each of which is proven by a record of its own. */
  private certificate(
    own: string,
    zoneId: pulumi.Input<string>,
    { environment: { names } }: MultiTenantPlan,
    { tags, child }: Shared,
  ): pulumi.Output<string> {
    const certificate = new acm.Certificate(
      own,
      { domainName: names.wildcard, subjectAlternativeNames: [...names.customNames], validationMethod: "DNS", tags },
      child,
    );
    const records = [names.wildcard, ...names.customNames].map((hostname) => {
      const proof = proofOf(certificate, hostname);
      return new route53.Record(
        hostname === names.wildcard ? `${own}-certificate` : `${own}-certificate-${hostname}`,
        {
          zoneId,
          name: proof.apply(({ name }) => name),
          type: proof.apply(({ type }) => type),
          records: [proof.apply(({ value }) => value)],
          ttl: 300,
        },
        child,
      );
    });
    return new acm.CertificateValidation(
      own,
      { certificateArn: certificate.arn, validationRecordFqdns: records.map(({ fqdn }) => fqdn) },
      child,
    ).certificateArn;
  }

  /** A host name in a zone of somebody else's: its certificate, which hinders no other, and once that is proven its distribution. */
  private foreign(own: string, { hostname, proven }: PlannedForeignName, shared: Shared): pulumi.Output<EdgeRecord[]> {
    const { child, tags } = shared;
    const name = `${own}-${hostname}`;
    const certificate = new acm.Certificate(name, { domainName: hostname, validationMethod: "DNS", tags }, child);
    const proves = proofOf(certificate, hostname).apply((proof): EdgeRecord => ({
      hostname,
      purpose: "proves",
      ...proof,
    }));
    if (!proven) return pulumi.all([proves]);
    const { certificateArn } = new acm.CertificateValidation(name, { certificateArn: certificate.arn }, child);
    const { domainName } = this.distribution(name, [hostname], { ...shared, certificateArn });
    const leads = domainName.apply((value): EdgeRecord => ({
      hostname,
      purpose: "leads",
      name: hostname,
      type: "CNAME",
      value,
    }));
    return pulumi.all([proves, leads]);
  }

  private distribution(
    name: string,
    aliases: string[],
    {
      origins,
      defaultCell,
      routerArn,
      wallArn,
      tags,
      child,
      certificateArn,
    }: Shared & { certificateArn: pulumi.Output<string> },
  ): cloudfront.Distribution {
    return new cloudfront.Distribution(
      name,
      {
        enabled: true,
        comment: `Tenants of ${aliases.join(", ")}`,
        aliases,
        httpVersion: "http2and3",
        origins,
        defaultCacheBehavior: {
          targetOriginId: defaultCell,
          viewerProtocolPolicy: "redirect-to-https",
          allowedMethods: ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
          cachedMethods: ["GET", "HEAD"],
          cachePolicyId: policies.noCache,
          originRequestPolicyId: policies.allButHost,
          functionAssociations: [{ eventType: "viewer-request", functionArn: routerArn }],
        },
        restrictions: { geoRestriction: { restrictionType: "none" } },
        viewerCertificate: {
          acmCertificateArn: certificateArn,
          sslSupportMethod: "sni-only",
          minimumProtocolVersion: "TLSv1.2_2021",
        },
        webAclId: wallArn,
        tags,
      },
      child,
    );
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

/** The origin of a cell, which is called by the way into its network. */
function originOf(
  { environment: { edge } }: MultiTenantPlan,
  { name, account, ingress }: PlannedCell,
  cell: AwsEdgeCell | undefined,
): inputs.cloudfront.DistributionOrigin {
  return {
    originId: name,
    domainName: ingress.origin,
    customHeaders: [{ name: edge.originHeader, value: pulumi.secret(cell?.originSecret ?? "") }],
    vpcOriginConfig: {
      vpcOriginId: cell?.vpcOriginId ?? "",
      ownerAccountId: account.id,
      originReadTimeout: 60,
      originKeepaliveTimeout: 5,
    },
  };
}

/** The record that proves one name of a certificate. */
function proofOf(
  certificate: acm.Certificate,
  hostname: string,
): pulumi.Output<Pick<EdgeRecord, "name" | "type" | "value">> {
  return certificate.domainValidationOptions.apply((options) => {
    const option = options.find(({ domainName }) => domainName === hostname);
    return {
      name: option?.resourceRecordName ?? "",
      type: option?.resourceRecordType ?? "",
      value: option?.resourceRecordValue ?? "",
    };
  });
}
