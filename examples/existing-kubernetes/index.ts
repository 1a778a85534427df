import * as pulumi from "@pulumi/pulumi";
import { parseManifest } from "sourcegraph-in-a-box";
import { SourcegraphKubernetes } from "sourcegraph-in-a-box/kubernetes";

/** Declares the instance on the cluster of the kubeconfig; what the last update exported gates this one. */
export = async () => {
  const config = new pulumi.Config();
  const self = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const previous = parseManifest((await self.getOutputDetails("manifest")).value);

  const context = config.get("context");
  const { url, release, connect, manifest, next } = new SourcegraphKubernetes("sourcegraph", {
    release: "7.5.4453",
    size: "XS",
    domain: config.require("domain"),
    cluster: { existing: { ...(context !== undefined && { context }) } },
    kubernetes: {
      storageClass: { name: config.require("storageClass"), create: false },
      ingress: { className: config.require("ingressClass"), issuer: { name: config.require("issuer") } },
    },
    // A setting of one service; nothing is forked or patched for it.
    overrides: { "precise-code-intel-worker": { replicas: 2 } },
    previous,
  });
  return { url, release, connect, manifest, next };
};
