import * as compute from "@pulumi/gcp/compute";
import type * as inputs from "@pulumi/gcp/types/input";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import { declarePrivateApis, restrictedCidr } from "./gcp-private-apis";

/** Arguments of `Egress`. */
export interface GcpEgressArgs extends Bounded {
  /** Project of the network. A change replaces everything. */
  readonly project: string;
  /** Id of the network, with `networkFirewallPolicyEnforcementOrder` BEFORE_CLASSIC_FIREWALL. A change replaces what hangs on it. */
  readonly network: pulumi.Input<string>;
  /**
   * Hosts that may be opened, by full name: Google resolves them itself and knows no wildcards. None: nothing leaves. In place.
   *
   * @example ["github.com", "api.github.com"]
   */
  readonly allowedDomains: readonly string[];
  /** Ports at these hosts. Default 443. In place. */
  readonly ports?: readonly number[];
  /** Address blocks that may be opened whatever the port: those of the network itself, and of Google's services in it. In place. */
  readonly internalCidrs: readonly string[];
  /** Labels of what takes labels: the zones. Default none. In place. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Most hosts that Google takes in one rule. */
const hostsOfRule = 100;

/**
 * What a network lets out: hosts by name, its own addresses, Google's APIs by addresses that stay in Google's network, and
 * nothing else.
 *
 * A policy says what is allowed; it is asked before the classic rules, of which the last one refuses everything.
 *
 * Cost: of rules by names of hosts, about 0.02 USD for a GB.
 *
 * @example
 * new Egress("cell-1", { project, network: network.id, allowedDomains: ["github.com"], internalCidrs: ["10.40.0.0/16"] });
 */
export class Egress extends pulumi.ComponentResource {
  /** Name of the policy. */
  readonly policy: pulumi.Output<string>;
  /** What has to be there before anything in the network is started that needs a way out. */
  readonly ways: readonly pulumi.Resource[];

  /**
   * @param name stem of the children's names
   * @param args network and names
   * @param opts options of the component; the provider given here is used for every child
   */
  constructor(name: string, args: GcpEgressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:gcp:Egress", name, { boundary: args.boundary }, opts);
    const { project, network, allowedDomains, ports = [443], internalCidrs } = args;
    const own = `${name}-egress`;
    const child = { parent: this };
    const policy = new compute.NetworkFirewallPolicy(own, { project, description: `What leaves ${name}` }, child);
    const allow = (short: string, priority: number, match: inputs.compute.NetworkFirewallPolicyRuleMatch) =>
      new compute.NetworkFirewallPolicyRule(
        `${own}-${short}`,
        {
          project,
          firewallPolicy: policy.name,
          priority,
          direction: "EGRESS",
          action: "allow",
          enableLogging: false,
          ruleName: short,
          match,
        },
        // A priority is taken by one rule at a time.
        { parent: this, deleteBeforeReplace: true },
      );
    const tcp = (on: readonly number[]) => [{ ipProtocol: "tcp", ports: on.map(String) }];
    const rules = [
      allow("internal", 1000, { destIpRanges: [...internalCidrs], layer4Configs: [{ ipProtocol: "all" }] }),
      allow("google-apis", 1010, { destIpRanges: [restrictedCidr], layer4Configs: tcp([443]) }),
      ...chunks(allowedDomains).map((destFqdns, index) =>
        allow(`hosts-${index + 1}`, 1100 + index, { destFqdns, layer4Configs: tcp(ports) }),
      ),
    ];
    const attached = new compute.NetworkFirewallPolicyAssociation(
      own,
      { project, firewallPolicy: policy.name, attachmentTarget: network },
      { parent: this, dependsOn: rules },
    );
    const refused = new compute.Firewall(
      `${own}-deny`,
      {
        project,
        network,
        description: `Whatever ${name} does not allow by name`,
        direction: "EGRESS",
        priority: 65534,
        destinationRanges: ["0.0.0.0/0"],
        denies: [{ protocol: "all" }],
        logConfig: { metadata: "INCLUDE_ALL_METADATA" },
      },
      // First what is allowed, so that nothing that runs is cut off.
      { parent: this, dependsOn: [attached] },
    );
    this.policy = policy.name;
    this.ways = [...declarePrivateApis(this, own, args), attached, refused];
    this.registerOutputs({ policy: this.policy });
  }
}

/** The hosts in lists that Google takes. */
function chunks(hosts: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(hosts.length / hostsOfRule) }, (_, index) =>
    hosts.slice(index * hostsOfRule, (index + 1) * hostsOfRule),
  );
}
