import * as pulumi from "@pulumi/pulumi";
import { parseManifest } from "sourcegraph-in-a-box";
import { EksCluster, IngressCertificate, IngressRecord } from "sourcegraph-in-a-box/aws";
import { EksObjects, SourcegraphKubernetes } from "sourcegraph-in-a-box/kubernetes";

/** Declares cluster and instance; what the last update exported gates this one. */
export = async () => {
  const config = new pulumi.Config();
  const self = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const previous = parseManifest((await self.getOutputDetails("manifest")).value);

  const name = "sourcegraph";
  const region = "us-east-1";
  const domain = config.require("domain");
  const dnsZone = config.require("dnsZone");
  // Cluster and instance take the same config: nodes follow from what runs on them.
  const args = {
    region,
    release: "7.5.4453",
    usage: { users: 2000, repositories: 20000, totalSizeGb: 400, largestRepositoryGb: 8, largestIndexGb: 2 },
    domain,
    dnsZone,
    access: { allowedCidrs: config.requireObject<string[]>("allowedCidrs") },
    cluster: { endpoint: { public: true, allowedCidrs: config.requireObject<string[]>("operatorCidrs") } },
    alarms: { email: config.require("alarmEmail") },
    deletionProtection: config.getBoolean("deletionProtection") ?? true,
    previous,
  };

  const cluster = new EksCluster(name, args);
  const objects = new EksObjects(name, {
    clusterName: cluster.clusterName,
    region,
    vpcId: cluster.vpcId,
    kubeconfig: cluster.kubeconfig,
    cluster: cluster.plan,
  });
  const certificate = new IngressCertificate(name, { domain, dnsZone });

  // The kubeconfig is known once controller and certificate are there; so the load balancer goes before they do.
  const kubeconfig = pulumi
    .all([cluster.kubeconfig, objects.ingressClassName, certificate.certificateArn])
    .apply(([known]) => known);
  const sourcegraph = new SourcegraphKubernetes(name, { ...args, cloud: "aws", kubeconfig });
  new IngressRecord(name, { domain, dnsZone, region, hostname: sourcegraph.ingressAddress });

  const { url, release, connect, manifest, next } = sourcegraph;
  return { url, release, connect, manifest, next, kubeconfig: pulumi.secret(cluster.kubeconfig) };
};
