import assert from "node:assert/strict";
import { declaredBy } from "../../cli/declared";
import { judgeGraph, nameOf, type Finding } from "../../components/core/rules/engine";
import type { Graph } from "../../components/core/rules/graph";
import { rules } from "../../components/core/rules/rules";

const access = { allowedCidrs: ["10.0.0.0/8"] };
const clouds = {
  aws: { cloud: "aws", region: "us-east-1", size: "S", access },
  gcp: { cloud: "gcp", region: "us-central1", size: "S", access, gcp: { project: "example-project" } },
  local: { cloud: "local" },
} as const;
const certificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000";
const networks = {
  aws: { existing: { vpcId: "vpc-0123456789abcdef0", subnetId: "subnet-0123456789abcdef0" } },
  gcp: { existing: { network: "inside", subnetId: "inside" } },
};
const closed = {
  release: "7.5.4453",
  modes: ["air-gapped"],
  registry: { host: "mirror.example.com/sourcegraph" },
  boundaries: { licence: ["allow-air-gapped"] },
};
const machine = { packageMirror: "https://mirror.example.com/debian" };

const cluster = {
  shape: "kubernetes",
  cloud: "existing",
  size: "XS",
  release: "7.5.4453",
  kubernetes: { storageClass: { name: "fast", create: false }, ingress: { className: "nginx", tlsSecret: "tls" } },
};

/** What the rules of some families find in what a config declares. */
async function judged(config: object, families: RegExp): Promise<{ graph: Graph; findings: readonly Finding[] }> {
  const { graph } = await declaredBy({ config: config as Record<string, unknown>, files: {} });
  const chosen = rules.filter(({ id }) => families.test(id));
  return { graph, findings: judgeGraph(graph, chosen, [], "2026-11-21").findings };
}

const typesOf = (graph: Graph): readonly string[] => graph.resources.map(({ type }) => type);
const weak = (findings: readonly Finding[]): string[] =>
  findings
    .filter(({ verdict }) => verdict !== "holds")
    .map(({ rule, verdict, of, because }) => `${rule} ${verdict}: ${nameOf(of)}: ${because}`);
const judgedBy = (findings: readonly Finding[]): string[] => [...new Set(findings.map(({ rule }) => rule))];

describe("An air-gapped instance", () => {
  const configs = {
    aws: { ...clouds.aws, ...closed, machine, network: networks.aws },
    gcp: { ...clouds.gcp, ...closed, machine, network: networks.gcp },
    "aws, in a network that is made": { ...clouds.aws, ...closed, machine, databases: "managed", cache: "managed" },
    "gcp, in a network that is made": { ...clouds.gcp, ...closed, machine, databases: "managed", cache: "managed" },
    local: { ...clouds.local, ...closed },
    existing: { ...cluster, ...closed, domain: "sg.example.com" },
  };

  for (const [cloud, config] of Object.entries(configs))
    it(`keeps every rule of its mode: ${cloud}`, async () => {
      const { findings } = await judged(config, /^B-(A|M|N06)/);
      assert.deepEqual(weak(findings), []);
      assert.deepEqual(
        judgedBy(findings).filter((rule) => rule.startsWith("B-A")),
        ["B-A01", "B-A02", ...(cloud === "existing" ? ["B-A05"] : [])],
      );
    });

  it("has no public address on AWS, reaches private addresses alone, and a load balancer of it is internal", async () => {
    const tls = {
      mode: "load-balancer",
      certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000",
    };
    const subnets = ["subnet-0123456789abcdef1", "subnet-0123456789abcdef2"];
    const network = { existing: { ...networks.aws.existing, loadBalancerSubnetIds: subnets } };
    const balanced = { ...configs.aws, domain: "sourcegraph.example.com", tls, network };
    for (const config of [configs.aws, balanced]) {
      const { graph } = await judged(config, /^B-A/);
      assert.ok(!typesOf(graph).some((type) => type === "aws:ec2/eip" || type === "aws:ec2/eipAssociation"));
      const out = graph
        .ofType("aws:vpc/securityGroupEgressRule")
        .flatMap(({ inputs }) => (inputs["cidrIpv4"] === undefined ? [] : [inputs["cidrIpv4"]]));
      assert.deepEqual(out, ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"]);
      assert.deepEqual(
        graph.ofType("aws:lb/loadBalancer").map(({ inputs }) => inputs["internal"]),
        config === balanced ? [true] : [],
      );
    }
  });

  it("has no public address on Google Cloud, and is denied whatever is not private", async () => {
    const { graph } = await judged(configs.gcp, /^B-A/);
    assert.ok(!typesOf(graph).some((type) => /compute\/(address|globalAddress|forwardingRule)$/.test(type)));
    const out = graph.ofType("gcp:compute/firewall").filter(({ inputs }) => inputs["direction"] === "EGRESS");
    assert.deepEqual(out.map(({ name, inputs }) => [name, inputs["priority"], inputs["destinationRanges"]]).sort(), [
      [
        "sourcegraph-out-inside",
        1000,
        ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "199.36.153.4/30", "199.36.153.8/30"],
      ],
      ["sourcegraph-out-nowhere", 2000, ["0.0.0.0/0"]],
    ]);
  });

  it("is in a network on AWS that has endpoints and no gateway, and no route but its own", async () => {
    const { graph } = await judged(configs["aws, in a network that is made"], /^B-A/);
    const leading = ["internetGateway", "natGateway", "eip", "route", "egressOnlyInternetGateway"];
    assert.deepEqual(
      typesOf(graph).filter((type) => leading.some((each) => type === `aws:ec2/${each}`)),
      [],
    );
    assert.deepEqual(
      graph
        .ofType("aws:ec2/vpcEndpoint")
        .map(({ inputs }) => `${String(inputs["vpcEndpointType"])} ${String(inputs["serviceName"])}`)
        .sort(),
      ["kms", "monitoring", "s3", "secretsmanager", "sts"].map(
        (service) => `Interface com.amazonaws.us-east-1.${service}`,
      ),
    );
  });

  it("is in a network on Google Cloud without a default route, where Google's names are addresses within", async () => {
    const { graph } = await judged(configs["gcp, in a network that is made"], /^B-A/);
    assert.ok(!typesOf(graph).some((type) => /compute\/(router|routerNat|address)$/.test(type)));
    assert.deepEqual(
      graph.ofType("gcp:compute/network").map(({ inputs }) => inputs["deleteDefaultRoutesOnCreate"]),
      [true],
    );
    assert.deepEqual(
      graph.ofType("gcp:compute/route").map(({ inputs }) => inputs["destRange"]),
      ["199.36.153.4/30"],
    );
    assert.deepEqual(
      graph.ofType("gcp:dns/managedZone").map(({ inputs }) => inputs["dnsName"]),
      ["googleapis.com.", "pkg.dev.", "gcr.io."],
    );
  });

  it("is in a network of Docker that leads nowhere, and only its web server is in another", async () => {
    const { graph } = await judged(configs.local, /^B-A/);
    assert.deepEqual(
      graph
        .ofType("docker:index/network")
        .map(({ name, inputs }) => [name, inputs["internal"] ?? false])
        .sort(),
      [
        ["sourcegraph-entry", false],
        ["sourcegraph-network", true],
      ],
    );
    const outside = graph
      .ofType("docker:index/container")
      .filter(({ inputs }) => (inputs["networksAdvanced"] as readonly unknown[]).length === 2);
    assert.deepEqual(
      outside.map(({ name }) => name),
      ["sourcegraph-caddy"],
    );
  });
});

describe("A monolith", () => {
  const boundaries = {
    stage: "development",
    syntheticData: true,
    development: { accounts: ["localhost", "kind-dev"], domain: "dev.example.com" },
  };
  const configs = {
    local: { ...clouds.local, shape: "monolith", release: "7.5.4453", boundaries },
    existing: {
      ...cluster,
      shape: "monolith",
      domain: "sg.dev.example.com",
      boundaries: { ...boundaries, account: "kind-dev" },
    },
  };

  for (const [cloud, config] of Object.entries(configs))
    it(`keeps every rule of its mode, with the connections and rights that zones have apart: ${cloud}`, async () => {
      const { graph, findings } = await judged(config, /^B-(O|M|T|X)/);
      assert.deepEqual(weak(findings), []);
      const [zones, contracts] = ["B-O01", "B-O03"].map((rule) => findings.filter((finding) => finding.rule === rule));
      assert.ok(
        (zones ?? []).length > 1 && (contracts ?? []).some(({ because }) => /^\d+ edges, as apart$/.test(because)),
      );
      assert.deepEqual(
        graph.resources.flatMap(({ urn, name }) => (urn.includes("SupportStandIn") ? [name] : [])).sort(),
        ["accounts", "billing", "cody-gateway", "enterprise-portal", "pings", "telemetry-gateway"].map(
          (service) => `sourcegraph-${service}`,
        ),
      );
    });
});

describe("An instance under the customer's key", () => {
  const all = { databases: "managed", cache: "managed", objectStorage: "managed" };
  const configs = {
    aws: {
      ...clouds.aws,
      ...all,
      release: "7.5.4453",
      modes: ["byok"],
      alarms: { email: "ops@example.com" },
      boundaries: { account: "123456789012" },
      customerKey: "arn:aws:kms:us-east-1:210987654321:key/00000000-0000-0000-0000-000000000000",
    },
    gcp: {
      ...clouds.gcp,
      ...all,
      release: "7.5.4453",
      modes: ["byok"],
      alarms: { email: "ops@example.com" },
      customerKey: "projects/customer-keys/locations/us-central1/keyRings/sg/cryptoKeys/sg",
    },
  };

  const onCluster = { shape: "kubernetes", domain: "sg.example.com", cluster: { version: "1.35" } };
  const shapes = {
    ...configs,
    eks: { ...configs.aws, ...onCluster, tls: { mode: "load-balancer", certificateArn } },
    gke: { ...configs.gcp, ...onCluster },
  };

  const managed = { aws: ["aws:rds/instance", "aws:elasticache/replicationGroup", "aws:s3/bucket"] };
  /** Types of the stores of each. */
  const kept: Readonly<Record<string, readonly string[]>> = {
    aws: [...managed.aws, "aws:ebs/volume", "aws:secretsmanager/secret"],
    eks: [...managed.aws, "aws:cloudwatch/logGroup", "aws:eks/cluster"],
    gcp: ["sql/databaseInstance", "redis/instance", "storage/bucket", "compute/disk", "secretmanager/secret"].map(
      (type) => `gcp:${type}`,
    ),
    gke: ["sql/databaseInstance", "redis/instance", "storage/bucket", "container/cluster", "gkebackup/backupPlan"].map(
      (type) => `gcp:${type}`,
    ),
  };

  for (const [cloud, config] of Object.entries(shapes))
    it(`has every store under it, backups too, and makes no key to fall back to: ${cloud}`, async () => {
      const { graph, findings } = await judged(config, /^B-(A04|K01|K02|K03)/);
      assert.deepEqual(weak(findings), []);
      const stores = findings.filter(({ rule }) => rule === "B-A04");
      const types = graph.resources.flatMap(({ urn, type }) => (stores.some(({ of }) => of === urn) ? [type] : []));
      assert.deepEqual([...new Set(types)].sort(), [...(kept[cloud] ?? [])].sort());
      assert.ok(stores.every(({ because }) => because.includes("customer")));
      const keys = [
        "aws:kms/key",
        "aws:kms/alias",
        "gcp:kms/keyRing",
        "gcp:kms/cryptoKey",
        "gcp:kms/cryptoKeyIAMMember",
      ];
      assert.deepEqual(
        typesOf(graph).filter((type) => keys.includes(type)),
        [],
      );
    });

  for (const [cloud, parameter] of [
    ["eks", "kmsKeyId"],
    ["gke", "disk-encryption-kms-key"],
  ] as const)
    it(`has the disks of nodes and of claims under it, and lets whoever makes them use it: ${cloud}`, async () => {
      const { graph } = await judged(shapes[cloud], /^B-A04/);
      const { customerKey } = shapes[cloud];
      const classes = graph.ofType("kubernetes:storage.k8s.io/v1/StorageClass").map(({ inputs }) => inputs.parameters);
      assert.deepEqual(
        classes.map((parameters) => (parameters as Record<string, unknown>)[parameter]),
        [customerKey],
      );
      const disks = JSON.stringify(graph.ofType("aws:ec2/launchTemplate", "gcp:container/nodePool"));
      assert.ok(disks.includes(JSON.stringify(customerKey)), disks);
      const rights = graph.resources.find(({ name }) => name === "sourcegraph-disk-key");
      if (cloud === "gke") return assert.equal(rights, undefined);
      assert.deepEqual(
        [rights?.type, JSON.stringify(rights?.inputs.policy).includes(customerKey)],
        ["aws:iam/rolePolicy", true],
      );
    });
});
