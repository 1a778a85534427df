import type { KubernetesSpecification } from "../config/specified";
import { estimate, type ServiceEstimate } from "../sizing/sizing";
import { defaultUsage } from "../sizing/sizes";
import { sizeForUsage, type SizeLabel, type Usage } from "../sizing/usage";

/** What every part of a plan for Kubernetes is decided from. */
export interface KubernetesContext {
  readonly specification: KubernetesSpecification;
  /** Size, named or computed. */
  readonly size: SizeLabel;
  /** What was asked for, or what the named size stands for. */
  readonly usage: Usage;
  /** What each service needs, by its name in the catalogue. */
  readonly sizing: Readonly<Record<string, Readonly<ServiceEstimate>>>;
}

/** The context of a specification. */
export function kubernetesContext(specification: KubernetesSpecification): KubernetesContext {
  const size = "named" in specification.size ? specification.size.named : sizeForUsage(specification.size.usage);
  const usage = "named" in specification.size ? defaultUsage(size) : specification.size.usage;
  const { services } = estimate(usage, { target: "kubernetes", release: specification.release });
  return { specification, size, usage, sizing: services };
}
