import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import * as ecs from "@pulumi/aws/ecs";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { declareMailTopic } from "../cloud/aws-mail-topic";
import { dataOptions } from "../cloud/data-options";
import { judging, refuseOwn } from "../boundary";
import type { AdminServicesArgs } from "./args";
import type { AdminPlan } from "../core/planning/admin/admin-plan";
import { declareBalancers, type AwsAdminBalancer } from "./aws-balancer";
import { awsAdminBoundary } from "./aws-boundary";
import { declareCheckStore } from "./aws-checks";
import { declareAdminKey } from "./aws-keys";
import { declareAdminNetwork } from "./aws-network";
import { balancerOf } from "./aws-names";
import { adminTags, type AwsAdminScope } from "./aws-scope";
import { AdminService } from "./aws-service";
import { declareTrail } from "./aws-trail";

const token = "sourcegraph:admin-services:AdminServices";

/**
 * Support services of one zone on AWS: each is a service of ECS on Fargate with a role, keys, stores and secrets of its own,
 * in a network that lets out by name only. Employees come through an internal load balancer that asks the company's sign-in
 * first; machines and end users through public ones that serve declared paths only, behind a web firewall.
 *
 * Everything that holds data is protected, and kept when it leaves the program.
 *
 * Cost: `plan.price`; the firewall, address translation and databases are most of it.
 *
 * @example
 * new AdminServices({ plan: planAdmin(specification), boundary, secrets: { employeesClient } });
 */
export class AdminServices extends pulumi.ComponentResource {
  /** Names of load balancers that host names have to lead to, where no DNS zone is planned or an edge stands before them. */
  readonly addresses: Readonly<Record<string, pulumi.Output<string>>>;
  /** Value of the header `x-origin-auth` that the edge has to send; undefined where there is no edge. Secret. */
  readonly edgeSecret: pulumi.Output<string> | undefined;

  /**
   * @param args the plan, what it states to the rules, and values of secrets
   * @param opts options of the component; the AWS provider given here is used for every child, and must be of the region
   * @throws RefusedError where what it states breaks a rule by itself, before anything is registered
   */
  constructor(args: AdminServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, boundary, secrets = {} } = args;
    const inputs = { boundary: awsAdminBoundary(plan, boundary) };
    super(token, plan.name, refuseOwn(token, plan.name, inputs, args), judging(args, opts));
    const account = plan.account ?? getCallerIdentityOutput({}, { parent: this }).accountId;
    const bare = { parent: this, plan, account, keys: new Map(), topicArns: [] };
    const keys = plan.keys
      .filter(({ service }) => service === undefined)
      .map((key) => [key.name, declareAdminKey(bare, key)] as const);
    const topicName = `${plan.name}-alarms`;
    const topic = declareMailTopic(this, topicName, {
      email: plan.alarmsEmail,
      tags: adminTags(bare, topicName),
      transform: undefined,
    });
    const scope: AwsAdminScope = { ...bare, keys: new Map(keys), topicArns: topic === undefined ? [] : [topic.arn] };
    const ground = declareAdminNetwork(scope);
    const cluster = new ecs.Cluster(
      plan.name,
      {
        name: plan.name,
        settings: [{ name: "containerInsights", value: "enabled" }],
        tags: adminTags(scope, plan.name),
      },
      { parent: this },
    );
    const edgeSecret =
      plan.edge === "direct"
        ? undefined
        : new random.RandomPassword(`${plan.name}-edge`, { length: 48, special: false }, dataOptions(this)).result;
    const balancers = declareBalancers(scope, ground, edgeSecret);
    const checks = declareCheckStore(scope);
    const { parent: _parent, ...shared } = scope;
    const services = plan.services.map(
      (service) => new AdminService({ scope: shared, service, ground, secrets }, { parent: this }),
    );
    const stores = new Map(
      plan.services.flatMap((service, index) =>
        Object.entries(services[index]?.stores ?? {}).map(
          ([store, made]) => [`${service.name}/${store}`, made] as const,
        ),
      ),
    );
    for (const service of services) service.run({ cluster, stores, balancers, checks });
    if (plan.auditSink !== undefined) declareTrail(scope, plan.auditSink);

    this.edgeSecret = edgeSecret;
    this.addresses = addressesOf(plan, balancers);
    this.registerOutputs({ addresses: this.addresses });
  }
}

/** Where the record of every host has to lead, whoever writes it. */
function addressesOf(
  { name, services }: AdminPlan,
  balancers: ReadonlyMap<string, AwsAdminBalancer>,
): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    services
      .flatMap(({ listeners }) => listeners)
      .flatMap((listener) => {
        const made = balancers.get(balancerOf(name, listener));
        return made === undefined ? [] : [[listener.host, made.balancer.dnsName] as const];
      }),
  );
}
