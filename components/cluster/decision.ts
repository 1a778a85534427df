import { InputError } from "../core/errors";
import { clusterBoundary } from "../core/planning/boundary/kubernetes";
import { requireKubernetes } from "../core/planning/config/specification";
import type { KubernetesSpecification } from "../core/planning/config/specified";
import { planCluster, type PlannedCluster } from "../core/planning/kubernetes/cluster";
import { clusterVersionProblems } from "../core/planning/kubernetes/cluster-versions";
import { kubernetesContext } from "../core/planning/kubernetes/context";
import { planExecutors } from "../core/planning/kubernetes/executors";
import { planWorkloads } from "../core/planning/kubernetes/workloads";
import type { Boundary } from "../core/rules/facts";
import { specificationOf } from "../specification-of";
import type { ClusterArgs } from "./args";

/** Everything about a cluster that is known before the first resource. */
export interface ClusterDecision {
  readonly specification: KubernetesSpecification;
  readonly cluster: PlannedCluster;
  /** What it states to the rules. */
  readonly boundary: Boundary;
  /** Whether the cluster is being made, or its version is changing. */
  readonly moving: boolean;
}

/**
 * Parses, plans and checks against the last manifest. To be called before `super`, so that what is refused is refused before
 * even the component is registered.
 *
 * @throws InputError
 */
export function decideCluster(cloud: "aws" | "gcp", name: string, args: ClusterArgs): ClusterDecision {
  const { secrets, files, previous, boundary, specification: decided, ...config } = args;
  const specification =
    decided ?? requireKubernetes(specificationOf({ ...config, cloud, name, shape: "kubernetes" }, { secrets, files }));
  const deployed = previous?.clusterVersion;
  const problems = clusterVersionProblems(deployed, specification.cluster.version);
  if (problems.length > 0) throw new InputError(problems);
  const context = kubernetesContext(specification);
  // Its nodes are for what runs there in the end, whichever stack deploys that.
  const workloads = [...planWorkloads(context), ...(planExecutors(context)?.workloads ?? [])];
  const cluster = planCluster(context, workloads);
  return {
    specification,
    cluster,
    boundary: boundary ?? clusterBoundary(specification, workloads),
    moving: deployed !== cluster.version,
  };
}
