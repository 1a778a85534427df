import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { SourcegraphVm } from "sourcegraph-in-a-box/aws";

const config = new pulumi.Config();
const region = "us-east-1";

// A network that leads nowhere: no gateway, no address translation, no route but its own.
const vpc = new ec2.Vpc("closed", { cidrBlock: "10.20.0.0/16", enableDnsHostnames: true, enableDnsSupport: true });
const subnets = ["a", "b"].map(
  (zone, index) =>
    new ec2.Subnet(`closed-${zone}`, {
      vpcId: vpc.id,
      cidrBlock: `10.20.${index + 1}.0/24`,
      availabilityZone: `${region}${zone}`,
    }),
);
const [first, ...others] = subnets.map(({ id }) => id);
if (first === undefined) throw new Error("there are two subnets");

// What the machine asks of AWS it asks at addresses of this network.
const doors = new ec2.SecurityGroup("doors", {
  vpcId: vpc.id,
  ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [vpc.cidrBlock] }],
});
for (const service of ["s3", "secretsmanager", "kms", "sts", "monitoring"])
  new ec2.VpcEndpoint(service, {
    vpcId: vpc.id,
    serviceName: `com.amazonaws.${region}.${service}`,
    vpcEndpointType: "Interface",
    subnetIds: [first, ...others],
    securityGroupIds: [doors.id],
    privateDnsEnabled: true,
    ...(service === "s3" && { dnsOptions: { privateDnsOnlyForInboundResolverEndpoint: false } }),
  });

const instance = new SourcegraphVm("sourcegraph", {
  region,
  zone: `${region}a`,
  release: "7.5.4453",
  size: "S",
  modes: ["air-gapped"],
  boundaries: { licence: ["allow-air-gapped"], owner: config.require("owner") },
  registry: { host: config.require("registry") },
  machine: { packageMirror: config.require("packageMirror") },
  domain: config.require("domain"),
  tls: { mode: "load-balancer", certificateArn: config.require("certificateArn") },
  access: { allowedCidrs: ["10.0.0.0/8"] },
  existingNetwork: { vpcId: vpc.id, subnetId: first, loadBalancerSubnetIds: [first, ...others], instanceConnect: true },
});

export const url = instance.url;
export const connect = instance.connect;
export const manifest = instance.manifest;
