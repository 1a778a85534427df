import assert from "node:assert/strict";
import { Network } from "../../components/aws";
import { secondZoneOf } from "../../components/network/aws";
import { identitiesOf, only, record, valueOf } from "../support/recorder";
import { inputsByName } from "../support/aws-vm";

const args = { cidr: "10.40.0.0/16", region: "us-east-1", zone: "us-east-1a", tags: { team: "search" } };

describe("Network on AWS", () => {
  it("declares a VPC, three subnets with a way out, and an endpoint of S3, all its children", async () => {
    const { resources } = await record((opts) => new Network("net", args, opts));
    const child = " < sourcegraph:aws:Network net";
    assert.deepEqual(identitiesOf(resources), [
      `aws:ec2/internetGateway:InternetGateway net-internet${child}`,
      `aws:ec2/route:Route net-default-route${child}`,
      `aws:ec2/routeTable:RouteTable net-routes${child}`,
      `aws:ec2/routeTableAssociation:RouteTableAssociation net-edge-a${child}`,
      `aws:ec2/routeTableAssociation:RouteTableAssociation net-edge-b${child}`,
      `aws:ec2/routeTableAssociation:RouteTableAssociation net-machine${child}`,
      `aws:ec2/subnet:Subnet net-edge-a${child}`,
      `aws:ec2/subnet:Subnet net-edge-b${child}`,
      `aws:ec2/subnet:Subnet net-machine${child}`,
      `aws:ec2/vpc:Vpc net-vpc${child}`,
      `aws:ec2/vpcEndpoint:VpcEndpoint net-storage${child}`,
      "sourcegraph:aws:Network net < stack",
    ]);
  });

  it("puts the machine and the load balancer's subnets into the right zones, none of them giving out addresses", async () => {
    const { resources } = await record((opts) => new Network("net", args, opts));
    const subnet = (name: string, cidrBlock: string, availabilityZone: string) => ({
      vpcId: "net-vpc-id",
      cidrBlock,
      availabilityZone,
      tags: { Name: name, team: "search" },
    });
    assert.deepEqual(inputsByName(resources, "aws:ec2/subnet:Subnet"), {
      "net-machine": subnet("net-machine", "10.40.0.0/19", "us-east-1a"),
      "net-edge-a": subnet("net-edge-a", "10.40.32.0/19", "us-east-1a"),
      "net-edge-b": subnet("net-edge-b", "10.40.64.0/19", "us-east-1b"),
    });
    assert.deepEqual(only(resources, "aws:ec2/route:Route").inputs, {
      routeTableId: "net-routes-id",
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: "net-internet-id",
    });
    assert.deepEqual(only(resources, "aws:ec2/vpcEndpoint:VpcEndpoint").inputs, {
      vpcId: "net-vpc-id",
      vpcEndpointType: "Gateway",
      serviceName: "com.amazonaws.us-east-1.s3",
      routeTableIds: ["net-routes-id"],
      tags: { Name: "net-storage", team: "search" },
    });
  });

  it("leads nowhere with endpoints, which are open to the network itself alone", async () => {
    const { resources } = await record((opts) => new Network("net", { ...args, endpoints: ["s3", "kms"] }, opts));
    const types = identitiesOf(resources).map((identity) => identity.split(" ")[0]);
    assert.ok(!types.some((type) => /internetGateway|:route:|route\/|natGateway/.test(type ?? "")), types.join());
    const endpoint = {
      vpcId: "net-vpc-id",
      vpcEndpointType: "Interface",
      subnetIds: ["net-machine-id"],
      securityGroupIds: ["net-endpoints-id"],
      privateDnsEnabled: true,
    };
    const made = (service: string) => ({
      ...endpoint,
      serviceName: `com.amazonaws.us-east-1.${service}`,
      tags: { Name: `net-to-${service}`, team: "search" },
    });
    assert.deepEqual(inputsByName(resources, "aws:ec2/vpcEndpoint:VpcEndpoint"), {
      "net-to-s3": { ...made("s3"), dnsOptions: { privateDnsOnlyForInboundResolverEndpoint: false } },
      "net-to-kms": made("kms"),
    });
    const { cidrIpv4, fromPort, toPort } = only(
      resources,
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    ).inputs;
    assert.deepEqual([cidrIpv4, fromPort, toPort], ["10.40.0.0/16", 443, 443]);
  });

  it("gives out the ids that machines and load balancers need", async () => {
    const { result } = await record((opts) => new Network("net", args, opts));
    assert.equal(await valueOf(result!.vpcId), "net-vpc-id");
    assert.equal(await valueOf(result!.machineSubnetId), "net-machine-id");
    assert.deepEqual(await valueOf(result!.edgeSubnetIds), ["net-edge-a-id", "net-edge-b-id"]);
  });

  it("takes zone b beside a, zone a beside any other, and the zone it is given", async () => {
    assert.equal(secondZoneOf("us-east-1a"), "us-east-1b");
    assert.equal(secondZoneOf("us-east-1f"), "us-east-1a");
    const { resources } = await record((opts) => new Network("net", { ...args, secondZone: "us-east-1c" }, opts));
    assert.equal(only(resources, "aws:ec2/subnet:Subnet", "net-edge-b").inputs["availabilityZone"], "us-east-1c");
  });

  it("declares the same children while nothing is known yet", async () => {
    const build = (opts: object) => new Network("net", args, opts);
    const [real, dry] = [await record(build), await record(build, { dryRun: true })];
    assert.deepEqual(identitiesOf(dry.resources), identitiesOf(real.resources));
  });

  it("applies a transform of every child last", async () => {
    const transform = {
      vpc: { enableDnsHostnames: false },
      subnet: (planned: object) => ({ ...planned, mapPublicIpOnLaunch: true }) as never,
      routeTable: { tags: { a: "1" } },
      internetGateway: { tags: { a: "2" } },
      storageEndpoint: { policy: "{}" },
    };
    const { resources } = await record((opts) => new Network("net", { ...args, transform }, opts));
    assert.equal(only(resources, "aws:ec2/vpc:Vpc").inputs["enableDnsHostnames"], false);
    for (const subnet of Object.values(inputsByName(resources, "aws:ec2/subnet:Subnet")))
      assert.equal(subnet["mapPublicIpOnLaunch"], true);
    assert.deepEqual(only(resources, "aws:ec2/routeTable:RouteTable").inputs["tags"], { a: "1" });
    assert.deepEqual(only(resources, "aws:ec2/internetGateway:InternetGateway").inputs["tags"], { a: "2" });
    assert.equal(only(resources, "aws:ec2/vpcEndpoint:VpcEndpoint").inputs["policy"], "{}");
  });
});
