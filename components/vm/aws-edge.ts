import * as acm from "@pulumi/aws/acm";
import type * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import * as route53 from "@pulumi/aws/route53";
import type * as pulumi from "@pulumi/pulumi";
import { transformed } from "./args";
import type { AwsPlace } from "./aws-firewall";
import { tagsOf, type AwsScope } from "./aws-scope";

/** Seconds a connection may be silent: searches and chats stream for minutes with pauses. */
const idleTimeoutSeconds = 600;

/** The certificate of the load balancer: the user's, or one that is requested and proves itself by a DNS record. */
function certificateArn(scope: AwsScope, domain: string): pulumi.Input<string> {
  const { parent, names, transform, specification } = scope;
  const { tls, dnsZone } = specification;
  if (tls.certificateArn !== undefined) return tls.certificateArn;
  const name = names.certificate;
  const certificate = new acm.Certificate(
    name,
    transformed({ domainName: domain, validationMethod: "DNS", tags: tagsOf(scope, name) }, transform.certificate),
    { parent },
  );
  // One name, so one proof.
  const proof = (key: "resourceRecordName" | "resourceRecordType" | "resourceRecordValue") =>
    certificate.domainValidationOptions.apply(([first]) => first?.[key] ?? "");
  const record = new route53.Record(
    name,
    {
      zoneId: dnsZone ?? "",
      name: proof("resourceRecordName"),
      type: proof("resourceRecordType"),
      records: [proof("resourceRecordValue")],
      ttl: 300,
    },
    { parent },
  );
  return new acm.CertificateValidation(
    name,
    { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
    { parent },
  ).certificateArn;
}

/** Declares the load balancer that ends TLS in front of the machine; plain HTTP is sent on to HTTPS. */
export function declareLoadBalancer(
  scope: AwsScope,
  o: {
    readonly place: AwsPlace;
    readonly group: ec2.SecurityGroup;
    readonly instance: ec2.Instance;
    readonly domain: string;
  },
): lb.LoadBalancer {
  const { parent, names, transform, plan } = scope;
  const child = { parent };
  const balancer = new lb.LoadBalancer(
    names.loadBalancer,
    transformed(
      {
        loadBalancerType: "application",
        internal: plan.exposure.closed !== undefined,
        securityGroups: [o.group.id],
        subnets: o.place.loadBalancerSubnetIds,
        idleTimeout: idleTimeoutSeconds,
        dropInvalidHeaderFields: true,
        // It holds nothing. A guard could not be lifted in the update that drops the load balancer, and would leave that
        // update, or a destroy, half done.
        enableDeletionProtection: false,
        tags: tagsOf(scope, names.loadBalancer),
      },
      transform.loadBalancer,
    ),
    { parent, dependsOn: o.place.network === undefined ? [] : [o.place.network] },
  );
  const target = new lb.TargetGroup(
    names.targetGroup,
    transformed(
      {
        vpcId: o.place.vpcId,
        port: 80,
        protocol: "HTTP",
        deregistrationDelay: 60,
        healthCheck: {
          path: "/healthz",
          matcher: "200",
          interval: 15,
          timeout: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 4,
        },
        tags: tagsOf(scope, names.targetGroup),
      },
      transform.targetGroup,
    ),
    child,
  );
  new lb.TargetGroupAttachment(
    names.targetGroup,
    { targetGroupArn: target.arn, targetId: o.instance.id, port: 80 },
    child,
  );
  new lb.Listener(
    names.http,
    {
      loadBalancerArn: balancer.arn,
      port: 80,
      protocol: "HTTP",
      defaultActions: [{ type: "redirect", redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" } }],
      tags: tagsOf(scope, names.http),
    },
    child,
  );
  new lb.Listener(
    names.https,
    transformed(
      {
        loadBalancerArn: balancer.arn,
        port: 443,
        protocol: "HTTPS",
        sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
        certificateArn: certificateArn(scope, o.domain),
        defaultActions: [{ type: "forward", targetGroupArn: target.arn }],
        tags: tagsOf(scope, names.https),
      },
      transform.httpsListener,
    ),
    child,
  );
  return balancer;
}

/** Declares the instance's DNS record, where the config names a zone to write it into. */
export function declareRecord(scope: AwsScope, target: lb.LoadBalancer | ec2.Eip | undefined): void {
  const { parent, names, transform, specification } = scope;
  const { domain, dnsZone } = specification;
  if (domain === undefined || dnsZone === undefined || target === undefined) return;
  const common = { zoneId: dnsZone, name: domain, type: "A" };
  const args: route53.RecordArgs =
    "dnsName" in target
      ? { ...common, aliases: [{ name: target.dnsName, zoneId: target.zoneId, evaluateTargetHealth: false }] }
      : { ...common, records: [target.publicIp], ttl: 300 };
  new route53.Record(names.record, transformed(args, transform.record), { parent });
}
