import * as acm from "@pulumi/aws/acm";
import * as cloudfront from "@pulumi/aws/cloudfront";
import * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import * as ram from "@pulumi/aws/ram";
import * as route53 from "@pulumi/aws/route53";
import type * as inputs from "@pulumi/aws/types/input";
import * as vpc from "@pulumi/aws/vpc";
import * as wafv2 from "@pulumi/aws/wafv2";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedVpcOrigin } from "../core/planning/multi-tenant/cell-plan";
import type { AwsCellScope } from "./aws-scope";
import type { OriginSecrets } from "./origin-secrets";

/** Options of what is made where names are kept, which is no cell's account. */
export interface NamesPlace {
  readonly zone: pulumi.Input<string>;
  readonly provider?: pulumi.ProviderResource;
}

function namesOptions({ parent }: AwsCellScope, { provider }: NamesPlace): pulumi.CustomResourceOptions {
  return { parent, ...(provider === undefined ? {} : { provider }) };
}

/** The certificate of the origin, in the cell's account; its proof is written where names are kept. */
export function declareOriginCertificate(scope: AwsCellScope, names: NamesPlace): pulumi.Output<string> {
  const { cell, child, tags } = scope;
  const name = `${cell.name}-origin-certificate`;
  const certificate = new acm.Certificate(
    name,
    { domainName: cell.ingress.origin, validationMethod: "DNS", tags: tags(name) },
    child,
  );
  const proof = (key: "resourceRecordName" | "resourceRecordType" | "resourceRecordValue") =>
    certificate.domainValidationOptions.apply(([first]) => first?.[key] ?? "");
  const record = new route53.Record(
    name,
    {
      zoneId: names.zone,
      name: proof("resourceRecordName"),
      type: proof("resourceRecordType"),
      records: [proof("resourceRecordValue")],
      ttl: 300,
    },
    namesOptions(scope, names),
  );
  return new acm.CertificateValidation(
    name,
    { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
    child,
  ).certificateArn;
}

/** The name of the origin, which the edge calls. */
export function declareOriginRecord(
  scope: AwsCellScope,
  names: NamesPlace,
  address: pulumi.Input<string>,
): pulumi.Output<string> {
  const { cell, child } = scope;
  const { id } = lb.getHostedZoneIdOutput({ region: cell.region, loadBalancerType: "application" }, child);
  return new route53.Record(
    `${cell.name}-origin`,
    {
      zoneId: names.zone,
      name: cell.ingress.origin,
      type: "A",
      aliases: [{ name: address, zoneId: id, evaluateTargetHealth: false }],
    },
    namesOptions(scope, names),
  ).fqdn;
}

/** Whom the load balancer of the origin lets in: the addresses of CloudFront, by the list that AWS keeps, and nobody else. */
export function declareOriginGroup(
  { cell, child, tags }: AwsCellScope,
  { name, podPort }: PlannedVpcOrigin,
  { vpcId, nodes }: { readonly vpcId: pulumi.Input<string>; readonly nodes: pulumi.Input<string> },
): pulumi.Output<string> {
  // The controller finds it by its tag `Name`.
  const group = new ec2.SecurityGroup(
    name,
    { vpcId, description: `The edge calls cell ${cell.name}`, tags: tags(name) },
    child,
  );
  const list = ec2.getManagedPrefixListOutput({ name: "com.amazonaws.global.cloudfront.origin-facing" }, child);
  const tcp = (port: number) => ({ ipProtocol: "tcp", fromPort: port, toPort: port });
  const rules = [
    new vpc.SecurityGroupIngressRule(
      name,
      { securityGroupId: group.id, description: "CloudFront", prefixListId: list.id, ...tcp(443) },
      child,
    ),
    new vpc.SecurityGroupEgressRule(
      name,
      { securityGroupId: group.id, description: "frontends", referencedSecurityGroupId: nodes, ...tcp(podPort) },
      child,
    ),
    new vpc.SecurityGroupIngressRule(
      `${name}-pods`,
      { securityGroupId: nodes, description: "load balancer", referencedSecurityGroupId: group.id, ...tcp(podPort) },
      child,
    ),
  ];
  return pulumi.all([group.id, ...rules.map(({ id }) => id)]).apply(([id]) => id ?? "");
}

/** The load balancer of the origin, which a controller of the cluster makes. */
function balancerOf({ cell, child }: AwsCellScope, made: pulumi.Output<string>): pulumi.Output<string> {
  return lb.getLoadBalancerOutput(
    {
      tags: made.apply(() => ({
        "elbv2.k8s.aws/cluster": cell.name,
        "ingress.k8s.aws/stack": `${cell.plan.namespace.name}/${cell.plan.ingress?.name ?? cell.ingress.service}`,
      })),
    },
    child,
  ).arn;
}

/** Shares are made where what is not in a region has its home. */
const homeRegion = "us-east-1";

/**
 * The way from the edge to the load balancer, which has no address on the internet, shared with the edge's account and no other.
 * Both accounts are of one organization, in which sharing is switched on.
 *
 * @returns its id, known once it is shared
 */
function declareVpcOrigin(
  { child, tags }: AwsCellScope,
  { name, sharedWith }: PlannedVpcOrigin,
  arn: pulumi.Output<string>,
): pulumi.Output<string> {
  const origin = new cloudfront.VpcOrigin(
    name,
    {
      vpcOriginEndpointConfig: {
        name,
        arn,
        httpPort: 80,
        httpsPort: 443,
        originProtocolPolicy: "https-only",
        originSslProtocols: { items: ["TLSv1.2"], quantity: 1 },
      },
      tags: tags(name),
    },
    child,
  );
  const share = new ram.ResourceShare(
    name,
    { region: homeRegion, name, allowExternalPrincipals: false, tags: tags(name) },
    child,
  );
  const told = [
    new ram.ResourceAssociation(
      name,
      { region: homeRegion, resourceShareArn: share.arn, resourceArn: origin.arn },
      child,
    ),
    new ram.PrincipalAssociation(
      name,
      { region: homeRegion, resourceShareArn: share.arn, principal: sharedWith },
      child,
    ),
  ];
  return pulumi.all([origin.id, ...told.map(({ id }) => id)]).apply(([id]) => id ?? "");
}

/** A statement on the header of the edge, for each of its secrets. */
function showsAny(header: string, secrets: OriginSecrets): inputs.wafv2.WebAclRuleStatement {
  const shows = (searchString: pulumi.Input<string>) => ({
    byteMatchStatement: {
      fieldToMatch: { singleHeader: { name: header.toLowerCase() } },
      positionalConstraint: "EXACTLY",
      searchString: pulumi.secret(searchString),
      textTransformations: [{ priority: 0, type: "NONE" }],
    },
  });
  const [first, ...others] = secrets.map(shows);
  if (first === undefined) throw new Error("an origin accepts a secret");
  return others.length === 0 ? first : { orStatement: { statements: [first, ...others] } };
}

/** How the edge gets to an origin. */
export interface OriginWay {
  /** Known once the origin accepts every secret. */
  readonly accepts: pulumi.Output<string>;
  /** Id of the way into the network; undefined where the origin is on the internet. */
  readonly vpcOriginId: pulumi.Output<string> | undefined;
}

/**
 * Lets in whoever shows a secret in the edge's header, and nobody else: who calls the load balancer by its own name is refused,
 * wherever in the network they are.
 *
 * @param made known once the load balancer is there
 */
export function declareOriginWall(scope: AwsCellScope, secrets: OriginSecrets, made: pulumi.Output<string>): OriginWay {
  const { cell, child, tags } = scope;
  const name = `${cell.name}-origin`;
  const metric = (metricName: string) => ({
    cloudwatchMetricsEnabled: true,
    metricName,
    sampledRequestsEnabled: false,
  });
  const wall = new wafv2.WebAcl(
    name,
    {
      description: `The edge, and nobody else, calls cell ${cell.name}`,
      scope: "REGIONAL",
      defaultAction: { block: {} },
      rules: [
        {
          name: "edge",
          priority: 0,
          action: { allow: {} },
          statement: showsAny(cell.ingress.header, secrets),
          visibilityConfig: metric(`${name}-edge`),
        },
      ],
      visibilityConfig: metric(name),
      tags: tags(name),
    },
    child,
  );
  const arn = balancerOf(scope, made);
  const joined = new wafv2.WebAclAssociation(name, { webAclArn: wall.arn, resourceArn: arn }, child);
  const { vpcOrigin } = cell.ingress;
  return {
    // A wall that is changed in place has its ARN only when it was changed.
    accepts: pulumi.all([wall.arn, joined.id]).apply(([known]) => known),
    vpcOriginId: vpcOrigin === undefined ? undefined : declareVpcOrigin(scope, vpcOrigin, arn),
  };
}
