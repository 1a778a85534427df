import { SourcegraphKubernetes } from "../../components/kubernetes/sourcegraph-kubernetes";
import { existingKubeconfig } from "../kubeconfig";
import type { Declare } from "../program";

/** Declares Sourcegraph on a cluster that is there. */
export const declareKubernetes: Declare = (name, args) => {
  const kubeconfig = existingKubeconfig(args.cluster?.existing, args.secrets);
  const { url, release, connect, manifest, next } = new SourcegraphKubernetes(name, {
    ...args,
    cloud: "existing",
    kubeconfig,
  });
  return { url, release, connect, manifest, next };
};
