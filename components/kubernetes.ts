/** Sourcegraph on Kubernetes; loads the Kubernetes SDK only. */
export * from "./index";
export { EksObjects, type EksObjectsArgs } from "./cluster/eks-objects";
export type { SourcegraphKubernetesArgs } from "./kubernetes/args";
export { SourcegraphKubernetes } from "./kubernetes/sourcegraph-kubernetes";
