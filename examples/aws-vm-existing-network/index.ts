import * as ec2 from "@pulumi/aws/ec2";
import { SourcegraphVm } from "sourcegraph-in-a-box/aws";

// Stands for a network that another part of a program makes, here a VPC with one private way in.
const vpc = new ec2.Vpc("shared", { cidrBlock: "10.20.0.0/16", enableDnsHostnames: true });
const gateway = new ec2.InternetGateway("shared", { vpcId: vpc.id });
const subnet = new ec2.Subnet("shared", { vpcId: vpc.id, cidrBlock: "10.20.1.0/24", availabilityZone: "us-east-1a" });
const routes = new ec2.RouteTable("shared", { vpcId: vpc.id });
new ec2.Route("shared", { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id });
new ec2.RouteTableAssociation("shared", { routeTableId: routes.id, subnetId: subnet.id });

const instance = new SourcegraphVm("sourcegraph", {
  region: "us-east-1",
  zone: "us-east-1a",
  release: "7.5.4453",
  size: "S",
  access: { allowedCidrs: ["10.0.0.0/8"] },
  existingNetwork: { vpcId: vpc.id, subnetId: subnet.id, instanceConnect: true },
  // One child changed: the machine is monitored every minute.
  transform: { instance: { monitoring: true } },
});

export const url = instance.url;
export const connect = instance.connect;
export const manifest = instance.manifest;
