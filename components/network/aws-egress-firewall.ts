import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as networkfirewall from "@pulumi/aws/networkfirewall";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import { labelled } from "../fact-labels";

/** A way that leads through the firewall. */
export interface AwsFirewallRoute {
  /** Id of the route table it is written into. A change replaces the route. */
  readonly routeTableId: pulumi.Input<string>;
  /** Zone of the subnets that have this table: they take the firewall's endpoint of their own zone. In place. */
  readonly zone: string;
  /**
   * Where to. Default everywhere. A table of NAT gateways gets the blocks of the subnets behind the firewall instead, so that
   * answers take the way of the questions. A change replaces the route.
   */
  readonly destinationCidrBlock?: string;
}

/** Where what the firewall refused is written. */
export interface AwsFirewallLogs {
  /** ARN of the key, whose policy has to admit CloudWatch Logs. In place. */
  readonly keyArn: pulumi.Input<string>;
  /** Days they are kept. In place. */
  readonly retentionDays: number;
}

/** Arguments of `EgressFirewall`. */
export interface AwsEgressFirewallArgs extends Bounded {
  /** Id of the VPC. A change replaces the firewall. */
  readonly vpcId: pulumi.Input<string>;
  /** Zone to id of the firewall's own subnet there, /28 or larger, with a way out of its own. In place. */
  readonly subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Hosts that may be opened by HTTPS and HTTP, by the name the caller states; a leading dot stands for everything below. None:
   * nothing leaves. In place.
   *
   * @example ["github.com", "api.github.com"]
   */
  readonly allowedDomains: readonly string[];
  /** Address blocks behind the firewall; default that of the VPC. In place. */
  readonly homeCidrs?: readonly string[];
  /** Ways that lead through it, by a short name of each. In place. */
  readonly routes: Readonly<Record<string, AwsFirewallRoute>>;
  /** Where what it refused is written; default nowhere. In place. */
  readonly logs?: AwsFirewallLogs;
  /** Whether AWS refuses to delete it. Default true. In place. */
  readonly deletionProtection?: boolean;
  /** Tags of everything. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** What AWS reckons a list of names to be worth, each name one; it can never be changed, so there is room. */
const capacity = 500;

/**
 * A firewall that lets out by name: what is not on the list is dropped, whatever address it has, and so is everything that
 * states no name. Connections within the VPC do not pass it.
 *
 * It has an endpoint in each zone, and each zone's ways lead through its own.
 *
 * Cost: about 290 USD a month in each zone, and traffic.
 *
 * @example
 * new EgressFirewall("cell-1", {
 *   vpcId, subnetIds: { "us-east-1a": subnet.id }, allowedDomains: ["github.com"],
 *   routes: { "private-a": { routeTableId: table.id, zone: "us-east-1a" } },
 * });
 */
export class EgressFirewall extends pulumi.ComponentResource {
  /** ARN of the firewall. */
  readonly firewallArn: pulumi.Output<string>;
  /** Zone to id of the firewall's endpoint there. */
  readonly endpoints: Readonly<Record<string, pulumi.Output<string>>>;
  /** The ways through it: who needs the internet at its start waits for them. */
  readonly ways: readonly pulumi.Resource[];

  /**
   * @param name stem of the children's names
   * @param args network, names and ways
   * @param opts options of the component; the provider given here is used for every child
   */
  constructor(name: string, args: AwsEgressFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:aws:EgressFirewall", name, { boundary: args.boundary }, labelled(args.boundary, opts));
    const { subnetIds, allowedDomains, homeCidrs, logs, deletionProtection = true, tags } = args;
    const own = `${name}-egress`;
    const child = { parent: this };
    const tagged = { Name: own, ...tags };
    const allowed =
      allowedDomains.length === 0
        ? []
        : [
            new networkfirewall.RuleGroup(
              own,
              {
                type: "STATEFUL",
                capacity,
                description: `Hosts that ${name} may open`,
                ruleGroup: {
                  ...(homeCidrs === undefined
                    ? {}
                    : { ruleVariables: { ipSets: [{ key: "HOME_NET", ipSet: { definitions: [...homeCidrs] } }] } }),
                  rulesSource: {
                    rulesSourceList: {
                      generatedRulesType: "ALLOWLIST",
                      targetTypes: ["TLS_SNI", "HTTP_HOST"],
                      targets: [...allowedDomains],
                    },
                  },
                  statefulRuleOptions: { ruleOrder: "STRICT_ORDER" },
                },
                tags: tagged,
              },
              child,
            ),
          ];
    const policy = new networkfirewall.FirewallPolicy(
      own,
      {
        description: `What leaves ${name}`,
        firewallPolicy: {
          statelessDefaultActions: ["aws:forward_to_sfe"],
          statelessFragmentDefaultActions: ["aws:forward_to_sfe"],
          statefulEngineOptions: { ruleOrder: "STRICT_ORDER", streamExceptionPolicy: "DROP" },
          // A name is stated only once a connection stands, so that is when everything else is dropped.
          statefulDefaultActions: ["aws:drop_established", "aws:alert_established"],
          statefulRuleGroupReferences: allowed.map((group, index) => ({ priority: index + 1, resourceArn: group.arn })),
        },
        tags: tagged,
      },
      child,
    );
    const firewall = new networkfirewall.Firewall(
      own,
      {
        vpcId: args.vpcId,
        firewallPolicyArn: policy.arn,
        subnetMappings: Object.values(subnetIds).map((subnetId) => ({ subnetId })),
        deleteProtection: deletionProtection,
        firewallPolicyChangeProtection: deletionProtection,
        tags: tagged,
      },
      child,
    );
    this.firewallArn = firewall.arn;
    this.endpoints = Object.fromEntries(
      Object.keys(subnetIds).map((zone) => [zone, firewall.firewallStatuses.apply((of) => endpointIn(of, zone))]),
    );
    this.ways = Object.entries(args.routes).map(
      ([short, { routeTableId, zone, destinationCidrBlock = "0.0.0.0/0" }]) => {
        const endpoint = this.endpoints[zone];
        if (endpoint === undefined) throw new Error(`the firewall has no subnet in ${zone}`);
        return new ec2.Route(
          `${own}-${short}`,
          { routeTableId, destinationCidrBlock, vpcEndpointId: endpoint },
          // A table has one way to a destination at a time.
          { parent: this, deleteBeforeReplace: true },
        );
      },
    );
    if (logs !== undefined) this.log(own, firewall, logs, tagged);
    this.registerOutputs({ firewallArn: this.firewallArn, endpoints: this.endpoints });
  }

  private log(
    name: string,
    firewall: networkfirewall.Firewall,
    { keyArn, retentionDays }: AwsFirewallLogs,
    tags: Record<string, string>,
  ): void {
    const group = new cloudwatch.LogGroup(
      name,
      { retentionInDays: retentionDays, kmsKeyId: keyArn, tags: { ...tags, Name: name } },
      { parent: this },
    );
    new networkfirewall.LoggingConfiguration(
      name,
      {
        firewallArn: firewall.arn,
        loggingConfiguration: {
          logDestinationConfigs: [
            { logType: "ALERT", logDestinationType: "CloudWatchLogs", logDestination: { logGroup: group.name } },
          ],
        },
      },
      { parent: this },
    );
  }
}

interface Status {
  readonly syncStates?: readonly {
    readonly availabilityZone: string;
    readonly attachments?: readonly { readonly endpointId: string }[];
  }[];
}

/** The endpoint of a zone, as AWS tells it once the firewall is there. */
function endpointIn(statuses: readonly Status[], zone: string): string {
  const states = statuses.flatMap(({ syncStates = [] }) => syncStates);
  const here = states.find(({ availabilityZone }) => availabilityZone === zone);
  return here?.attachments?.[0]?.endpointId ?? "";
}
