import assert from "node:assert/strict";
import type { BoundaryFacts, DeclaredEdge, Zone } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { n06 } from "../../../components/core/rules/network/n06";
import { n07 } from "../../../components/core/rules/network/n07";
import { graphOf, said, type Given } from "../../support/graph";

const zoned = (
  zone: Zone,
  name: string = zone,
  edges: readonly DeclaredEdge[] = [],
  facts: BoundaryFacts = {},
): Given => ({
  type: "sourcegraph:boundaries:Zone",
  name,
  boundary: { facts: { zone, ...facts }, edges },
});
const inZone = (zone: Zone, ...given: readonly Given[]): readonly Given[] => [
  zoned(zone),
  ...given.map((each) => ({ parent: zone, ...each })),
];

describe("B-N06", () => {
  const says = (...given: readonly Given[]) => said(n06, graphOf(inZone("admin", ...given)));
  const firewall: Given = { type: "aws:networkfirewall/firewall", name: "firewall" };
  const group = (range: string): Given => ({
    type: "aws:ec2/securityGroup",
    name: "group",
    inputs: { egress: [{ cidrBlocks: [range] }] },
  });

  it("wants services and jobs of Google to send everything through the network", () => {
    const run = (egress: string): Given => ({
      type: "gcp:cloudrunv2/service",
      name: "run",
      inputs: { template: { vpcAccess: { egress } } },
    });
    const job: Given = { type: "gcp:cloudrunv2/job", name: "job", inputs: { template: { template: {} } } };
    const proxy: Given = { type: "gcp:networksecurity/gatewaySecurityPolicy", name: "proxy" };
    assert.deepEqual(says(run("ALL_TRAFFIC"), proxy), [
      "run holds: template.vpcAccess.egress is ALL_TRAFFIC and proxy controls what leaves",
    ]);
    assert.deepEqual(says(run("PRIVATE_RANGES_ONLY"), job, proxy), [
      "run broken: template.vpcAccess.egress is PRIVATE_RANGES_ONLY; set template.vpcAccess.egress to ALL_TRAFFIC",
      "job broken: template.template.vpcAccess.egress is not set; set template.template.vpcAccess.egress to ALL_TRAFFIC",
    ]);
    assert.deepEqual(says(run("ALL_TRAFFIC")), [
      "run broken: nothing in its zone allows names of hosts; make a firewall or proxy with an allow-list of hosts",
    ]);
  });

  it("finds a security group that lets everything out without a firewall", () => {
    assert.deepEqual(says(group("0.0.0.0/0")), [
      "group broken: it lets out to 0.0.0.0/0, and nothing in its zone controls that; let out to what is declared, or make a firewall with an allow-list",
    ]);
    assert.deepEqual(says(group("0.0.0.0/0"), firewall), ["group holds: it lets out to 0.0.0.0/0 behind firewall"]);
    assert.deepEqual(says(group("10.0.0.0/8")), ["group holds: it lets out to named ranges only"]);
    const rule = (type: string, inputs: Given["inputs"]): Given => ({ type, name: "rule", ...(inputs && { inputs }) });
    assert.deepEqual(
      [
        ...says(rule("aws:vpc/securityGroupEgressRule", { cidrIpv6: "::/0" })),
        ...says(rule("aws:ec2/securityGroupRule", { type: "egress", cidrBlocks: ["0.0.0.0/0"] })),
        ...says(rule("aws:vpc/securityGroupEgressRule", { cidrIpv4: unknownValue })),
      ],
      [
        "rule broken: it lets out to ::/0, and nothing in its zone controls that; let out to what is declared, or make a firewall with an allow-list",
        "rule broken: it lets out to 0.0.0.0/0, and nothing in its zone controls that; let out to what is declared, or make a firewall with an allow-list",
        "rule unproven: where it lets out is known only after the deployment; name ranges that are known before",
      ],
    );
  });

  it("finds a task with an address, and a policy that lets pods out to everywhere", () => {
    const policy = (egress: unknown): Given => ({
      type: "kubernetes:networking.k8s.io/v1/NetworkPolicy",
      name: "policy",
      inputs: { spec: { egress } },
    });
    assert.deepEqual(
      says(
        { type: "aws:ecs/service", name: "task", inputs: { networkConfiguration: { assignPublicIp: true } } },
        policy([{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }]),
      ),
      [
        "task broken: networkConfiguration.assignPublicIp is true; set networkConfiguration.assignPublicIp to false",
        "policy broken: it lets out to 0.0.0.0/0, and nothing in its zone controls that; let out to what is declared, or make a firewall with an allow-list",
      ],
    );
    assert.deepEqual(says(policy([{ ports: [{ port: 443 }] }])), [
      "policy broken: it lets out to everywhere, and nothing in its zone controls that; let out to what is declared, or make a firewall with an allow-list",
    ]);
  });

  it("compares an allow-list with the declared connections", () => {
    const list = (...targets: readonly string[]) =>
      said(
        n06,
        graphOf([
          zoned("multi-tenant", "cell", [{ kind: "connects", from: "gitserver", to: "github.com" }]),
          {
            type: "aws:networkfirewall/ruleGroup",
            name: "list",
            parent: "cell",
            inputs: { ruleGroup: { rulesSource: { rulesSourceList: { generatedRulesType: "ALLOWLIST", targets } } } },
          },
        ]),
      );
    assert.deepEqual(list("github.com"), [
      "list holds: ruleGroup.rulesSource.rulesSourceList.generatedRulesType is ALLOWLIST and it allows github.com",
    ]);
    assert.match(
      list("*.github.com", ".com.example").join(),
      /^list broken: it allows \*\.github\.com, \.com\.example, /,
    );
    assert.match(list("hub.com").join(), /^list broken: it allows hub\.com, /);
    assert.deepEqual(list("github.com", "example.com"), [
      "list broken: it allows example.com, to which no connection is declared; name the hosts that connections of the zone declare",
    ]);
    assert.deepEqual(list(".com"), [
      "list broken: it allows .com; name the hosts that connections of the zone declare",
    ]);
  });
});

describe("B-N07", () => {
  const edges: readonly DeclaredEdge[] = [{ kind: "connects", from: "worker", to: "gitserver", port: 3178 }];
  const policy = (name: string, spec: object): Given => ({
    type: "kubernetes:networking.k8s.io/v1/NetworkPolicy",
    name,
    parent: "cell",
    inputs: { metadata: { namespace: "sg" }, spec },
  });
  const denied = policy("deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  const letIn = (name: string, from: string, port: number): Given =>
    policy(name, {
      podSelector: { matchLabels: { app: "gitserver" } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: from } } }], ports: [{ port }] }],
    });
  const says = (...given: readonly Given[]) =>
    said(
      n07,
      graphOf([
        zoned("multi-tenant", "cell", edges),
        { type: "kubernetes:core/v1/Namespace", name: "sg", parent: "cell", inputs: { metadata: { name: "sg" } } },
        ...given,
      ]),
    );

  it("finds a policy that lets out to everything", () =>
    assert.deepEqual(
      says(
        denied,
        letIn("gitserver", "worker", 3178),
        policy("worker", { podSelector: { matchLabels: { app: "worker" } }, egress: [{}] }),
      ),
      ["sg broken: worker lets out to everything; name who may be reached, and at which port"],
    ));

  it("lets declared connections in, and nothing else", () =>
    assert.deepEqual(says(denied, letIn("worker", "worker", 3178)), [
      "sg holds: every pod is closed both ways and 1 openings are declared connections",
    ]));

  it("finds a namespace that is open, an opening nobody declared, and a connection nobody lets in", () => {
    assert.deepEqual(says(letIn("worker", "worker", 3178)), [
      "sg broken: no policy of every pod has Ingress and Egress; make a NetworkPolicy with an empty podSelector and both policyTypes",
    ]);
    assert.deepEqual(says(denied, letIn("worker", "worker", 3178), letIn("extra", "syntect-server", 3178)), [
      "sg broken: no connection is declared from syntect-server to gitserver at 3178; remove what lets it in, or declare the connection",
    ]);
    assert.deepEqual(says(denied), [
      "sg broken: no policy lets in worker to gitserver at 3178; let it in, or do not declare the connection",
    ]);
  });

  it("wants an engine in the cluster", () => {
    const cluster = (type: string, inputs: Given["inputs"], ...more: readonly Given[]) =>
      said(n07, graphOf(inZone("multi-tenant", { type, name: "cluster", ...(inputs && { inputs }) }, ...more)));
    const addon = (values: object): Given => ({
      type: "aws:eks/addon",
      name: "cni",
      inputs: { addonName: "vpc-cni", configurationValues: JSON.stringify(values) },
      refers: { clusterName: "cluster" },
    });
    assert.deepEqual(
      [
        ...cluster("gcp:container/cluster", { datapathProvider: "ADVANCED_DATAPATH" }),
        ...cluster("gcp:container/cluster", { networkPolicy: { enabled: true } }),
        ...cluster("gcp:container/cluster", {}),
        ...cluster("aws:eks/cluster", {}, addon({ enableNetworkPolicy: "true" })),
        ...cluster("aws:eks/cluster", {}, addon({})),
        ...cluster("aws:eks/cluster", {}),
      ],
      [
        "cluster holds: datapathProvider is ADVANCED_DATAPATH",
        "cluster holds: network policies are enforced",
        "cluster broken: datapathProvider is not set; set datapathProvider to ADVANCED_DATAPATH",
        "cluster holds: configurationValues.enableNetworkPolicy is true",
        "cluster broken: configurationValues.enableNetworkPolicy is not set; set enableNetworkPolicy in the configurationValues of its add-on vpc-cni",
        "cluster broken: no add-on enforces network policies; set enableNetworkPolicy in the configurationValues of its add-on vpc-cni",
      ],
    );
  });
});
