import * as acm from "@pulumi/aws/acm";
import * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import * as route53 from "@pulumi/aws/route53";
import * as vpc from "@pulumi/aws/vpc";
import type * as pulumi from "@pulumi/pulumi";
import type { PlannedAdminListener } from "../core/planning/admin/admin-plan";
import { cloudflareBlocks } from "../core/product/multi-tenant/tenancy";
import { balancerOf, isPublic } from "./aws-names";
import { adminTags, type AwsAdminGround, type AwsAdminScope } from "./aws-scope";
import { declareWebFirewall } from "./aws-web-firewall";

/** A load balancer of one plane. */
export interface AwsAdminBalancer {
  readonly balancer: lb.LoadBalancer;
  readonly listener: lb.Listener;
  readonly group: ec2.SecurityGroup;
  /** Value of the header that only the edge sends; absent where no edge stands before it. */
  readonly edgeSecret?: pulumi.Output<string>;
}

/** Blocks of private networks, from which employees come. */
const privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

const modernTls = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/** A certificate of one host name, proven by a record where the zone is ours. */
function declareCertificate(scope: AwsAdminScope, { resource, host }: PlannedAdminListener): pulumi.Output<string> {
  const { parent, plan } = scope;
  const certificate = new acm.Certificate(
    resource,
    { domainName: host, validationMethod: "DNS", tags: adminTags(scope, resource) },
    { parent },
  );
  // One name, so one proof.
  const proof = (key: "resourceRecordName" | "resourceRecordType" | "resourceRecordValue") =>
    certificate.domainValidationOptions.apply(([first]) => first?.[key] ?? "");
  const records =
    plan.dnsZone === undefined
      ? []
      : [
          new route53.Record(
            `${resource}-proof`,
            {
              zoneId: plan.dnsZone,
              name: proof("resourceRecordName"),
              type: proof("resourceRecordType"),
              records: [proof("resourceRecordValue")],
              ttl: 300,
            },
            { parent },
          ),
        ];
  return new acm.CertificateValidation(
    resource,
    {
      certificateArn: certificate.arn,
      ...(records.length === 0 ? {} : { validationRecordFqdns: records.map(({ fqdn }) => fqdn) }),
    },
    { parent },
  ).certificateArn;
}

function declareGroup(
  scope: AwsAdminScope,
  name: string,
  { vpcId }: AwsAdminGround,
  listener: PlannedAdminListener,
): ec2.SecurityGroup {
  const { parent } = scope;
  const tags = adminTags(scope, name);
  const group = new ec2.SecurityGroup(name, { vpcId, description: `Load balancer ${name}`, tags }, { parent });
  const from = isPublic(listener)
    ? listener.origin === "edge"
      ? cloudflareBlocks
      : ["0.0.0.0/0"]
    : // Callers within the zone are let in one by one.
      listener.plane === "internal"
      ? []
      : privateBlocks;
  for (const block of from) {
    const rule = `${name}-from-${block.replace("/", "-")}`;
    new vpc.SecurityGroupIngressRule(
      rule,
      { securityGroupId: group.id, cidrIpv4: block, ipProtocol: "tcp", fromPort: 443, toPort: 443, tags },
      { parent },
    );
  }
  // It asks the company's sign-in itself, through the firewall.
  if (listener.authentication === "identity-aware-proxy")
    new vpc.SecurityGroupEgressRule(
      `${name}-to-sign-in`,
      { securityGroupId: group.id, cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 443, toPort: 443, tags },
      { parent },
    );
  return group;
}

function declareBalancer(
  scope: AwsAdminScope,
  name: string,
  o: {
    readonly ground: AwsAdminGround;
    readonly listeners: readonly PlannedAdminListener[];
    readonly edgeSecret: pulumi.Output<string> | undefined;
  },
): AwsAdminBalancer | undefined {
  const { ground, listeners, edgeSecret } = o;
  const { parent } = scope;
  const [first] = listeners;
  if (first === undefined) return undefined;
  const open = isPublic(first);
  const tags = adminTags(scope, name);
  const group = declareGroup(scope, name, ground, first);
  const balancer = new lb.LoadBalancer(
    name,
    {
      loadBalancerType: "application",
      internal: !open,
      securityGroups: [group.id],
      subnets: [...(open ? ground.publicSubnetIds : ground.privateSubnetIds)],
      idleTimeout: Math.max(...listeners.map(({ timeoutSeconds }) => timeoutSeconds)),
      dropInvalidHeaderFields: true,
      // It holds nothing; a guard could not be lifted in the update that drops the last listener.
      enableDeletionProtection: false,
      tags,
    },
    { parent, dependsOn: [...ground.ways] },
  );
  const certificates = listeners.map((each) => ({ each, arn: declareCertificate(scope, each) }));
  const listener = new lb.Listener(
    name,
    {
      loadBalancerArn: balancer.arn,
      port: 443,
      protocol: "HTTPS",
      sslPolicy: modernTls,
      certificateArn: certificates[0]?.arn,
      defaultActions: [
        { type: "fixed-response", fixedResponse: { contentType: "text/plain", statusCode: "404", messageBody: "" } },
      ],
      tags,
    },
    { parent },
  );
  for (const { each, arn } of certificates.slice(1))
    new lb.ListenerCertificate(each.resource, { listenerArn: listener.arn, certificateArn: arn }, { parent });
  if (listeners.some(({ webFirewall }) => webFirewall)) declareWebFirewall(scope, name, balancer, listeners);
  if (first.origin !== "edge" || !open) return { balancer, listener, group };
  return { balancer, listener, group, edgeSecret };
}

/**
 * Declares the load balancers: one for each plane, and for machines and end users one more where some come through an edge
 * and some do not. What no rule serves is answered with 404; those of employees and of the zone itself are not reachable from
 * the internet.
 */
export function declareBalancers(
  scope: AwsAdminScope,
  ground: AwsAdminGround,
  edgeSecret: pulumi.Output<string> | undefined,
): ReadonlyMap<string, AwsAdminBalancer> {
  const { plan } = scope;
  const all = plan.services.flatMap(({ listeners }) => listeners);
  const names = [...new Set(all.map((listener) => balancerOf(plan.name, listener)))].sort();
  return new Map(
    names.flatMap((name): [string, AwsAdminBalancer][] => {
      const own = all.filter((listener) => balancerOf(plan.name, listener) === name);
      const made = declareBalancer(scope, name, { ground, listeners: own, edgeSecret });
      return made === undefined ? [] : [[name, made]];
    }),
  );
}
