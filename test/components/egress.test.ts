import assert from "node:assert/strict";
import { egressSubnets, type PlannedClusterSubnet } from "../../components/core/planning/kubernetes/cluster-network";
import { ClusterNetwork } from "../../components/network/aws-cluster";
import { EgressFirewall } from "../../components/network/aws-egress-firewall";
import { Egress } from "../../components/network/gcp-egress";
import { inputsByName } from "../support/aws-vm";
import { allOf, only, record, type Recorded } from "../support/recorder";

const statuses = {
  firewallStatuses: [
    {
      syncStates: ["b", "a"].map((zone) => ({
        availabilityZone: `us-east-1${zone}`,
        attachments: [{ endpointId: `vpce-${zone}`, subnetId: `subnet-${zone}` }],
      })),
    },
  ],
};

const firewall = (allowedDomains: readonly string[]) =>
  record(
    (opts) =>
      new EgressFirewall(
        "cell-1",
        {
          vpcId: "vpc-1",
          subnetIds: { "us-east-1a": "subnet-a", "us-east-1b": "subnet-b" },
          allowedDomains,
          homeCidrs: ["10.40.0.0/16"],
          routes: {
            "private-a": { routeTableId: "rtb-private-a", zone: "us-east-1a" },
            "private-b": { routeTableId: "rtb-private-b", zone: "us-east-1b" },
            "nat-a": { routeTableId: "rtb-nat-a", zone: "us-east-1a", destinationCidrBlock: "10.40.64.0/18" },
          },
          logs: { keyArn: "arn:log", retentionDays: 30 },
        },
        opts,
      ),
    { outputs: ({ type }) => (type === "aws:networkfirewall/firewall:Firewall" ? statuses : {}) },
  );

describe("EgressFirewall on AWS", () => {
  it("lets out what is named, in the firewall's strict order, and drops every other connection once it stands", async () => {
    const { resources, error } = await firewall(["github.com", ".gitlab.com"]);
    assert.equal(error, undefined);
    const group = only(resources, "aws:networkfirewall/ruleGroup:RuleGroup");
    assert.deepEqual(group.inputs["ruleGroup"], {
      ruleVariables: { ipSets: [{ key: "HOME_NET", ipSet: { definitions: ["10.40.0.0/16"] } }] },
      rulesSource: {
        rulesSourceList: {
          generatedRulesType: "ALLOWLIST",
          targetTypes: ["TLS_SNI", "HTTP_HOST"],
          targets: ["github.com", ".gitlab.com"],
        },
      },
      statefulRuleOptions: { ruleOrder: "STRICT_ORDER" },
    });
    assert.deepEqual(only(resources, "aws:networkfirewall/firewallPolicy:FirewallPolicy").inputs["firewallPolicy"], {
      statelessDefaultActions: ["aws:forward_to_sfe"],
      statelessFragmentDefaultActions: ["aws:forward_to_sfe"],
      statefulEngineOptions: { ruleOrder: "STRICT_ORDER", streamExceptionPolicy: "DROP" },
      statefulDefaultActions: ["aws:drop_established", "aws:alert_established"],
      statefulRuleGroupReferences: [
        { priority: 1, resourceArn: "arn:aws:networkfirewall/ruleGroup:RuleGroup:cell-1-egress" },
      ],
    });
  });

  it("leads each zone's ways through the endpoint of that zone, and answers back through it", async () => {
    const { resources } = await firewall(["github.com"]);
    const routes = Object.entries(inputsByName(resources, "aws:ec2/route:Route"));
    assert.deepEqual(Object.fromEntries(routes), {
      "cell-1-egress-private-a": {
        routeTableId: "rtb-private-a",
        destinationCidrBlock: "0.0.0.0/0",
        vpcEndpointId: "vpce-a",
      },
      "cell-1-egress-private-b": {
        routeTableId: "rtb-private-b",
        destinationCidrBlock: "0.0.0.0/0",
        vpcEndpointId: "vpce-b",
      },
      "cell-1-egress-nat-a": {
        routeTableId: "rtb-nat-a",
        destinationCidrBlock: "10.40.64.0/18",
        vpcEndpointId: "vpce-a",
      },
    });
  });

  it("writes what it refused under the given key, and is guarded", async () => {
    const { resources } = await firewall(["github.com"]);
    const { inputs } = only(resources, "aws:cloudwatch/logGroup:LogGroup");
    assert.deepEqual([inputs["kmsKeyId"], inputs["retentionInDays"]], ["arn:log", 30]);
    const { deleteProtection, firewallPolicyChangeProtection } = only(
      resources,
      "aws:networkfirewall/firewall:Firewall",
    ).inputs;
    assert.deepEqual([deleteProtection, firewallPolicyChangeProtection], [true, true]);
  });

  it("without a name has no list at all, so that nothing leaves", async () => {
    const { resources } = await firewall([]);
    assert.deepEqual(allOf(resources, "aws:networkfirewall/ruleGroup:RuleGroup"), []);
  });
});

/** Rules in the order in which they are asked. */
const rulesOf = (resources: readonly Recorded[]) =>
  allOf(resources, "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule").sort(
    (a, b) => Number(a.inputs["priority"]) - Number(b.inputs["priority"]),
  );

describe("ClusterNetwork with a firewall on AWS", () => {
  const cidr = "10.40.0.0/16";
  const subnets = ["a", "b"].flatMap((letter, index): PlannedClusterSubnet[] => [
    { name: `public-${letter}`, cidr: `10.40.${8 * index}.0/21`, zone: `us-east-1${letter}`, public: true },
    { name: `private-${letter}`, cidr: `10.40.${64 * (index + 1)}.0/18`, zone: `us-east-1${letter}`, public: false },
    { name: `databases-${letter}`, cidr: `10.40.${32 + 8 * index}.0/21`, zone: `us-east-1${letter}`, public: false },
  ]);
  const network = () =>
    record(
      (opts) =>
        new ClusterNetwork(
          "cell-1",
          {
            cidr,
            region: "us-east-1",
            subnets,
            firewall: { subnets: egressSubnets(cidr, subnets), allowedDomains: ["github.com"] },
          },
          opts,
        ),
      { outputs: ({ type }) => (type === "aws:networkfirewall/firewall:Firewall" ? statuses : {}) },
    );

  it("cuts the firewall's and the NAT gateways' subnets out of what is free, of no less than a /28", () => {
    const cut = (of: string) => egressSubnets(of, subnets).map((subnet) => [subnet.name, subnet.cidr, subnet.public]);
    assert.deepEqual(cut(cidr), [
      ["firewall-a", "10.40.24.0/24", false],
      ["nat-a", "10.40.56.0/24", true],
      ["firewall-b", "10.40.25.0/24", false],
      ["nat-b", "10.40.57.0/24", true],
    ]);
    assert.deepEqual(cut("10.40.0.0/20")[0], ["firewall-a", "10.40.1.128/28", false]);
  });

  it("lets what leaves pass firewall, NAT gateway and internet gateway of its zone, and answers come back by the firewall", async () => {
    const { resources, error } = await network();
    assert.equal(error, undefined);
    const ways = allOf(resources, "aws:ec2/route:Route")
      .map(({ inputs }) => {
        const { routeTableId, destinationCidrBlock, ...target } = inputs;
        return `${String(routeTableId)} ${String(destinationCidrBlock)} ${String(Object.values(target)[0])}`;
      })
      .sort();
    assert.deepEqual(ways, [
      "cell-1-firewall-a-id 0.0.0.0/0 cell-1-nat-a-id",
      "cell-1-firewall-b-id 0.0.0.0/0 cell-1-nat-b-id",
      "cell-1-nat-a-id 0.0.0.0/0 cell-1-internet-id",
      "cell-1-nat-a-id 10.40.64.0/18 vpce-a",
      "cell-1-nat-b-id 0.0.0.0/0 cell-1-internet-id",
      "cell-1-nat-b-id 10.40.128.0/18 vpce-b",
      "cell-1-private-a-id 0.0.0.0/0 vpce-a",
      "cell-1-private-b-id 0.0.0.0/0 vpce-b",
      "cell-1-public-id 0.0.0.0/0 cell-1-internet-id",
    ]);
    const gateways = allOf(resources, "aws:ec2/natGateway:NatGateway").map(({ inputs }) => inputs["subnetId"]);
    assert.deepEqual(gateways.sort(), ["cell-1-nat-a-id", "cell-1-nat-b-id"]);
  });
});

const egress = (allowedDomains: readonly string[]) =>
  record(
    (opts) =>
      new Egress(
        "cell-1",
        { project: "p", network: "networks/n", allowedDomains, internalCidrs: ["10.40.0.0/16", "10.4.0.0/14"] },
        opts,
      ),
  );

describe("Egress on Google Cloud", () => {
  it("allows named hosts, its own blocks and Google's restricted APIs, and refuses the rest by the last classic rule", async () => {
    const { resources, error } = await egress(["github.com", "gitlab.com"]);
    assert.equal(error, undefined);
    assert.deepEqual(
      rulesOf(resources).map(({ inputs: { action, direction, priority, match } }) => [
        action,
        direction,
        priority,
        match,
      ]),
      [
        [
          "allow",
          "EGRESS",
          1000,
          { destIpRanges: ["10.40.0.0/16", "10.4.0.0/14"], layer4Configs: [{ ipProtocol: "all" }] },
        ],
        [
          "allow",
          "EGRESS",
          1010,
          { destIpRanges: ["199.36.153.4/30"], layer4Configs: [{ ipProtocol: "tcp", ports: ["443"] }] },
        ],
        [
          "allow",
          "EGRESS",
          1100,
          { destFqdns: ["github.com", "gitlab.com"], layer4Configs: [{ ipProtocol: "tcp", ports: ["443"] }] },
        ],
      ],
    );
    const { inputs, dependsOn } = only(resources, "gcp:compute/firewall:Firewall");
    assert.deepEqual(
      [inputs["direction"], inputs["priority"], inputs["destinationRanges"], inputs["denies"], dependsOn],
      ["EGRESS", 65534, ["0.0.0.0/0"], [{ protocol: "all" }], ["cell-1-egress"]],
    );
  });

  it("cuts long lists into rules of a hundred hosts, and makes none for none", async () => {
    const hosts = Array.from({ length: 101 }, (_, index) => `h${index}.example.com`);
    const rules = async (of: readonly string[]) => rulesOf((await egress(of)).resources).map(({ name }) => name);
    assert.deepEqual(await rules(hosts), [
      "cell-1-egress-internal",
      "cell-1-egress-google-apis",
      "cell-1-egress-hosts-1",
      "cell-1-egress-hosts-2",
    ]);
    assert.deepEqual(await rules([]), ["cell-1-egress-internal", "cell-1-egress-google-apis"]);
  });

  it("leads Google's APIs and registries to the restricted addresses, for this network only", async () => {
    const { resources } = await egress([]);
    assert.deepEqual(
      ["apis", "packages", "images"]
        .map((of) => only(resources, "gcp:dns/managedZone:ManagedZone", `cell-1-egress-${of}`))
        .map(({ inputs }) => [inputs["dnsName"], inputs["visibility"], inputs["privateVisibilityConfig"]]),
      ["googleapis.com.", "pkg.dev.", "gcr.io."].map((name) => [
        name,
        "private",
        { networks: [{ networkUrl: "networks/n" }] },
      ]),
    );
    assert.deepEqual(
      inputsByName(resources, "gcp:dns/recordSet:RecordSet")["cell-1-egress-apis-address"]?.["rrdatas"],
      ["199.36.153.4", "199.36.153.5", "199.36.153.6", "199.36.153.7"],
    );
  });
});
