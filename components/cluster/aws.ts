import type * as eks from "@pulumi/aws/eks";
import * as pulumi from "@pulumi/pulumi";
import { judging } from "../boundary";
import { InputError } from "../core/errors";
import type { PlannedCluster } from "../core/planning/kubernetes/cluster";
import { loadBalancerAccount, planEks, storageDriver } from "../core/planning/kubernetes/eks";
import { eksKubeconfig } from "../core/rendering/eks-kubeconfig";
import { labelled } from "../fact-labels";
import { keysUnder, type KeysByUse } from "../keys";
import { ClusterNetwork } from "../network/aws-cluster";
import { partitionOf } from "../vm/aws-scope";
import { declareAddOns, type AddOnSettings } from "./aws-add-ons";
import { declareClusterAlarms } from "./aws-alarms";
import type { EksClusterArgs, EksExistingNetwork } from "./aws-args";
import { claimTag, declareClaimsBackup } from "./aws-backup";
import { declareAdmins, declareControlPlane } from "./aws-control-plane";
import { WorkloadIdentity } from "./aws-identity";
import { declareClusterKey, type EksKey } from "./aws-keys";
import { loadBalancerStatements } from "./aws-load-balancer";
import { eksNames } from "./aws-names";
import { declareNodes } from "./aws-nodes";
import { declareClusterRole, declareNodeRole } from "./aws-roles";
import { clusterTags, type EksScope } from "./aws-scope";
import { decideCluster, type ClusterDecision } from "./decision";

/** Where the cluster stands. */
interface Place {
  readonly vpcId: pulumi.Output<string>;
  /** Zone to id of the nodes' subnet. */
  readonly privateSubnets: Readonly<Record<string, pulumi.Input<string>>>;
  readonly databaseSubnetIds: pulumi.Output<string[]>;
  /** The network's own component, where one is made. */
  readonly network: readonly ClusterNetwork[];
}

/** Keys that exist: those given, or the customer's for everything. */
function keysOf({ keys = {} }: EksClusterArgs, customerKey: string | undefined): KeysByUse {
  return customerKey === undefined ? keys : keysUnder(customerKey);
}

/** Zones that a network has no subnet for. */
function missingZones(decision: ClusterDecision, existing: EksExistingNetwork): string[] {
  const needed = new Set(decision.cluster.nodeGroups.flatMap(({ zones }) => zones));
  return [...needed].filter((zone) => existing.privateSubnets[zone] === undefined);
}

/** Decides everything, and refuses everything that can be refused, before the component is registered. */
function decideOnAws(name: string, args: EksClusterArgs) {
  const {
    existingNetwork,
    addOnVersions = {},
    keys: _keys,
    kubeconfigRole: _role,
    transform: _transform,
    ...shared
  } = args;
  if (shared.cluster?.existing !== undefined)
    throw new InputError([
      { path: "cluster.existing", message: "names a cluster that is there, where one is made; remove it" },
    ]);
  if (shared.network !== undefined && "existing" in shared.network)
    throw new InputError([
      {
        path: "network.existing",
        message:
          "names one subnet, and a cluster needs one in every zone; remove it, or give 'existingNetwork' in a program of your own",
      },
    ]);
  if (existingNetwork !== undefined && shared.network !== undefined)
    throw new InputError([{ path: "existingNetwork", message: "and 'network' exclude each other; keep one of them" }]);
  const decision = decideCluster("aws", name, shared);
  const planned = planEks(decision.cluster);
  const addOns = [...planned.nodeAddOns, ...planned.podAddOns].map((addOn) => addOn.name);
  const unknown = Object.keys(addOnVersions).filter((addOn) => !addOns.includes(addOn));
  if (unknown.length > 0)
    throw new InputError(
      unknown.map((addOn) => ({
        path: `addOnVersions.${addOn}`,
        message: `is no add-on of this cluster, which has ${addOns.join(", ")}`,
      })),
    );
  const missing = existingNetwork === undefined ? [] : missingZones(decision, existingNetwork);
  if (missing.length > 0)
    throw new InputError(
      missing.map((zone) => ({
        path: `existingNetwork.privateSubnets.${zone}`,
        message: "is missing; nodes stand in that zone, and need a private subnet there",
      })),
    );
  return { decision, planned };
}

/**
 * A cluster on EKS for Sourcegraph: network, control plane, node groups for each zone with sizes that follow from the
 * instance's, add-ons, identities without keys, daily snapshots of the claims, and alarms.
 *
 * Its API is reached from inside the network, and from the public blocks of `cluster.endpoint.allowedCidrs`. Secrets are
 * encrypted with a key of its own. Pods cannot take the role of their node.
 *
 * A new `cluster.version` goes to the control plane first, then to what runs on every node, then to the nodes one by one, and
 * last to the other add-ons. With `deletionProtection` it is protected from deletion, and the key is in any case.
 *
 * Cost: `planKubernetes(...).price`; nodes and claims are nearly all of it.
 *
 * @example
 * const cluster = new EksCluster("sourcegraph", {
 *   region: "us-east-1",
 *   release: "7.5.4453",
 *   size: "M",
 *   access: { allowedCidrs: ["198.51.100.0/24"] },
 * });
 */
export class EksCluster extends pulumi.ComponentResource {
  /** The cluster as planned. */
  readonly plan: PlannedCluster;
  /** Name of the cluster. */
  readonly clusterName: pulumi.Output<string>;
  /** Kubeconfig without any secret: signs in by the AWS command line. Known once nodes and add-ons are there. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Id of the VPC. */
  readonly vpcId: pulumi.Output<string>;
  /** Ids of the subnets of managed databases and caches, in two zones at least. */
  readonly databaseSubnetIds: pulumi.Output<string[]>;
  /** Addresses outgoing connections come from, for code hosts; undefined in a network that exists. */
  readonly egressAddresses: pulumi.Output<string[]> | undefined;
  /** Security group of nodes and pods. */
  readonly securityGroupId: pulumi.Output<string>;
  /** ARN of the key of the cluster's secrets; managed services take it too. */
  readonly keyArn: pulumi.Output<string>;
  /** ARN of the topic of the alarms; absent without `alarms.email`. */
  readonly topicArn: pulumi.Output<string> | undefined;
  /** Kubernetes version of the cluster. Known once every node has it. */
  readonly version: pulumi.Output<string>;

  /**
   * @param name name of the cluster and stem of all names; 2 to 24 lower-case letters, digits and dashes
   * @param args the config's keys, and what only a program can give
   * @param opts options of the component; the AWS provider given here is used for every child, and must be of `region`
   * @throws InputError with every problem, before anything is registered
   */
  constructor(name: string, args: EksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const { decision, planned } = decideOnAws(name, args);
    const { specification, cluster, boundary } = decision;
    const judged = judging(specification.boundaries, labelled(boundary, opts));
    super("sourcegraph:aws:EksCluster", name, { boundary }, judged);
    const scope: EksScope = {
      parent: this,
      names: eksNames(name),
      specification,
      cluster,
      eks: planned,
      addOnVersions: args.addOnVersions ?? {},
      keys: keysOf(args, specification.customerKey),
      transform: args.transform ?? {},
    };
    const place = this.place(scope, args.existingNetwork);
    const key = declareClusterKey(scope);
    const nodeRole = declareNodeRole(scope);
    const control = declareControlPlane(scope, {
      key,
      role: declareClusterRole(scope),
      nodeRole,
      subnetIds: Object.values(place.privateSubnets),
      network: place.network,
    });
    const admins = declareAdmins(scope, control);
    const { moving } = decision;
    const onNodes = declareAddOns(scope, { control, addOns: planned.nodeAddOns, moving, after: [] });
    const pools = declareNodes(scope, { control, role: nodeRole, subnets: place.privateSubnets, before: onNodes });
    const asPods = declareAddOns(scope, {
      control,
      addOns: planned.podAddOns,
      moving,
      settings: this.storageSettings(scope, key),
      after: pools.map(({ group }) => group),
    });
    const identity = this.loadBalancerIdentity(scope, control);
    const backup = declareClaimsBackup(scope, key.keyId);
    const topic = declareClusterAlarms(scope, { control, pools, backup });

    // Whoever deploys on the cluster waits for all of this, and is taken down before any of it.
    const ready = pulumi.all([
      ...[...pools.map(({ group }) => group), ...asPods, ...admins].map(({ id }) => id),
      ...identity.map(({ roleArn }) => roleArn),
    ]);
    this.plan = cluster;
    this.clusterName = control.name;
    this.vpcId = place.vpcId;
    this.databaseSubnetIds = place.databaseSubnetIds;
    this.egressAddresses = place.network[0]?.egressAddresses;
    this.securityGroupId = control.vpcConfig.apply(({ clusterSecurityGroupId }) => clusterSecurityGroupId);
    this.keyArn = key.arn;
    this.topicArn = topic?.arn;
    this.version = ready.apply(() => cluster.version);
    this.kubeconfig = pulumi
      .all([control.name, control.endpoint, control.certificateAuthority, ready])
      .apply(([clusterName, endpoint, authority]) =>
        eksKubeconfig({
          clusterName,
          region: specification.region,
          endpoint,
          certificateAuthority: authority.data ?? "",
          ...(args.kubeconfigRole === undefined ? {} : { roleArn: args.kubeconfigRole }),
        }),
      );
    this.registerOutputs({
      clusterName: this.clusterName,
      kubeconfig: this.kubeconfig,
      vpcId: this.vpcId,
      databaseSubnetIds: this.databaseSubnetIds,
      securityGroupId: this.securityGroupId,
      keyArn: this.keyArn,
      version: this.version,
    });
  }

  /** The network: made here, or one that exists. */
  private place(scope: EksScope, existing: EksExistingNetwork | undefined): Place {
    const { cluster, specification, transform } = scope;
    if (existing !== undefined) {
      const { vpcId, privateSubnets, databaseSubnetIds = Object.values(existing.privateSubnets) } = existing;
      return {
        vpcId: pulumi.output(vpcId),
        privateSubnets,
        databaseSubnetIds: pulumi.all([...databaseSubnetIds]),
        network: [],
      };
    }
    if (cluster.network === undefined) throw new Error("a cluster that is made has a network, made or given");
    const network = new ClusterNetwork(
      specification.name,
      {
        cidr: cluster.network.cidr,
        region: specification.region,
        subnets: cluster.network.subnets,
        tags: { "sourcegraph:name": specification.name, ...specification.tags },
        transform,
      },
      { parent: this },
    );
    const { vpcId, privateSubnets, databaseSubnetIds } = network;
    return { vpcId, privateSubnets, databaseSubnetIds, network: [network] };
  }

  /** The storage driver marks the volumes of claims, by which the daily snapshots find them. */
  private storageSettings(scope: EksScope, key: EksKey): AddOnSettings {
    if (scope.cluster.autoMode) return {};
    const { key: tag, value } = claimTag(scope, key.keyId);
    return {
      [storageDriver]: pulumi.jsonStringify({ controller: { extraVolumeTags: { [tag]: value } } }),
    };
  }

  /** Rights of the load balancer controller, which Auto Mode brings itself. */
  private loadBalancerIdentity(scope: EksScope, control: eks.Cluster): WorkloadIdentity[] {
    const { cluster, names, specification, transform } = scope;
    if (cluster.autoMode) return [];
    const { Name: _name, ...tags } = clusterTags(scope, names.loadBalancer);
    return [
      new WorkloadIdentity(
        names.loadBalancer,
        {
          clusterName: control.name,
          ...loadBalancerAccount,
          serviceAccounts: [loadBalancerAccount.serviceAccount],
          statements: loadBalancerStatements(partitionOf(specification.region)),
          description: `Load balancer controller of Sourcegraph ${specification.name}`,
          tags,
          role: transform.role,
        },
        { parent: this },
      ),
    ];
  }
}
