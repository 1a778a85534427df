import * as pulumi from "@pulumi/pulumi";
import { GkeCluster } from "../../components/cluster/gcp";
import { WorkloadIdentity } from "../../components/cluster/gcp-identity";
import { IngressEdge, IngressRecord } from "../../components/cluster/gcp-ingress";
import { DataKey } from "../../components/cluster/gcp-keys";
import { InputError } from "../../components/core/errors";
import { uploadAccounts } from "../../components/core/planning/kubernetes/gke";
import { needsPrivateServices } from "../../components/core/planning/managed/google";
import { SourcegraphKubernetes } from "../../components/kubernetes/sourcegraph-kubernetes";
import { ManagedServices } from "../../components/managed-services/gcp";
import { existingKubeconfig } from "../kubeconfig";
import { decideKubernetes, type KubernetesStackDecision } from "../kubernetes-decision";
import type { Declare, StackArgs, StackOutputs } from "../program";

/** What everything beside the cluster is declared from. */
interface GcpStack extends KubernetesStackDecision {
  readonly name: string;
  readonly project: string;
  /** The cluster that is made; absent for one that is there. */
  readonly cluster?: GkeCluster;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Declares Sourcegraph on GKE: the cluster, or one that is there; services of the cloud; what stands beside the Ingress; and
 * Sourcegraph itself, which goes first when all goes. With `cluster.workloads` false the cluster alone.
 */
export const declareKubernetes: Declare = (name, args) => {
  const decision = decideKubernetes("gcp", name, args);
  const { specification, clusterManifest } = decision;
  const project = specification.gcp?.project;
  if (project === undefined) throw new Error("a specification for gcp has a project");
  checkNetwork(decision);
  const cluster = specification.cluster.existing === undefined ? new GkeCluster(name, args) : undefined;
  const labels = { ...specification.tags, "sourcegraph-name": name };
  const stack: GcpStack = { ...decision, name, project, labels, ...(cluster !== undefined && { cluster }) };
  if (!specification.cluster.workloads && cluster !== undefined)
    return {
      connect: { kubeconfig: credentialsOf(stack, cluster) },
      manifest: cluster.version.apply(() => clusterManifest),
      kubeconfig: pulumi.secret(cluster.kubeconfig),
    };
  return declareWorkloads(stack, args);
};

function declareWorkloads(stack: GcpStack, args: StackArgs): StackOutputs {
  const { name, cluster } = stack;
  const pods = declarePods(stack);
  const services = declareServices(stack, pods);
  const edge = declareEdge(stack);
  const kubeconfig = cluster?.kubeconfig ?? existingKubeconfig(args.cluster?.existing, args.secrets);
  const sourcegraph = new SourcegraphKubernetes(
    name,
    {
      ...args,
      cloud: "gcp",
      ...(kubeconfig !== undefined && { kubeconfig }),
      managedValues: services?.values ?? {},
    },
    // Pods ask for their rights when they start, and the Ingress for its address; both are let go before.
    { dependsOn: [pods, services, edge].filter((resource) => resource !== undefined) },
  );
  declareRecord(stack, edge?.address ?? sourcegraph.ingressAddress);
  const { url, release, connect, manifest, next } = sourcegraph;
  return {
    url,
    release,
    connect: cluster === undefined ? connect : { ...connect, kubeconfig: credentialsOf(stack, cluster) },
    manifest,
    next,
    ...(cluster !== undefined && { kubeconfig: pulumi.secret(cluster.kubeconfig) }),
  };
}

/** Databases and Redis are reached in the network of the cluster, which is not known of one that is there. */
function checkNetwork({ specification, plan }: KubernetesStackDecision): void {
  if (specification.cluster.existing === undefined || !needsPrivateServices(plan.managed)) return;
  if ("existing" in specification.network) return;
  throw new InputError([
    {
      path: "network.existing",
      message:
        "is missing: databases and Redis that are managed stand in the network of the cluster, and that is there; name it",
    },
  ]);
}

/** Rights of the pods that use buckets; undefined where none does. */
function declarePods({ name, project, specification, plan }: GcpStack): WorkloadIdentity | undefined {
  const { objectStorage, kubernetes } = specification;
  const external = typeof objectStorage === "object" && objectStorage.backend === "GCS" ? objectStorage : undefined;
  if (plan.managed.bucket === undefined && external === undefined) return undefined;
  const buckets = [external?.bucket, external?.codeIntelBucket, external?.searchJobsBucket];
  return new WorkloadIdentity(`${name}-pods`, {
    project,
    namespace: kubernetes.namespace,
    serviceAccounts: uploadAccounts(plan.workloads),
    buckets: [...new Set(buckets.filter((bucket) => bucket !== undefined))],
  });
}

/** Services of the cloud in place of bundled ones; undefined without. */
function declareServices(stack: GcpStack, pods: WorkloadIdentity | undefined): ManagedServices | undefined {
  const { name, project, labels, specification, plan, cluster } = stack;
  const { region, deletionProtection, backup, network } = specification;
  if (plan.managed.bucket === undefined && !needsPrivateServices(plan.managed)) return undefined;
  const existing = "existing" in network ? (network.existing.network ?? "") : "";
  return new ManagedServices(name, {
    services: plan.managed,
    project,
    region,
    network: cluster?.network ?? existing,
    ...(cluster?.privateServices !== undefined && { privateServices: cluster.privateServices }),
    key: cluster?.key ?? new DataKey(name, { project, region, labels }).key,
    bucketUsers: pods?.members ?? {},
    deletionProtection,
    backupHourUtc: backup.hourUtc,
    maintenance: specification.cluster.maintenance,
    channels: cluster?.channels ?? [],
    labels,
  });
}

/** What the Ingress of GKE names; undefined where it names nothing. */
function declareEdge({ name, project, labels, plan }: GcpStack): IngressEdge | undefined {
  const { staticAddress, ...policies } = plan.ingress?.gce ?? {};
  if (staticAddress === undefined) return undefined;
  return new IngressEdge(name, {
    project,
    names: { staticAddress, ...policies },
    allowedCidrs: plan.exposure.allowedCidrs,
    labels,
  });
}

/** The record of the domain, where the config names its zone. */
function declareRecord({ name, project, specification, plan }: GcpStack, address: pulumi.Output<string>): void {
  const { domain, dnsZone } = specification;
  if (domain === undefined || dnsZone === undefined || plan.ingress === undefined) return;
  new IngressRecord(name, { project, domain, dnsZone, address });
}

/** What a person types to reach the cluster. */
function credentialsOf({ project, specification }: GcpStack, { clusterName }: GkeCluster): pulumi.Output<string> {
  return pulumi.interpolate`gcloud container clusters get-credentials ${clusterName} --project ${project} --region ${specification.region}`;
}
