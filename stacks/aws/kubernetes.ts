import * as pulumi from "@pulumi/pulumi";
import { EksCluster } from "../../components/cluster/aws";
import { WorkloadIdentity } from "../../components/cluster/aws-identity";
import { IngressCertificate, IngressRecord } from "../../components/cluster/aws-ingress";
import { EksObjects } from "../../components/cluster/eks-objects";
import { InputError } from "../../components/core/errors";
import { managedBoundary } from "../../components/core/planning/boundary/kubernetes";
import type { KubernetesSpecification } from "../../components/core/planning/config/specified";
import { identityAccounts } from "../../components/core/planning/kubernetes/eks";
import type { KubernetesPlan } from "../../components/core/planning/kubernetes/kubernetes-plan";
import { SourcegraphKubernetes } from "../../components/kubernetes/sourcegraph-kubernetes";
import { ManagedServices } from "../../components/managed-services/aws";
import { objectAccess } from "../../components/managed-services/aws-access";
import { partitionOf } from "../../components/vm/aws-scope";
import { existingKubeconfig } from "../kubeconfig";
import { decideKubernetes, type KubernetesStackDecision } from "../kubernetes-decision";
import type { Declare, InstanceOutputs, StackArgs, StackOutputs } from "../program";

/** What a stack says of the cluster it made, for stacks that deploy on it. */
interface ClusterFacts {
  readonly clusterName: string;
  readonly vpcId: string;
  readonly databaseSubnetIds: string[];
  readonly securityGroupId: string;
  readonly keyArn: string;
}

/** The cluster as everything on it sees it. */
interface Ground {
  readonly kubeconfig: pulumi.Input<string> | undefined;
  /** Absent where nothing but the kubeconfig is known. */
  readonly facts?: pulumi.Output<ClusterFacts>;
  readonly topicArns: readonly pulumi.Input<string>[];
  /** Options of everything that is declared on it. */
  readonly within: pulumi.ComponentResourceOptions | undefined;
}

function needsFacts({ managed, workloads }: KubernetesPlan, specification: KubernetesSpecification): boolean {
  const { databases, caches, bucket } = managed;
  return (
    databases.length + caches.length > 0 ||
    bucket !== undefined ||
    identityAccounts(workloads, specification).length > 0
  );
}

/** A cluster that another stack made, or of which nothing but the kubeconfig is known. */
function existingGround({ cluster, secrets }: StackArgs, within: Ground["within"]): Ground {
  const stack = cluster?.existing?.stack;
  const kubeconfig = existingKubeconfig(cluster?.existing, secrets);
  if (stack === undefined) return { kubeconfig, topicArns: [], within };
  const facts = new pulumi.StackReference(`${stack}/cluster`, { name: stack }).requireOutput("cluster");
  return { kubeconfig, facts: facts as pulumi.Output<ClusterFacts>, topicArns: [], within };
}

function factsOf(cluster: EksCluster): pulumi.Output<ClusterFacts> {
  const { clusterName, vpcId, databaseSubnetIds, securityGroupId, keyArn } = cluster;
  return pulumi.output({ clusterName, vpcId, databaseSubnetIds, securityGroupId, keyArn });
}

/** A value that is known only when others are: whoever takes it waits for them, and is taken down before them. */
function after<Value>(value: pulumi.Input<Value>, others: readonly pulumi.Input<unknown>[]): pulumi.Output<Value> {
  return pulumi.all([value, pulumi.all([...others])]).apply(([known]) => known as Value);
}

/** Databases, caches and the bucket of AWS, and the rights of the pods on them and on buckets of the user. */
function declareServices(name: string, decision: KubernetesStackDecision, ground: Ground) {
  const { plan, specification, boundary } = decision;
  const { facts, within } = ground;
  if (facts === undefined) return { values: {}, ready: [] };
  const { databases, caches, bucket } = plan.managed;
  const { region, tags, deletionProtection, backup, cluster, alarms, objectStorage } = specification;
  const services =
    databases.length + caches.length === 0 && bucket === undefined
      ? undefined
      : new ManagedServices(
          name,
          {
            services: plan.managed,
            region,
            vpcId: facts.vpcId,
            subnetIds: facts.databaseSubnetIds,
            clients: { nodes: facts.securityGroupId },
            keyArn: specification.customerKey ?? facts.keyArn,
            deletionProtection,
            backupHourUtc: backup.hourUtc,
            maintenance: cluster.maintenance,
            topicArns: ground.topicArns,
            // Of a cluster that is there nobody's topic is known.
            ...(cluster.existing !== undefined && alarms !== undefined && { alarmEmail: alarms.email }),
            tags: { "sourcegraph:name": name, ...tags },
            boundary: managedBoundary(specification, plan.managed),
          },
          within,
        );
  const accounts = identityAccounts(plan.workloads, specification);
  const own =
    typeof objectStorage === "object"
      ? [objectStorage.bucket, objectStorage.codeIntelBucket, objectStorage.searchJobsBucket]
      : [];
  const arns = [...new Set(own)].filter((of) => of !== undefined).map((of) => `arn:${partitionOf(region)}:s3:::${of}`);
  const statements = [
    ...(services?.clientPolicyStatements ?? []),
    ...(arns.length === 0 ? [] : objectAccess(arns, "Own")),
  ];
  const identity =
    accounts.length === 0
      ? undefined
      : new WorkloadIdentity(
          `${name}-pods`,
          {
            clusterName: facts.clusterName,
            namespace: plan.namespace.name,
            serviceAccounts: accounts,
            statements: pulumi.output(statements),
            description: `Pods of Sourcegraph ${name}`,
            tags: { "sourcegraph:name": name, ...tags },
            boundary,
          },
          within,
        );
  return { values: services?.values ?? {}, ready: identity === undefined ? [] : [identity.roleArn] };
}

function clusterOutputs(cluster: EksCluster): Pick<InstanceOutputs, "kubeconfig" | "cluster" | "egressAddresses"> {
  const { egressAddresses, kubeconfig } = cluster;
  return {
    kubeconfig: pulumi.secret(kubeconfig),
    cluster: factsOf(cluster),
    ...(egressAddresses !== undefined && { egressAddresses }),
  };
}

/** Declares Sourcegraph on the ground, and what leads to it. */
function declareWorkloads(
  name: string,
  args: StackArgs,
  decision: KubernetesStackDecision,
  ground: Ground,
): StackOutputs {
  const { plan, specification, boundary } = decision;
  const { domain, dnsZone, region, tags } = specification;
  const { values, ready } = declareServices(name, decision, ground);
  const certificate =
    plan.ingress?.findsCertificate === true && domain !== undefined && dnsZone !== undefined
      ? [
          new IngressCertificate(
            name,
            {
              domain,
              dnsZone,
              tags: { "sourcegraph:name": name, ...tags },
              boundary,
            },
            ground.within,
          ).certificateArn,
        ]
      : [];
  const { kubeconfig } = ground;
  const sourcegraph = new SourcegraphKubernetes(
    name,
    {
      ...args,
      cloud: "aws",
      // Pods get their identity only at their start, and a certificate in use cannot be deleted.
      ...(kubeconfig !== undefined && { kubeconfig: after(kubeconfig, [...ready, ...certificate]) }),
      managedValues: values,
    },
    ground.within,
  );
  if (plan.ingress !== undefined && domain !== undefined && dnsZone !== undefined)
    new IngressRecord(name, { domain, dnsZone, region, hostname: sourcegraph.ingressAddress, boundary }, ground.within);
  const { url, release, connect, manifest, next } = sourcegraph;
  const { revocation } = plan;
  return { url, release, connect, manifest, next, ...(revocation !== undefined && { revocation }) };
}

/** Declares a cluster on EKS and Sourcegraph on it, one of the two alone, or Sourcegraph on a cluster that is there. */
export const declareKubernetes: Declare = (name, args, within) => {
  const decision = decideKubernetes("aws", name, args);
  const { plan, specification, clusterManifest } = decision;
  if (specification.cluster.existing !== undefined) {
    if (specification.cluster.existing.stack === undefined && needsFacts(plan, specification))
      throw new InputError([
        {
          path: "cluster.existing.stack",
          message:
            "is missing; services of AWS and identities of pods need the cluster's network and name, which the stack that made it gives out",
        },
      ]);
    return declareWorkloads(name, args, decision, existingGround(args, within));
  }
  const cluster = new EksCluster(name, args, within);
  const objects = new EksObjects(
    name,
    {
      clusterName: cluster.clusterName,
      region: specification.region,
      vpcId: cluster.vpcId,
      kubeconfig: cluster.kubeconfig,
      cluster: cluster.plan,
      ingressClass: plan.ingress?.makesClass === undefined,
      boundary: decision.boundary,
    },
    within,
  );
  if (!specification.cluster.workloads)
    return {
      manifest: after(clusterManifest, [cluster.version, objects.ingressClassName]),
      ...clusterOutputs(cluster),
    };
  const ground: Ground = {
    // The controller has to delete the load balancer before it goes itself.
    kubeconfig: after(cluster.kubeconfig, [objects.ingressClassName]),
    facts: factsOf(cluster),
    topicArns: cluster.topicArn === undefined ? [] : [cluster.topicArn],
    within,
  };
  return { ...declareWorkloads(name, args, decision, ground), ...clusterOutputs(cluster) };
};
