import * as pulumi from "@pulumi/pulumi";
import { judging } from "../boundary";
import { InputError } from "../core/errors";
import { kubernetesContext } from "../core/planning/kubernetes/context";
import { planGke, type PlannedGke } from "../core/planning/kubernetes/gke";
import { needsPrivateServices, planPrivateServices } from "../core/planning/managed/google";
import { planManagedServices } from "../core/planning/managed/plan-managed";
import { gkeKubeconfig } from "../core/rendering/gke-kubeconfig";
import { labelled } from "../fact-labels";
import { ClusterNetwork } from "../network/gcp-cluster";
import type { GcpPrivateServices } from "../network/gcp-private-services";
import { decideCluster, type ClusterDecision } from "./decision";
import { declareClusterAlarms, declareChannels } from "./gcp-alarms";
import type { GkeClusterArgs, GkeExistingNetwork } from "./gcp-args";
import { declareBackups } from "./gcp-backup";
import { declareAdmins, declareControlPlane, type GkePlace } from "./gcp-control-plane";
import { declareClusterKeys } from "./gcp-keys";
import { gkeNames } from "./gcp-names";
import { declareNodeIdentity, declareNodePools } from "./gcp-nodes";
import type { GkeScope } from "./gcp-scope";

/** Everything about a cluster on Google Cloud that is known before the first resource. */
interface GkeDecision extends ClusterDecision {
  readonly planned: PlannedGke;
  readonly project: string;
  /** Block of Google's own services; absent where none is reached by a private address. */
  readonly servicesCidr?: string;
}

/** Decides everything, and refuses everything that can be refused, before the component is registered. */
function decideOnGcp(name: string, args: GkeClusterArgs): GkeDecision {
  const { existingNetwork, keys: _keys, transform: _transform, ...shared } = args;
  if (shared.cluster?.existing !== undefined)
    throw new InputError([
      { path: "cluster.existing", message: "names a cluster that is there, where one is made; remove it" },
    ]);
  if (existingNetwork !== undefined && shared.network !== undefined)
    throw new InputError([{ path: "existingNetwork", message: "and 'network' exclude each other; keep one of them" }]);
  const decision = decideCluster("gcp", name, shared);
  const { specification, cluster } = decision;
  const project = specification.gcp?.project;
  if (project === undefined) throw new Error("a specification for gcp has a project");
  const { size, usage } = kubernetesContext(specification);
  // Of a cluster that is made alone nobody knows what will run there.
  const reached =
    !specification.cluster.workloads || needsPrivateServices(planManagedServices(specification, size, usage));
  return {
    ...decision,
    planned: planGke(cluster, specification),
    project,
    ...(reached &&
      existingNetwork === undefined &&
      cluster.network !== undefined && { servicesCidr: planPrivateServices(cluster.network.cidr) }),
  };
}

/**
 * A cluster on GKE for Sourcegraph: network, regional control plane, node pools with sizes that follow from the instance's,
 * identities without keys, daily backups of the namespace, and alarms.
 *
 * Nodes have no public address. The API is reached from inside the network, and from the public blocks of
 * `cluster.endpoint.allowedCidrs`. Secrets, the nodes' disks and backups are encrypted with a key of its
 * own; network policies count. Pods cannot take the account of their node.
 *
 * A new `cluster.version` goes to the control plane first and then to the nodes one by one. Between these, GKE adds patches in
 * the maintenance window of `cluster.maintenance`, which lasts twelve hours: GKE asks for that much. With `deletionProtection`
 * the cluster is protected from deletion and replacement. The key is in any case, and backups stay in the cloud.
 *
 * Its APIs have to be enabled in the project: `gcloud services enable container.googleapis.com gkebackup.googleapis.com
 * compute.googleapis.com cloudkms.googleapis.com iam.googleapis.com logging.googleapis.com monitoring.googleapis.com
 * cloudresourcemanager.googleapis.com serviceusage.googleapis.com`, and for databases, Redis and their private addresses also
 * `sqladmin.googleapis.com redis.googleapis.com servicenetworking.googleapis.com`.
 *
 * Cost: `planKubernetes(...).price`; nodes and claims are nearly all of it.
 *
 * @example
 * const cluster = new GkeCluster("sourcegraph", {
 *   region: "us-central1",
 *   release: "7.5.4453",
 *   size: "M",
 *   access: { allowedCidrs: ["198.51.100.0/24"] },
 *   gcp: { project: "example" },
 * });
 */
export class GkeCluster extends pulumi.ComponentResource {
  /** Name of the cluster, unique in its region. */
  readonly clusterName: pulumi.Output<string>;
  /** Kubeconfig without any secret: signs in by Google's plugin. Known once nodes and rights are there. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Self link of the network; a link or name as given where it exists. */
  readonly network: pulumi.Output<string>;
  /** How Cloud SQL and Memorystore are reached; undefined where none is planned, and in a network that exists. */
  readonly privateServices: GcpPrivateServices | undefined;
  /** Addresses outgoing connections come from, for code hosts; undefined in a network that exists. */
  readonly egressAddresses: pulumi.Output<string[]> | undefined;
  /** Full name of the key; managed services take it too. */
  readonly key: pulumi.Output<string>;
  /** Names of the channels alarms are sent to; none without `alarms.email`. */
  readonly channels: readonly pulumi.Output<string>[];
  /** The nodes' account, as a member of IAM. */
  readonly nodeMember: pulumi.Output<string>;
  /** Kubernetes version of the nodes, MAJOR.MINOR. Known once every pool has it. */
  readonly version: pulumi.Output<string>;

  /**
   * @param name stem of all names; 2 to 24 lower-case letters, digits and dashes
   * @param args the config's keys, and what only a program can give
   * @param opts options of the component; the provider given here is used for every child
   * @throws InputError with every problem, before anything is registered
   */
  constructor(name: string, args: GkeClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const { specification, cluster, planned, project, servicesCidr, boundary } = decideOnGcp(name, args);
    super(
      "sourcegraph:gcp:GkeCluster",
      name,
      { boundary },
      judging(specification.boundaries, labelled(boundary, opts)),
    );
    const scope: GkeScope = {
      parent: this,
      names: gkeNames(name),
      project,
      specification,
      cluster,
      gke: planned,
      labels: { ...specification.tags, "sourcegraph-name": name },
      given: args.keys ?? {},
      transform: args.transform ?? {},
    };
    const made = this.makeNetwork(scope, args.existingNetwork, servicesCidr);
    const place = made === undefined ? existingPlace(scope, args.existingNetwork) : placeOf(made);
    const keys = declareClusterKeys(scope);
    const nodes = declareNodeIdentity(scope);
    const control = declareControlPlane(scope, { place, keys, nodes });
    const admins = declareAdmins(scope, control);
    const pools = declareNodePools(scope, { control, nodes, keys });
    const backups = declareBackups(scope, control, keys);
    this.channels = declareChannels(scope);
    declareClusterAlarms(scope, { control, backups, channels: this.channels });

    // Whoever deploys on the cluster waits for all of this, and is taken down before any of it.
    const ready = pulumi.all([...pools, ...admins].map(({ id }) => id));
    this.clusterName = control.name;
    this.network = pulumi.output(place.network);
    this.privateServices = made?.privateServices;
    this.egressAddresses = made?.egressAddresses;
    this.key = keys.secrets;
    this.nodeMember = nodes.account.member;
    this.version = ready.apply(() => cluster.version);
    this.kubeconfig = pulumi
      .all([control.name, control.endpoint, control.masterAuth, ready])
      .apply(([clusterName, endpoint, { clusterCaCertificate }]) =>
        gkeKubeconfig({ clusterName, endpoint, certificateAuthority: clusterCaCertificate }),
      );
    this.registerOutputs({
      clusterName: this.clusterName,
      kubeconfig: this.kubeconfig,
      network: this.network,
      egressAddresses: this.egressAddresses,
      key: this.key,
      version: this.version,
    });
  }

  /** The network; undefined where one exists. */
  private makeNetwork(
    scope: GkeScope,
    existing: GkeExistingNetwork | undefined,
    servicesCidr: string | undefined,
  ): ClusterNetwork | undefined {
    const { cluster, specification, project, gke, labels, transform } = scope;
    const [subnet] = cluster.network?.subnets ?? [];
    if (existing !== undefined || subnet === undefined) return undefined;
    const { podCidr, serviceCidr } = cluster;
    if (podCidr === undefined || serviceCidr === undefined) throw new Error("a network of GKE has blocks for pods");
    return new ClusterNetwork(
      specification.name,
      {
        nodeCidr: subnet.cidr,
        podCidr,
        serviceCidr,
        region: specification.region,
        project,
        natAddresses: gke.natAddresses,
        ...(servicesCidr !== undefined && { privateServicesCidr: servicesCidr }),
        labels,
        transform,
      },
      { parent: this },
    );
  }
}

function placeOf({ selfLink, subnetwork, podRange, serviceRange, wayOut }: ClusterNetwork): GkePlace {
  return { network: selfLink, subnetwork, podRange, serviceRange, ready: [wayOut] };
}

/** A network that exists, as the program or the config names it. */
function existingPlace({ specification }: GkeScope, existing: GkeExistingNetwork | undefined): GkePlace {
  if (existing !== undefined) return { ...existing, ready: [] };
  if (!("existing" in specification.network)) throw new Error("a cluster has a network, made or given");
  const { network = "", subnetId = "" } = specification.network.existing;
  return { network, subnetwork: subnetId, ready: [] };
}
