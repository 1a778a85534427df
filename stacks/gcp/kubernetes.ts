import * as pulumi from "@pulumi/pulumi";
import { GkeCluster } from "../../components/cluster/gcp";
import { WorkloadIdentity } from "../../components/cluster/gcp-identity";
import { IngressEdge, IngressRecord } from "../../components/cluster/gcp-ingress";
import { DataKey } from "../../components/cluster/gcp-keys";
import { InputError } from "../../components/core/errors";
import { managedBoundary } from "../../components/core/planning/boundary/kubernetes";
import { uploadAccounts } from "../../components/core/planning/kubernetes/gke";
import { needsPrivateServices } from "../../components/core/planning/managed/google";
import { SourcegraphKubernetes } from "../../components/kubernetes/sourcegraph-kubernetes";
import { ManagedServices } from "../../components/managed-services/gcp";
import type { GcpPrivateServices } from "../../components/network/gcp-private-services";
import { existingKubeconfig } from "../kubeconfig";
import { decideKubernetes, type KubernetesStackDecision } from "../kubernetes-decision";
import { after } from "../order";
import type { Declare, StackArgs, StackOutputs } from "../program";

/** What a stack says of the cluster it made, for stacks that deploy on it. */
interface ClusterFacts {
  readonly clusterName: string;
  /** Self link of the network, which has private services access. */
  readonly network: string;
  /** Full name of the key, for what stands beside the cluster. */
  readonly key: string;
}

/** The cluster as everything on it sees it. */
interface Ground {
  readonly kubeconfig?: pulumi.Input<string>;
  /** Network of managed services; absent where it is not known. */
  readonly network?: pulumi.Input<string>;
  readonly privateServices?: GcpPrivateServices;
  /** Absent where none is known: services get one of their own. */
  readonly key?: pulumi.Input<string>;
  readonly channels: readonly pulumi.Output<string>[];
}

/** What everything beside the cluster is declared from. */
interface GcpStack extends KubernetesStackDecision {
  readonly name: string;
  readonly project: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Options of every component. */
  readonly within: pulumi.ComponentResourceOptions | undefined;
}

/** A cluster that another stack made, or of which nothing but the kubeconfig and perhaps the network is known. */
function existingGround({ specification }: GcpStack, { cluster, secrets }: StackArgs): Ground {
  const stack = cluster?.existing?.stack;
  const kubeconfig = existingKubeconfig(cluster?.existing, secrets);
  const way = kubeconfig === undefined ? {} : { kubeconfig };
  if (stack !== undefined) {
    const facts = new pulumi.StackReference(`${stack}/cluster`, { name: stack }).requireOutput(
      "cluster",
    ) as pulumi.Output<ClusterFacts>;
    return { ...way, network: facts.network, key: facts.key, channels: [] };
  }
  const { network } = specification;
  const named = "existing" in network ? network.existing.network : undefined;
  return { ...way, ...(named !== undefined && { network: named }), channels: [] };
}

/** Databases and Redis are reached in the network of the cluster, which is not known of one that is there. */
function checkNetwork({ specification, plan }: KubernetesStackDecision): void {
  const { cluster, network } = specification;
  if (cluster.existing === undefined || cluster.existing.stack !== undefined || "existing" in network) return;
  if (!needsPrivateServices(plan.managed)) return;
  throw new InputError([
    {
      path: "cluster.existing.stack",
      message:
        "is missing; databases and Redis that are managed stand in the network of the cluster, which the stack that made it gives out; where none did, name it in 'network.existing'",
    },
  ]);
}

/** Rights of the pods that use buckets; undefined where none does. */
function declarePods({ name, project, specification, plan, boundary, within }: GcpStack): WorkloadIdentity | undefined {
  const { objectStorage } = specification;
  const own = typeof objectStorage === "object" && objectStorage.backend === "GCS" ? objectStorage : undefined;
  if (plan.managed.bucket === undefined && own === undefined) return undefined;
  const buckets = [own?.bucket, own?.codeIntelBucket, own?.searchJobsBucket].filter((bucket) => bucket !== undefined);
  return new WorkloadIdentity(
    `${name}-pods`,
    {
      project,
      namespace: plan.namespace.name,
      serviceAccounts: uploadAccounts(plan.workloads),
      buckets: [...new Set(buckets)],
      boundary,
    },
    within,
  );
}

/** Services of the cloud in place of bundled ones; undefined without. */
function declareServices(
  stack: GcpStack,
  ground: Ground,
  pods: WorkloadIdentity | undefined,
): ManagedServices | undefined {
  const { name, project, labels, specification, plan, boundary, within } = stack;
  const { region, deletionProtection, backup, cluster, alarms, customerKey } = specification;
  if (plan.managed.bucket === undefined && !needsPrivateServices(plan.managed)) return undefined;
  return new ManagedServices(
    name,
    {
      services: plan.managed,
      project,
      region,
      // A bucket alone is in no network.
      network: ground.network ?? "",
      ...(ground.privateServices !== undefined && { privateServices: ground.privateServices }),
      key: customerKey ?? ground.key ?? new DataKey(name, { project, region, labels, boundary }, within).key,
      permitted: customerKey !== undefined,
      bucketUsers: pods?.members ?? {},
      deletionProtection,
      backupHourUtc: backup.hourUtc,
      maintenance: cluster.maintenance,
      channels: ground.channels,
      // Of a cluster that is there nobody's channel is known.
      ...(cluster.existing !== undefined && alarms !== undefined && { alarmEmail: alarms.email }),
      labels,
      boundary: managedBoundary(specification, plan.managed),
    },
    within,
  );
}

/** What the Ingress of GKE names; undefined where it names nothing. */
function declareEdge({ name, project, labels, plan, boundary, within }: GcpStack): IngressEdge | undefined {
  const { staticAddress, ...policies } = plan.ingress?.gce ?? {};
  if (staticAddress === undefined) return undefined;
  const { allowedCidrs } = plan.exposure;
  return new IngressEdge(
    name,
    { project, names: { staticAddress, ...policies }, allowedCidrs, labels, boundary },
    within,
  );
}

/** Declares Sourcegraph on the ground, and what leads to it. */
function declareWorkloads(stack: GcpStack, args: StackArgs, ground: Ground): StackOutputs {
  const { name, project, specification, plan, boundary, within } = stack;
  const { domain, dnsZone } = specification;
  const pods = declarePods(stack);
  const services = declareServices(stack, ground, pods);
  const edge = declareEdge(stack);
  const { kubeconfig } = ground;
  const first = [...(pods === undefined ? [] : [pods.rights]), ...(edge === undefined ? [] : [edge.address])];
  const sourcegraph = new SourcegraphKubernetes(
    name,
    {
      ...args,
      cloud: "gcp",
      // The Ingress asks for its address and policies, which cannot go while it has them.
      ...(kubeconfig !== undefined && { kubeconfig: after(kubeconfig, first) }),
      managedValues: services?.values ?? {},
    },
    within,
  );
  if (plan.ingress !== undefined && domain !== undefined && dnsZone !== undefined)
    new IngressRecord(
      name,
      {
        project,
        domain,
        dnsZone,
        address: edge?.address ?? sourcegraph.ingressAddress,
        boundary,
      },
      within,
    );
  const { url, release, connect, manifest, next } = sourcegraph;
  const { revocation } = plan;
  return { url, release, connect, manifest, next, ...(revocation !== undefined && { revocation }) };
}

function clusterOutputs({ clusterName, egressAddresses, kubeconfig, network, key }: GkeCluster) {
  return {
    kubeconfig: pulumi.secret(kubeconfig),
    cluster: pulumi.output({ clusterName, network, key }),
    ...(egressAddresses !== undefined && { egressAddresses }),
  };
}

/** Declares a cluster on GKE and Sourcegraph on it, one of the two alone, or Sourcegraph on a cluster that is there. */
export const declareKubernetes: Declare = (name, args, within) => {
  const decision = decideKubernetes("gcp", name, args);
  const { specification, clusterManifest } = decision;
  const project = specification.gcp?.project;
  if (project === undefined) throw new Error("a specification for gcp has a project");
  checkNetwork(decision);
  const stack: GcpStack = {
    ...decision,
    name,
    project,
    labels: { ...specification.tags, "sourcegraph-name": name },
    within,
  };
  if (specification.cluster.existing !== undefined) return declareWorkloads(stack, args, existingGround(stack, args));
  const cluster = new GkeCluster(name, args, within);
  const made = clusterOutputs(cluster);
  if (!specification.cluster.workloads) return { manifest: cluster.version.apply(() => clusterManifest), ...made };
  const { kubeconfig, network, key, channels, privateServices } = cluster;
  const ground = { kubeconfig, network, key, channels, ...(privateServices !== undefined && { privateServices }) };
  return { ...declareWorkloads(stack, args, ground), ...made };
};
