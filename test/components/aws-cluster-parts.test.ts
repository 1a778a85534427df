import assert from "node:assert/strict";
import { ClusterNetwork } from "../../components/network/aws-cluster";
import { IngressCertificate, IngressRecord } from "../../components/cluster/aws-ingress";
import { WorkloadIdentity } from "../../components/cluster/aws-identity";
import { EksObjects } from "../../components/cluster/eks-objects";
import { clusterAnswers } from "../support/aws-cluster";
import { inputsByName } from "../support/aws-vm";
import { allOf, only, record, valueOf } from "../support/recorder";

const subnet = (name: string, zone: string, cidr: string) => ({
  name,
  zone,
  cidr,
  public: name.startsWith("public"),
});

describe("ClusterNetwork on AWS", () => {
  const args = {
    cidr: "10.40.0.0/16",
    region: "us-east-1",
    subnets: [
      subnet("public-a", "us-east-1a", "10.40.0.0/21"),
      subnet("public-b", "us-east-1b", "10.40.8.0/21"),
      subnet("private-a", "us-east-1a", "10.40.64.0/18"),
      subnet("private-b", "us-east-1b", "10.40.128.0/18"),
      subnet("databases-a", "us-east-1a", "10.40.32.0/21"),
      subnet("databases-b", "us-east-1b", "10.40.40.0/21"),
    ],
    tags: { team: "search" },
  };
  const recording = () => record((opts) => new ClusterNetwork("net", args, opts));

  it("gives each zone a NAT gateway of its own, and databases no way out", async () => {
    const { resources } = await recording();
    const routes = Object.values(inputsByName(resources, "aws:ec2/route:Route"));
    assert.deepEqual(routes, [
      { routeTableId: "net-public-id", destinationCidrBlock: "0.0.0.0/0", gatewayId: "net-internet-id" },
      { routeTableId: "net-private-a-id", destinationCidrBlock: "0.0.0.0/0", natGatewayId: "net-nat-a-id" },
      { routeTableId: "net-private-b-id", destinationCidrBlock: "0.0.0.0/0", natGatewayId: "net-nat-b-id" },
    ]);
    const tables = inputsByName(resources, "aws:ec2/routeTableAssociation:RouteTableAssociation");
    assert.deepEqual(
      Object.fromEntries(Object.entries(tables).map(([name, inputs]) => [name, inputs["routeTableId"]])),
      {
        "net-public-a": "net-public-id",
        "net-public-b": "net-public-id",
        "net-private-a": "net-private-a-id",
        "net-private-b": "net-private-b-id",
        "net-databases-a": "net-databases-id",
        "net-databases-b": "net-databases-id",
      },
    );
    assert.deepEqual(only(resources, "aws:ec2/vpcEndpoint:VpcEndpoint").inputs["routeTableIds"], [
      "net-public-id",
      "net-private-a-id",
      "net-private-b-id",
    ]);
  });

  it("puts a NAT gateway into the public subnet of its zone, and replaces it after the old one has let its address go", async () => {
    const { resources } = await recording();
    const nat = only(resources, "aws:ec2/natGateway:NatGateway", "net-nat-b");
    assert.deepEqual(nat.inputs, {
      subnetId: "net-public-b-id",
      allocationId: "net-nat-b-id",
      tags: { Name: "net-nat-b", team: "search" },
    });
    assert.deepEqual([nat.deleteBeforeReplace, nat.dependsOn], [true, ["net-public"]]);
  });

  it("tells load balancers which subnets are theirs", async () => {
    const { resources } = await recording();
    const subnets = inputsByName(resources, "aws:ec2/subnet:Subnet");
    const roles = Object.entries(subnets).map(([name, { tags }]) => [
      name,
      Object.keys(tags as object).filter((tag) => tag.startsWith("kubernetes.io/")),
    ]);
    assert.deepEqual(Object.fromEntries(roles), {
      "net-public-a": ["kubernetes.io/role/elb"],
      "net-public-b": ["kubernetes.io/role/elb"],
      "net-private-a": ["kubernetes.io/role/internal-elb"],
      "net-private-b": ["kubernetes.io/role/internal-elb"],
      "net-databases-a": [],
      "net-databases-b": [],
    });
  });

  it("gives out the ids that clusters, load balancers and databases need", async () => {
    const { result } = await recording();
    assert.deepEqual(await valueOf(result!.publicSubnetIds), ["net-public-a-id", "net-public-b-id"]);
    assert.deepEqual(await valueOf(result!.databaseSubnetIds), ["net-databases-a-id", "net-databases-b-id"]);
    assert.equal(await valueOf(result!.privateSubnets["us-east-1b"]!), "net-private-b-id");
  });
});

describe("WorkloadIdentity on AWS", () => {
  it("links accounts to a role with just the given rights, which are there before the links", async () => {
    const { resources, result } = await record((opts) => {
      const statements = [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::uploads/*" }];
      const serviceAccounts = ["sourcegraph-frontend", "gitserver"];
      const args = { clusterName: "c", namespace: "sourcegraph", serviceAccounts, statements, description: "Pods" };
      return new WorkloadIdentity("pods", args, opts);
    });
    const links = allOf(resources, "aws:eks/podIdentityAssociation:PodIdentityAssociation");
    assert.deepEqual(
      links.map(({ name, inputs, dependsOn }) => [name, inputs["serviceAccount"], dependsOn]),
      [
        ["pods-sourcegraph-frontend", "sourcegraph-frontend", ["pods"]],
        ["pods-gitserver", "gitserver", ["pods"]],
      ],
    );
    assert.deepEqual(JSON.parse(String(only(resources, "aws:iam/rolePolicy:RolePolicy").inputs["policy"])), {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::uploads/*" }],
    });
    assert.deepEqual(JSON.parse(String(only(resources, "aws:iam/role:Role").inputs["assumeRolePolicy"])), {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
        },
      ],
    });
    assert.equal(await valueOf(result!.roleArn), "arn:aws:iam/role:Role:pods");
  });
});

describe("what leads to an Ingress on AWS", () => {
  it("is a certificate that proves itself, known once it is issued", async () => {
    const args = { domain: "sourcegraph.example.com", dnsZone: "Z1" };
    const { resources, result } = await record((opts) => new IngressCertificate("sg", args, opts), clusterAnswers);
    assert.deepEqual(only(resources, "aws:route53/record:Record").inputs, {
      zoneId: "Z1",
      name: "_proof.",
      type: "CNAME",
      records: ["_value."],
      ttl: 300,
    });
    assert.deepEqual(only(resources, "aws:acm/certificateValidation:CertificateValidation").inputs, {
      certificateArn: "arn:aws:acm/certificate:Certificate:sg-certificate",
      validationRecordFqdns: ["fqdn-of-sg-certificate"],
    });
    assert.equal(await valueOf(result!.certificateArn), "arn:aws:acm/certificate:Certificate:sg-certificate");
  });

  it("is a record for the load balancer's own name, in the zone of its region", async () => {
    const args = { domain: "sourcegraph.example.com", dnsZone: "Z1", region: "us-east-1", hostname: "k8s.elb.test" };
    const { resources, calls } = await record((opts) => new IngressRecord("sg", args, opts), clusterAnswers);
    assert.deepEqual(calls, [
      {
        token: "aws:lb/getHostedZoneId:getHostedZoneId",
        inputs: { region: "us-east-1", loadBalancerType: "application" },
      },
    ]);
    assert.deepEqual(only(resources, "aws:route53/record:Record").inputs, {
      zoneId: "Z1",
      name: "sourcegraph.example.com",
      type: "A",
      aliases: [{ name: "k8s.elb.test", zoneId: "ZELB", evaluateTargetHealth: false }],
    });
  });
});

describe("EksObjects", () => {
  const args = { clusterName: "sg", region: "us-east-1", vpcId: "vpc-1", kubeconfig: "{}" };

  it("installs the load balancer controller at one version, told what its pods cannot ask their node", async () => {
    const cluster = { autoMode: false, nodeConstraints: [] };
    const { resources, result } = await record((opts) => new EksObjects("sg", { ...args, cluster }, opts));
    const { inputs } = only(resources, "kubernetes:helm.sh/v3:Release");
    assert.deepEqual(
      [inputs["chart"], inputs["version"], inputs["namespace"]],
      ["aws-load-balancer-controller", "1.14.1", "kube-system"],
    );
    const { clusterName, region, vpcId, serviceAccount } = inputs["values"] as Record<string, unknown>;
    assert.deepEqual(
      [clusterName, region, vpcId, serviceAccount],
      ["sg", "us-east-1", "vpc-1", { create: true, name: "aws-load-balancer-controller" }],
    );
    assert.deepEqual(only(resources, "pulumi:providers:kubernetes").secretInputs, ["kubeconfig"]);
    assert.equal(await valueOf(result!.ingressClassName), "alb");
  });

  it("lets Auto Mode choose machines that hold a group's largest pod, in its zones, under its label", async () => {
    const constraint = {
      name: "search" as const,
      minimumVcpu: 8,
      minimumMemoryGib: 31.5,
      vcpuLimit: 64,
      reckoned: { machineType: "m6a.2xlarge", count: 1, diskGb: 100 },
      zones: ["us-east-1a"],
      workloads: [],
    };
    const cluster = { autoMode: true, nodeConstraints: [constraint] };
    const { resources } = await record((opts) => new EksObjects("sg", { ...args, cluster }, opts));
    assert.deepEqual(allOf(resources, "kubernetes:helm.sh/v3:Release"), []);
    const { metadata, spec } = only(resources, "kubernetes:karpenter.sh/v1:NodePool").inputs;
    assert.deepEqual(metadata, { name: "sourcegraph-search" });
    assert.deepEqual(spec, {
      template: {
        metadata: { labels: { "sourcegraph.com/node-group": "search" } },
        spec: {
          nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: "default" },
          requirements: [
            { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
            { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
            { key: "eks.amazonaws.com/instance-category", operator: "In", values: ["m", "r"] },
            { key: "eks.amazonaws.com/instance-cpu", operator: "Gt", values: ["7"] },
            { key: "eks.amazonaws.com/instance-memory", operator: "Gt", values: ["32255"] },
            { key: "topology.kubernetes.io/zone", operator: "In", values: ["us-east-1a"] },
          ],
        },
      },
      disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "10m" },
      limits: { cpu: "64" },
    });
    assert.deepEqual(allOf(resources, "kubernetes:networking.k8s.io/v1:IngressClass"), []);
    const alone = await record((opts) => new EksObjects("sg", { ...args, cluster, ingressClass: true }, opts));
    const served = only(alone.resources, "kubernetes:networking.k8s.io/v1:IngressClass").inputs["spec"];
    assert.deepEqual(served, {
      controller: "eks.amazonaws.com/alb",
      parameters: { apiGroup: "eks.amazonaws.com", kind: "IngressClassParams", name: "alb" },
    });
  });
});
