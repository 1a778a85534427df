import * as kubernetes from "@pulumi/kubernetes/provider";
import type { Ingress } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import { judging, refuseOwn } from "../boundary";
import { kubernetesBoundary } from "../core/planning/boundary/kubernetes";
import type { Manifest } from "../core/planning/manifest";
import type { Connect } from "../vm/args";
import type { SourcegraphKubernetesArgs } from "./args";
import { decide } from "./decision";
import { declareDeployment } from "./deployment";
import { kubernetesNames } from "./names";

/**
 * Sourcegraph on a Kubernetes cluster that is there: every object of the plan as a resource of its own, under the vendor's
 * names, in the order of a roll-out; or, with `via` "helm", a release of the vendor's chart and what the chart lacks.
 *
 * Claims, the namespace and the passwords of the databases are protected, and stay in the cluster when they leave the program.
 * Claims grow in place. A new release first takes snapshots (where a snapshot class is given) and runs the migrator; an upgrade
 * over several releases takes two updates, and `next` says so.
 *
 * A namespace belongs to one instance: another program that deploys into it is refused by the API server, before anything
 * else is changed there.
 *
 * @example
 * new SourcegraphKubernetes("sourcegraph", {
 *   release: "7.5.4453",
 *   size: "M",
 *   kubeconfig: cluster.kubeconfig,
 *   kubernetes: { storageClass: { name: "fast", create: false }, ingress: { className: "nginx" } },
 * });
 */
export class SourcegraphKubernetes extends pulumi.ComponentResource {
  /** Address of the instance, as a person types it. */
  readonly url: pulumi.Output<string>;
  /** Release that is deployed. */
  readonly release: pulumi.Output<string>;
  /** Namespace of the instance. */
  readonly namespace: pulumi.Output<string>;
  /** How to look inside; needs kubectl and the cluster's kubeconfig. */
  readonly connect: Connect;
  /** Host name or address of the Ingress, for the DNS record; empty where it is not waited for. */
  readonly ingressAddress: pulumi.Output<string>;
  /** What the next update compares itself with. Known once every workload is ready, so never ahead of the deployment. */
  readonly manifest: pulumi.Output<Manifest>;
  /** What to do after this update; empty for nothing. */
  readonly next: pulumi.Output<string>;

  /**
   * @param name stem of all names; 2 to 24 lower-case letters, digits and dashes
   * @param args the config's keys, the secrets' values and the way to the cluster
   * @param opts options of the component
   * @throws InputError, RefusedError with every problem, before anything is registered
   */
  constructor(name: string, args: SourcegraphKubernetesArgs, opts?: pulumi.ComponentResourceOptions) {
    const decision = decide(name, args);
    const token = "sourcegraph:kubernetes:SourcegraphKubernetes";
    const boundary = args.boundary ?? kubernetesBoundary(decision.plan, decision.specification);
    const { boundaries } = decision.specification;
    super(token, name, refuseOwn(token, name, { boundary }, boundaries), judging(boundaries, opts));
    const { plan, transition } = decision;
    const names = kubernetesNames(name);
    const scope = {
      parent: this,
      names,
      decision,
      args,
      provider: args.provider ?? this.provider(args, names.provider),
    };
    const made = declareDeployment(scope);

    const done = pulumi.all(made.all.map(({ id }) => id));
    const address = plan.exposure.loadBalancer && made.ingress !== undefined ? addressOf(made.ingress) : undefined;
    const kubectl = `kubectl --namespace=${plan.namespace.name}`;
    this.ingressAddress = address ?? pulumi.output("");
    this.url =
      plan.exposure.domain === undefined && address !== undefined
        ? pulumi.interpolate`http://${address}`
        : pulumi.output(plan.exposure.url);
    this.release = done.apply(() => transition.release);
    this.namespace = pulumi.output(plan.namespace.name);
    this.connect = {
      shell: `${kubectl} exec -it deployment/sourcegraph-frontend -- sh`,
      logs: `${kubectl} logs --follow --all-containers deployment/sourcegraph-frontend`,
    };
    this.manifest = done.apply(() => decision.manifest);
    this.next = done.apply(() => transition.next);
    this.registerOutputs({
      url: this.url,
      release: this.release,
      namespace: this.namespace,
      connect: this.connect,
      ingressAddress: this.ingressAddress,
      manifest: this.manifest,
      next: this.next,
    });
  }

  private provider({ kubeconfig, cluster }: SourcegraphKubernetesArgs, name: string): kubernetes.Provider {
    return new kubernetes.Provider(
      name,
      {
        ...(kubeconfig !== undefined && { kubeconfig: pulumi.secret(kubeconfig) }),
        ...(cluster?.existing?.context !== undefined && { context: cluster.existing.context }),
        // Without it a renewed kubeconfig may pass for another cluster, and every object would be made anew.
        clusterIdentifier: name,
        enableServerSideApply: true,
        enableConfigMapMutable: true,
        enableSecretMutable: true,
        // What a killed update left unrecorded, and what Helm laid down, is taken over; the mark of the instance is not.
        upsertExistingObjects: true,
        enablePatchForce: true,
        deleteUnreachable: true,
      },
      { parent: this },
    );
  }
}

function addressOf(ingress: Ingress): pulumi.Output<string> {
  return ingress.status.apply((status) => {
    const [first] = status?.loadBalancer?.ingress ?? [];
    return first?.hostname ?? first?.ip ?? "";
  });
}
