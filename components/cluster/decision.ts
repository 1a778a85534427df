import { InputError } from "../core/errors";
import { parseSpecification, requireKubernetes } from "../core/planning/config/specification";
import type { KubernetesSpecification } from "../core/planning/config/specified";
import { planCluster, type PlannedCluster } from "../core/planning/kubernetes/cluster";
import { clusterVersionProblems } from "../core/planning/kubernetes/cluster-versions";
import { kubernetesContext } from "../core/planning/kubernetes/context";
import { planWorkloads } from "../core/planning/kubernetes/workloads";
import { servicesOf, type Manifest } from "../core/planning/manifest";
import { digestOf } from "../core/rendering/bundle";
import type { ClusterArgs } from "./args";

/** Everything about a cluster that is known before the first resource. */
export interface ClusterDecision {
  readonly specification: KubernetesSpecification;
  readonly cluster: PlannedCluster;
  /** Whether the cluster is being made, or its version is changing. */
  readonly moving: boolean;
  /** What a stack of the cluster alone leaves for its next update. */
  readonly manifest: Manifest;
}

/**
 * Parses, plans and checks against the last manifest. To be called before `super`, so that what is refused is refused before
 * even the component is registered.
 *
 * @throws InputError
 */
export function decideCluster(cloud: "aws" | "gcp", name: string, args: ClusterArgs): ClusterDecision {
  const { secrets = {}, files = {}, previous, ...config } = args;
  // Only the names are looked at; the values may be Outputs.
  const given = Object.fromEntries(Object.keys(secrets).map((secret) => [secret, ""]));
  const specification = requireKubernetes(
    parseSpecification({ ...config, secrets: given, cloud, name, shape: "kubernetes" }, files),
  );
  const deployed = previous?.clusterVersion;
  const problems = clusterVersionProblems(deployed, specification.cluster.version);
  if (problems.length > 0) throw new InputError(problems);
  const context = kubernetesContext(specification);
  // Its nodes are for what runs there in the end, whichever stack deploys that.
  const cluster = planCluster(context, planWorkloads(context));
  const { release, region } = specification;
  const manifest: Manifest = {
    schema: 1,
    name,
    shape: "kubernetes",
    cloud,
    region,
    zone: "",
    release,
    size: context.size,
    planDigest: digestOf(JSON.stringify(cluster)),
    services: servicesOf(specification),
    dataResources: [],
    clusterVersion: cluster.version,
  };
  return { specification, cluster, moving: deployed !== cluster.version, manifest };
}
