import type * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import * as route53 from "@pulumi/aws/route53";
import type * as inputs from "@pulumi/aws/types/input";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import type {
  PlannedAdminContainer,
  PlannedAdminListener,
  PlannedAdminService,
} from "../core/planning/admin/admin-plan";
import type { AwsAdminBalancer } from "./aws-balancer";
import { healthRuleOf, isPublic, rulesOf } from "./aws-names";
import { adminTags, type AwsAdminScope } from "./aws-scope";

/** Header by which the edge shows that it is the one that asks. */
const edgeHeader = "x-origin-auth";

const protocols = { http1: "HTTP1", h2c: "HTTP2", grpc: "GRPC" } as const;

function declareTarget(
  scope: AwsAdminScope,
  service: PlannedAdminService,
  resource: string,
  o: { readonly vpcId: pulumi.Input<string>; readonly speaks: PlannedAdminContainer["protocol"] },
): lb.TargetGroup {
  const { container, name } = service;
  const grpc = o.speaks === "grpc";
  return new lb.TargetGroup(
    resource,
    {
      vpcId: o.vpcId,
      targetType: "ip",
      port: container.port,
      protocol: "HTTP",
      protocolVersion: protocols[o.speaks],
      deregistrationDelay: 60,
      healthCheck: {
        path: grpc ? "/AWS.ALB/healthcheck" : container.versionPath,
        // A gRPC service that answers at all is there, whatever it says of a method it does not know.
        matcher: grpc ? "0-99" : "200",
        interval: 15,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 4,
      },
      tags: adminTags(scope, resource, name),
    },
    { parent: scope.parent },
  );
}

/** The company's sign-in, asked before anything of the human plane is served. */
function signIn(
  { plan }: AwsAdminScope,
  secrets: Readonly<Record<string, pulumi.Input<string>>>,
): inputs.lb.ListenerRuleAction[] {
  const { oidc } = plan.employees;
  if (oidc === undefined) throw new Error("a plan for AWS with a human plane has the company's sign-in");
  const { issuer, authorizationEndpoint, tokenEndpoint, userInfoEndpoint, clientId, clientSecret } = oidc;
  return [
    {
      type: "authenticate-oidc",
      order: 1,
      authenticateOidc: {
        issuer,
        authorizationEndpoint,
        tokenEndpoint,
        userInfoEndpoint,
        clientId,
        clientSecret: pulumi.secret(secrets[clientSecret] ?? ""),
        scope: "openid email",
        onUnauthenticatedRequest: "authenticate",
        sessionTimeout: 8 * 3600,
      },
    },
  ];
}

/**
 * Declares the way by which checks from within the network ask for the health of a service that people sign in to: no check
 * can sign in. It leads to the one path that asks for the diagnostics secret, from the subnets of services only, and to a
 * target of its own.
 */
function declareHealth(
  scope: AwsAdminScope,
  service: PlannedAdminService,
  listener: PlannedAdminListener,
  o: Pick<AwsListenerGround, "vpcId" | "privateBlocks" | "balancer">,
): { readonly target: lb.TargetGroup; readonly rule: lb.ListenerRule } {
  const name = healthRuleOf(listener);
  const { protocol } = service.container;
  const speaks = protocol === "grpc" ? "h2c" : protocol;
  const target = declareTarget(scope, service, name, { vpcId: o.vpcId, speaks });
  const rule = new lb.ListenerRule(
    name,
    {
      listenerArn: o.balancer.listener.arn,
      conditions: [
        { httpHeader: { httpHeaderName: "x-check", values: [name] } },
        { pathPattern: { values: [service.container.healthPath] } },
        { sourceIp: { values: [...o.privateBlocks] } },
      ],
      actions: [{ type: "forward", targetGroupArn: target.arn }],
      tags: adminTags(scope, name, service.name),
    },
    { parent: scope.parent },
  );
  return { target, rule };
}

/** What a way in stands on. */
export interface AwsListenerGround {
  readonly vpcId: pulumi.Input<string>;
  /** Blocks of the subnets of services. */
  readonly privateBlocks: readonly string[];
  /** Group of the service. */
  readonly group: ec2.SecurityGroup;
  readonly balancer: AwsAdminBalancer;
  /** Values of the config's secrets, by name. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Declares a way in: a rule that serves the declared paths of its host and nothing else, the record of the host, and what
 * lets the load balancer reach the service. On the human plane the company's sign-in comes first.
 */
export function declareListener(
  scope: AwsAdminScope,
  service: PlannedAdminService,
  listener: PlannedAdminListener,
  o: AwsListenerGround,
): { readonly targets: readonly lb.TargetGroup[]; readonly rules: readonly lb.ListenerRule[] } {
  const { parent, plan } = scope;
  const { balancer, group } = o;
  const { resource, host } = listener;
  const planned = rulesOf(listener, service.container.protocol);
  const speaks = new Map(planned.map((rule) => [rule.target, rule.speaks]));
  const targets = new Map(
    [...speaks].map(([name, spoken]) => [
      name,
      declareTarget(scope, service, name, { vpcId: o.vpcId, speaks: spoken }),
    ]),
  );
  const tags = adminTags(scope, resource, service.name);
  const first = listener.authentication === "identity-aware-proxy" ? signIn(scope, o.secrets) : [];
  const header =
    balancer.edgeSecret === undefined
      ? []
      : [{ httpHeader: { httpHeaderName: edgeHeader, values: [balancer.edgeSecret] } }];
  const rules = planned.map(
    ({ name, paths, target }) =>
      new lb.ListenerRule(
        name,
        {
          listenerArn: balancer.listener.arn,
          conditions: [{ hostHeader: { values: [host] } }, { pathPattern: { values: [...paths] } }, ...header],
          actions: [...first, { type: "forward", order: first.length + 1, targetGroupArn: targets.get(target)?.arn }],
          tags,
        },
        { parent },
      ),
  );
  const tcp = { ipProtocol: "tcp", fromPort: service.container.port, toPort: service.container.port, tags };
  new vpc.SecurityGroupIngressRule(
    resource,
    { securityGroupId: group.id, referencedSecurityGroupId: balancer.group.id, ...tcp },
    { parent },
  );
  new vpc.SecurityGroupEgressRule(
    resource,
    { securityGroupId: balancer.group.id, referencedSecurityGroupId: group.id, ...tcp },
    { parent },
  );
  // Behind an edge the record leads there, and is written by whoever runs it.
  if (plan.dnsZone !== undefined && !(isPublic(listener) && listener.origin === "edge"))
    new route53.Record(
      resource,
      {
        zoneId: plan.dnsZone,
        name: host,
        type: "A",
        aliases: [{ name: balancer.balancer.dnsName, zoneId: balancer.balancer.zoneId, evaluateTargetHealth: false }],
      },
      { parent },
    );
  if (listener.authentication !== "identity-aware-proxy") return { targets: [...targets.values()], rules };
  const health = declareHealth(scope, service, listener, o);
  return { targets: [...targets.values(), health.target], rules: [...rules, health.rule] };
}
