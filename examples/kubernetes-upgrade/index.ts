import * as pulumi from "@pulumi/pulumi";
import { parseManifest } from "sourcegraph-in-a-box";
import { SourcegraphKubernetes } from "sourcegraph-in-a-box/kubernetes";

/** Before the upgrade. */
export = async () => {
  const config = new pulumi.Config();
  const self = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const previous = parseManifest((await self.getOutputDetails("manifest")).value);

  const snapshotClass = config.get("snapshotClass");
  const { url, release, manifest, next } = new SourcegraphKubernetes("sourcegraph", {
    release: "7.2.1943",
    size: "XS",
    kubernetes: {
      storageClass: { name: config.require("storageClass"), create: false },
      ingress: { className: config.require("ingressClass") },
      // Where the cluster can take them: snapshots of the claims, kept from before the upgrade.
      ...(snapshotClass !== undefined && { snapshotClass }),
    },
    previous,
  });
  return { url, release, manifest, next };
};
