import { besideBoundary } from "../components/core/planning/boundary/kubernetes";
import { requireKubernetes } from "../components/core/planning/config/specification";
import type { KubernetesSpecification } from "../components/core/planning/config/specified";
import type { KubernetesPlan } from "../components/core/planning/kubernetes/kubernetes-plan";
import { planKubernetes } from "../components/core/planning/kubernetes/plan";
import {
  checkKubernetesTransition,
  kubernetesManifest,
  type KubernetesTransition,
} from "../components/core/planning/kubernetes/transition";
import { servicesOf, type Manifest } from "../components/core/planning/manifest";
import type { Boundary } from "../components/core/rules/facts";
import { digestOf } from "../components/core/rendering/bundle";
import { specificationOf } from "../components/specification-of";
import type { StackArgs } from "./program";

/** Everything about a stack on Kubernetes that is known before its first resource. */
export interface KubernetesStackDecision {
  readonly specification: KubernetesSpecification;
  readonly plan: KubernetesPlan;
  readonly transition: KubernetesTransition;
  /** What what is neither the cluster nor the deployment states to the rules. */
  readonly boundary: Boundary;
  /** The manifest of a cluster that is made alone; one with Sourcegraph on it has the deployment's. */
  readonly clusterManifest: Manifest;
}

/**
 * Parses, plans and checks against the last manifest. A stack declares its cluster before what runs on it, so a wrong upgrade
 * has to be refused before either.
 *
 * @throws InputError, RefusedError
 */
export function decideKubernetes(cloud: "aws" | "gcp", name: string, args: StackArgs): KubernetesStackDecision {
  const { secrets, files, previous, ...config } = args;
  const specification = requireKubernetes(
    specificationOf({ ...config, cloud, name, shape: "kubernetes" }, { secrets, files }),
  );
  const plan = planKubernetes(specification);
  const transition = checkKubernetesTransition(comparable(previous, specification), plan, specification);
  const digest = digestOf(JSON.stringify(plan.cluster ?? {}));
  return {
    specification,
    plan,
    transition,
    boundary: besideBoundary(specification),
    clusterManifest: kubernetesManifest(plan, specification, transition, digest),
  };
}

/** What counts of the last manifest: a release that only the nodes follow is no upgrade, and what serves nobody can move. */
function comparable(previous: Manifest | undefined, specification: KubernetesSpecification): Manifest | undefined {
  if (previous === undefined || specification.cluster.workloads || previous.dataResources.length > 0) return previous;
  const { lastHop: _lastHop, pending: _pending, ...rest } = previous;
  return { ...rest, release: specification.release, services: servicesOf(specification) };
}
