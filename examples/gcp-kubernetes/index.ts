import * as pulumi from "@pulumi/pulumi";
import { parseManifest } from "sourcegraph-in-a-box";
import { GkeCluster, IngressEdge, IngressRecord } from "sourcegraph-in-a-box/gcp";
import { SourcegraphKubernetes } from "sourcegraph-in-a-box/kubernetes";

/** Declares cluster and instance; what the last update exported gates this one. */
export = async () => {
  const config = new pulumi.Config();
  const self = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const previous = parseManifest((await self.getOutputDetails("manifest")).value);

  const name = "sourcegraph";
  const project = config.require("project");
  const domain = config.require("domain");
  const dnsZone = config.require("dnsZone");
  const allowedCidrs = config.requireObject<string[]>("allowedCidrs");
  // Cluster and instance take the same config: nodes follow from what runs on them.
  const args = {
    region: "us-central1",
    gcp: { project },
    release: "7.5.4453",
    usage: { users: 2000, repositories: 20000, totalSizeGb: 400, largestRepositoryGb: 8, largestIndexGb: 2 },
    domain,
    dnsZone,
    access: { allowedCidrs },
    cluster: {
      admins: config.requireObject<string[]>("admins"),
      endpoint: { public: true, allowedCidrs: config.requireObject<string[]>("operatorCidrs") },
    },
    alarms: { email: config.require("alarmEmail") },
    deletionProtection: config.getBoolean("deletionProtection") ?? true,
    previous,
  };

  const cluster = new GkeCluster(name, args);
  // The Ingress asks for address and policies by these names.
  const made = `${name}-ingress`;
  const edge = new IngressEdge(name, {
    project,
    names: { staticAddress: made, securityPolicy: made, sslPolicy: made },
    allowedCidrs,
  });

  // The kubeconfig is known once address and policies are there; so the load balancer goes before they do.
  const kubeconfig = pulumi.all([cluster.kubeconfig, edge.address]).apply(([known]) => known);
  const sourcegraph = new SourcegraphKubernetes(name, { ...args, cloud: "gcp", kubeconfig });
  new IngressRecord(name, { project, domain, dnsZone, address: edge.address });

  const { url, release, connect, manifest, next } = sourcegraph;
  return { url, release, connect, manifest, next, kubeconfig: pulumi.secret(cluster.kubeconfig) };
};
