import * as pulumi from "@pulumi/pulumi";
import { parseManifest } from "sourcegraph-in-a-box";
import { SourcegraphKubernetes } from "sourcegraph-in-a-box/kubernetes";

/** Declares a release of the vendor's chart and what stands beside it; what the last update exported gates this one. */
export = async () => {
  const config = new pulumi.Config();
  const self = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const previous = parseManifest((await self.getOutputDetails("manifest")).value);

  const { url, release, connect, manifest, next } = new SourcegraphKubernetes("sourcegraph", {
    // Also the version of the chart.
    release: "7.5.4453",
    usage: { users: 300, repositories: 2000, totalSizeGb: 100, largestRepositoryGb: 4, largestIndexGb: 1 },
    domain: config.require("domain"),
    kubernetes: {
      via: "helm",
      storageClass: { name: config.require("storageClass"), create: false },
      ingress: { className: config.require("ingressClass"), issuer: { name: config.require("issuer") } },
    },
    previous,
  });
  return { url, release, connect, manifest, next };
};
