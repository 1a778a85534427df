import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { Release } from "@pulumi/kubernetes/helm/v3";
import { IngressClass } from "@pulumi/kubernetes/networking/v1";
import * as kubernetes from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import type { PlannedCluster } from "../core/planning/kubernetes/cluster";
import { loadBalancerAccount } from "../core/planning/kubernetes/eks";
import { nodeGroupLabel, type PlannedNodeConstraint } from "../core/planning/kubernetes/node-group";

/** Chart of the load balancer controller; its release v2.14.1. */
const controllerChart = "1.14.1";

/** Ingress class of Application Load Balancers. */
const ingressClass = "alb";

/** Arguments of `EksObjects`. */
export interface EksObjectsArgs extends Bounded {
  /** Name of the cluster. A change replaces everything. */
  readonly clusterName: pulumi.Input<string>;
  /** Region of the cluster. In place. */
  readonly region: string;
  /** Id of the VPC. In place. */
  readonly vpcId: pulumi.Input<string>;
  /** Kubeconfig of the cluster, as text. In place: it is another way to the same cluster. */
  readonly kubeconfig: pulumi.Input<string>;
  /** The cluster as planned. */
  readonly cluster: Pick<PlannedCluster, "autoMode" | "nodeConstraints">;
  /**
   * Auto Mode: make the ingress class, which `SourcegraphKubernetes` makes itself but on a cluster it did not come with and in
   * profile restricted. Default false. In place.
   */
  readonly ingressClass?: boolean;
}

/** A node pool of Auto Mode: which machines EKS may choose for a group. */
function poolSpec({ name, minimumVcpu, minimumMemoryGib, vcpuLimit, zones }: PlannedNodeConstraint) {
  const above = (key: string, least: number) => ({ key, operator: "Gt", values: [String(least - 1)] });
  return {
    template: {
      metadata: { labels: { [nodeGroupLabel]: name } },
      spec: {
        nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: "default" },
        requirements: [
          { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
          { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
          { key: "eks.amazonaws.com/instance-category", operator: "In", values: ["m", "r"] },
          above("eks.amazonaws.com/instance-cpu", minimumVcpu),
          above("eks.amazonaws.com/instance-memory", Math.ceil(minimumMemoryGib * 1024)),
          { key: "topology.kubernetes.io/zone", operator: "In", values: [...zones] },
        ],
      },
    },
    // Stores are disturbed when nodes change, and not to save a node.
    disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "10m" },
    limits: { cpu: String(vcpuLimit) },
  };
}

/**
 * What a cluster on EKS holds besides Sourcegraph: the AWS Load Balancer Controller, by its chart; with Auto Mode, which brings
 * one, a node pool for each group, and where it is asked for the ingress class.
 *
 * It is taken down after Sourcegraph, whose load balancer the controller has to delete, and before the nodes.
 *
 * @example
 * new EksObjects("sourcegraph", { clusterName, region: "us-east-1", vpcId, kubeconfig, cluster: cluster.plan });
 */
export class EksObjects extends pulumi.ComponentResource {
  /** Known once an Ingress of class `alb` is served, or with Auto Mode has nodes for its pods. */
  readonly ingressClassName: pulumi.Output<string>;

  /**
   * @param name stem of the children's names
   * @param args the cluster, and the way to it
   * @param opts options of the component
   */
  constructor(name: string, args: EksObjectsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:kubernetes:EksObjects", name, { boundary: args.boundary }, opts);
    const provider = new kubernetes.Provider(
      `${name}-cluster-objects`,
      {
        kubeconfig: pulumi.secret(args.kubeconfig),
        clusterIdentifier: args.clusterName,
        enableServerSideApply: true,
        deleteUnreachable: true,
      },
      { parent: this },
    );
    const child = { parent: this, provider };
    const made = args.cluster.autoMode
      ? [
          ...(args.ingressClass === true ? [this.ingressClass(name, child)] : []),
          ...this.nodePools(name, args.cluster.nodeConstraints, child),
        ]
      : [this.controller(name, args, child)];
    this.ingressClassName = pulumi.all(made.map(({ id }) => id)).apply(() => ingressClass);
    this.registerOutputs({ ingressClassName: this.ingressClassName });
  }

  private controller(name: string, args: EksObjectsArgs, child: pulumi.CustomResourceOptions): Release {
    return new Release(
      `${name}-load-balancer-controller`,
      {
        name: loadBalancerAccount.serviceAccount,
        namespace: loadBalancerAccount.namespace,
        chart: "aws-load-balancer-controller",
        version: controllerChart,
        repositoryOpts: { repo: "https://aws.github.io/eks-charts" },
        atomic: true,
        values: {
          clusterName: args.clusterName,
          // Its pods cannot ask their node for these.
          region: args.region,
          vpcId: args.vpcId,
          serviceAccount: { create: true, name: loadBalancerAccount.serviceAccount },
          ingressClass,
          createIngressClassResource: true,
          // Services of type LoadBalancer are none of its business here.
          enableServiceMutatorWebhook: false,
          // Rights by pod identity hold for load balancers only.
          enableShield: false,
          enableWaf: false,
          enableWafv2: false,
        },
      },
      child,
    );
  }

  private ingressClass(name: string, child: pulumi.CustomResourceOptions): IngressClass {
    const params = new CustomResource(
      `${name}-ingress-class-params`,
      { apiVersion: "eks.amazonaws.com/v1", kind: "IngressClassParams", metadata: { name: ingressClass }, spec: {} },
      child,
    );
    return new IngressClass(
      `${name}-ingress-class`,
      {
        metadata: { name: ingressClass },
        spec: {
          controller: "eks.amazonaws.com/alb",
          parameters: { apiGroup: "eks.amazonaws.com", kind: "IngressClassParams", name: ingressClass },
        },
      },
      { ...child, dependsOn: [params] },
    );
  }

  private nodePools(
    name: string,
    constraints: readonly PlannedNodeConstraint[],
    child: pulumi.CustomResourceOptions,
  ): CustomResource[] {
    return constraints.map(
      (constraint) =>
        new CustomResource(
          `${name}-node-pool-${constraint.name}`,
          {
            apiVersion: "karpenter.sh/v1",
            kind: "NodePool",
            metadata: { name: `sourcegraph-${constraint.name}` },
            spec: poolSpec(constraint),
          },
          child,
        ),
    );
  }
}
