import * as pulumi from "@pulumi/pulumi";
import { parseManifest } from "sourcegraph-in-a-box";
import { SourcegraphKubernetes } from "sourcegraph-in-a-box/kubernetes";

/** Declares the instance with nothing but rights on its own namespace; what the last update exported gates this one. */
export = async () => {
  const config = new pulumi.Config();
  const self = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const previous = parseManifest((await self.getOutputDetails("manifest")).value);

  const { url, release, connect, manifest, next } = new SourcegraphKubernetes("sourcegraph", {
    release: "7.5.4453",
    size: "XS",
    domain: config.require("domain"),
    registry: { host: config.require("registry"), credentialsSecret: "registryLogin" },
    secrets: { registryLogin: config.requireSecret("registryLogin") },
    kubernetes: {
      profile: "restricted",
      namespace: config.require("namespace"),
      // Whoever the cluster says, as on OpenShift.
      userIds: "assigned",
      serviceAccounts: { create: false, name: config.require("serviceAccount") },
      storageClass: { name: config.require("storageClass") },
      ingress: { className: config.require("ingressClass"), tlsSecret: config.require("tlsSecret") },
      // Pods reach the code host and nothing else outside.
      networkPolicies: { egress: [{ cidr: config.require("codeHostCidr"), ports: [443, 22] }] },
    },
    previous,
  });
  return { url, release, connect, manifest, next };
};
