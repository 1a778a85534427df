import * as acm from "@pulumi/aws/acm";
import * as lb from "@pulumi/aws/lb";
import * as route53 from "@pulumi/aws/route53";
import * as wafv2 from "@pulumi/aws/wafv2";
import * as pulumi from "@pulumi/pulumi";
import type { AwsCellScope } from "./aws-scope";

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

/**
 * Lets in whoever shows the edge's header, and nobody else: who calls the load balancer by its own name is refused, wherever in
 * the network they are.
 *
 * @param made known once the load balancer is there
 */
export function declareOriginWall(
  scope: AwsCellScope,
  secret: pulumi.Output<string>,
  made: pulumi.Output<string>,
): void {
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
          statement: {
            byteMatchStatement: {
              fieldToMatch: { singleHeader: { name: cell.ingress.header.toLowerCase() } },
              positionalConstraint: "EXACTLY",
              searchString: secret,
              textTransformations: [{ priority: 0, type: "NONE" }],
            },
          },
          visibilityConfig: metric(`${name}-edge`),
        },
      ],
      visibilityConfig: metric(name),
      tags: tags(name),
    },
    child,
  );
  const { arn } = lb.getLoadBalancerOutput(
    {
      tags: made.apply(() => ({
        "elbv2.k8s.aws/cluster": cell.name,
        "ingress.k8s.aws/stack": `${cell.plan.namespace.name}/${cell.plan.ingress?.name ?? cell.ingress.service}`,
      })),
    },
    child,
  );
  new wafv2.WebAclAssociation(name, { webAclArn: wall.arn, resourceArn: arn }, child);
}
