import assert from "node:assert/strict";
import * as ec2 from "@pulumi/aws/ec2";
import { SourcegraphVm } from "../../components/aws";
import { awsAnswers, fullArgs, inputsByName, leastArgs, recorded, recordVm } from "../support/aws-vm";
import { allOf, only, record, valueOf, type Recorded } from "../support/recorder";

const tags = (name: string) => ({ Name: name, "sourcegraph:name": "sourcegraph", team: "search" });
const listener = "aws:lb/listener:Listener";
const record53 = "aws:route53/record:Record";
const balancerArn = "arn:aws:lb/loadBalancer:LoadBalancer:sourcegraph";
const targetArn = "arn:aws:lb/targetGroup:TargetGroup:sourcegraph";

describe("SourcegraphVm on AWS: behind a load balancer", () => {
  it("declares one that waits ten minutes and sends plain HTTP on to HTTPS", async () => {
    const { resources, error } = await recorded("full");
    assert.equal(error, undefined);
    assert.deepEqual(only(resources, "aws:lb/loadBalancer:LoadBalancer").inputs, {
      loadBalancerType: "application",
      internal: false,
      securityGroups: ["sourcegraph-edge-id"],
      subnets: ["sourcegraph-edge-a-id", "sourcegraph-edge-b-id"],
      idleTimeout: 600,
      dropInvalidHeaderFields: true,
      enableDeletionProtection: false,
      tags: tags("sourcegraph"),
    });
    assert.deepEqual(only(resources, listener, "sourcegraph-http").inputs, {
      loadBalancerArn: balancerArn,
      port: 80,
      protocol: "HTTP",
      defaultActions: [{ type: "redirect", redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" } }],
      tags: tags("sourcegraph-http"),
    });
    assert.deepEqual(only(resources, listener, "sourcegraph-https").inputs, {
      loadBalancerArn: balancerArn,
      port: 443,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      certificateArn: "arn:aws:acm/certificate:Certificate:sourcegraph-certificate",
      defaultActions: [{ type: "forward", targetGroupArn: targetArn }],
      tags: tags("sourcegraph-https"),
    });
    assert.deepEqual(only(resources, "aws:lb/targetGroup:TargetGroup").inputs, {
      vpcId: "sourcegraph-vpc-id",
      port: 80,
      protocol: "HTTP",
      deregistrationDelay: 60,
      healthCheck: {
        path: "/healthz",
        matcher: "200",
        interval: 15,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 4,
      },
      tags: tags("sourcegraph"),
    });
    assert.deepEqual(only(resources, "aws:lb/targetGroupAttachment:TargetGroupAttachment").inputs, {
      targetGroupArn: targetArn,
      targetId: "i-0123456789abcdef0",
      port: 80,
    });
  });

  it("names load balancer and target group so short that the longest instance name fits", async () => {
    const name = "a".repeat(24);
    const { resources } = await record((opts) => new SourcegraphVm(name, fullArgs, opts), awsAnswers);
    for (const type of ["aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"])
      assert.ok(only(resources, type).name.length + "-0a1b2c3".length <= 32);
  });

  it("opens the load balancer to the allowed blocks, and the machine to the load balancer alone", async () => {
    const { resources } = await recorded("full");
    const rules = Object.entries(inputsByName(resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"))
      .map(([name, i]) => [name, i["securityGroupId"], i["fromPort"], i["cidrIpv4"] ?? i["referencedSecurityGroupId"]])
      .sort();
    assert.deepEqual(rules, [
      ["sourcegraph-from-10.0.0.0-8-port-443", "sourcegraph-edge-id", 443, "10.0.0.0/8"],
      ["sourcegraph-from-10.0.0.0-8-port-80", "sourcegraph-edge-id", 80, "10.0.0.0/8"],
      ["sourcegraph-machine-from-connect", "sourcegraph-machine-id", 22, "sourcegraph-connect-id"],
      ["sourcegraph-machine-from-edge", "sourcegraph-machine-id", 80, "sourcegraph-edge-id"],
    ]);
    assert.deepEqual(allOf(resources, "aws:ec2/eip:Eip"), []);
    assert.equal(only(resources, "aws:ec2/instance:Instance").inputs["associatePublicIpAddress"], true);
  });

  it("requests a certificate, proves the name in the zone, and waits until it is issued", async () => {
    const { resources } = await recorded("full");
    assert.deepEqual(only(resources, "aws:acm/certificate:Certificate").inputs, {
      domainName: "sourcegraph.example.com",
      validationMethod: "DNS",
      tags: tags("sourcegraph-certificate"),
    });
    assert.deepEqual(only(resources, record53, "sourcegraph-certificate").inputs, {
      zoneId: "Z123",
      name: "_proof.sourcegraph.example.com.",
      type: "CNAME",
      records: ["_value.acm-validations.aws."],
      ttl: 300,
    });
    assert.deepEqual(only(resources, "aws:acm/certificateValidation:CertificateValidation").inputs, {
      certificateArn: "arn:aws:acm/certificate:Certificate:sourcegraph-certificate",
      validationRecordFqdns: ["fqdn-of-sourcegraph-certificate"],
    });
  });

  it("takes the certificate it is given", async () => {
    const certificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/1";
    const { resources } = await recordVm({ ...fullArgs, tls: { mode: "load-balancer", certificateArn } });
    assert.deepEqual(allOf(resources, "aws:acm/certificate:Certificate"), []);
    assert.equal(only(resources, listener, "sourcegraph-https").inputs["certificateArn"], certificateArn);
  });

  it("leads the domain to the load balancer, or to the machine's fixed address", async () => {
    const { resources, result } = await recorded("full");
    assert.deepEqual(only(resources, record53, "sourcegraph-record").inputs, {
      zoneId: "Z123",
      name: "sourcegraph.example.com",
      type: "A",
      aliases: [{ name: "sourcegraph-1.elb.amazonaws.com", zoneId: "ZELB", evaluateTargetHealth: false }],
    });
    assert.equal(await valueOf(result!.address), "sourcegraph-1.elb.amazonaws.com");
    assert.equal(await valueOf(result!.url), "https://sourcegraph.example.com");
    const plain = { ...leastArgs, domain: "sourcegraph.example.com", tls: { mode: "none" as const } };
    const direct = await recordVm({ ...plain, dnsZone: "Z123" });
    assert.deepEqual(only(direct.resources, record53).inputs, {
      zoneId: "Z123",
      name: "sourcegraph.example.com",
      type: "A",
      records: ["203.0.113.10"],
      ttl: 300,
    });
    assert.deepEqual(allOf((await recordVm(plain)).resources, record53), []);
  });
});

describe("SourcegraphVm on AWS: in a network that exists", () => {
  const placesOf = (resources: readonly Recorded[]) => ({
    subnet: only(resources, "aws:ec2/instance:Instance").inputs["subnetId"],
    publicAddress: only(resources, "aws:ec2/instance:Instance").inputs["associatePublicIpAddress"],
    vpcs: [...new Set(allOf(resources, "aws:ec2/securityGroup:SecurityGroup").map((group) => group.inputs["vpcId"]))],
    balancer: allOf(resources, "aws:lb/loadBalancer:LoadBalancer").map((balancer) => balancer.inputs["subnets"]),
    networks: allOf(resources, "sourcegraph:aws:Network").length,
    endpoints: allOf(resources, "aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint").length,
  });
  const existing = { vpcId: "vpc-1", subnetId: "subnet-1", loadBalancerSubnetIds: ["subnet-2", "subnet-3"] };
  const expected = {
    subnet: "subnet-1",
    publicAddress: undefined,
    vpcs: ["vpc-1"],
    balancer: [["subnet-2", "subnet-3"]],
    networks: 0,
    endpoints: 0,
  };

  it("makes no network, and an Instance Connect endpoint only on request", async () => {
    const { resources } = await recordVm({ ...fullArgs, network: { existing } });
    assert.deepEqual(placesOf(resources), expected);
    const with22 = await recordVm({ ...fullArgs, network: { existing: { ...existing, instanceConnect: true } } });
    assert.deepEqual(placesOf(with22.resources), { ...expected, endpoints: 1 });
    const open = allOf(resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    assert.ok(open.every((rule) => rule.inputs["fromPort"] !== 22));
  });

  it("takes ids that come from other resources, and the same children while these are unknown", async () => {
    const build = (answers: object) =>
      record(
        (opts) => {
          const subnet = new ec2.Subnet("theirs", { vpcId: "vpc-1" }, opts);
          const existingNetwork = {
            vpcId: subnet.vpcId,
            subnetId: subnet.id,
            loadBalancerSubnetIds: [subnet.id, "subnet-3"],
            connectSecurityGroupId: "sg-connect",
          };
          return new SourcegraphVm("sourcegraph", { ...fullArgs, existingNetwork }, opts);
        },
        { ...awsAnswers, ...answers },
      );
    const { resources, error } = await build({});
    assert.equal(error, undefined);
    assert.deepEqual(placesOf(resources), { ...expected, subnet: "theirs-id", balancer: [["theirs-id", "subnet-3"]] });
    const ssh = only(
      resources,
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      "sourcegraph-machine-from-connect",
    );
    assert.deepEqual([ssh.inputs["fromPort"], ssh.inputs["referencedSecurityGroupId"]], [22, "sg-connect"]);
    const dry = await build({ dryRun: true });
    assert.equal(dry.resources.length, resources.length);
  });
});
