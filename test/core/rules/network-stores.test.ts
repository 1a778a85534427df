import assert from "node:assert/strict";
import type { BoundaryFacts, DeclaredEdge, Zone } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { n04 } from "../../../components/core/rules/network/n04";
import { n05 } from "../../../components/core/rules/network/n05";
import { storeKinds } from "../../../components/core/rules/stores";
import { withValue } from "../../support/graph-changes";
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

describe("B-N04", () => {
  it("finds the same of other types, of halves of the internet, and of firewalls that say nobody", () => {
    const ports = { fromPort: 5432, toPort: 5432 };
    const halves = { cidrBlocks: ["0.0.0.0/1", "128.0.0.0/1"], ...ports };
    const allows = [{ protocol: "tcp", ports: ["5432"] }];
    const given: Given[] = [
      { type: "aws:ec2/securityGroupRule", name: "in", inputs: { type: "ingress", ...halves } },
      { type: "aws:ec2/securityGroupRule", name: "out", inputs: { type: "egress", ...halves } },
      {
        type: "aws:ec2/defaultSecurityGroup",
        name: "default",
        inputs: { ingress: [{ ipv6CidrBlocks: ["2000::/3"], ...ports }] },
      },
      { type: "gcp:compute/firewall", name: "nobody", inputs: { allows } },
      { type: "gcp:compute/firewall", name: "tagged", inputs: { allows, sourceTags: ["frontend"] } },
      { type: "gcp:compute/firewall", name: "off", inputs: { allows, disabled: true } },
    ];
    const words = "broken: it lets the whole internet in at port 5432; name the ranges that may come in there";
    assert.deepEqual(said(n04, graphOf(inZone("single-tenant", ...given))), [
      `in ${words}`,
      `default ${words}`,
      `nobody ${words}`,
    ]);
  });

  it("closes a bucket of Google by both of its inputs", () =>
    assert.deepEqual(
      ([{ publicAccessPrevention: "enforced" }, { uniformBucketLevelAccess: true }] as const).flatMap((inputs) =>
        said(n04, graphOf(inZone("admin", { type: "gcp:storage/bucket", name: "bucket", inputs }))),
      ),
      [
        "bucket broken: uniformBucketLevelAccess is not set; set uniformBucketLevelAccess to true",
        "bucket broken: publicAccessPrevention is not set; set publicAccessPrevention to enforced",
      ],
    ));

  it("knows a bucket by its older names", () =>
    assert.deepEqual(
      said(n04, graphOf(inZone("admin", { type: "aws:s3/bucketV2:BucketV2", name: "old" }))),
      said(n04, graphOf(inZone("admin", { type: "aws:s3/bucket:Bucket", name: "old" }))),
    ));

  it("finds what lets the whole internet in at other ports than those of pages", () => {
    const rule = (inputs: Given["inputs"]): Given => ({
      type: "aws:vpc/securityGroupIngressRule",
      name: "rule",
      inputs,
    });
    const firewall = (inputs: Given["inputs"]): Given => ({ type: "gcp:compute/firewall", name: "wall", inputs });
    const says = (given: Given): string[] => said(n04, graphOf(inZone("single-tenant", given)));
    const fix = "name the ranges that may come in there";
    assert.deepEqual(
      [
        rule({ cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 22, toPort: 22 }),
        rule({ cidrIpv6: "::/0", ipProtocol: "-1" }),
        rule({ cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 443, toPort: 443 }),
        rule({ cidrIpv4: "10.0.0.0/8", ipProtocol: "tcp", fromPort: 22, toPort: 22 }),
        {
          type: "aws:ec2/securityGroup",
          name: "group",
          inputs: { ingress: [{ cidrBlocks: ["0.0.0.0/0"], fromPort: 5432, toPort: 5439 }] },
        },
        firewall({ sourceRanges: ["0.0.0.0/0"], allows: [{ protocol: "tcp", ports: ["22", "80"] }] }),
        firewall({ sourceRanges: ["0.0.0.0/0"], allows: [{ protocol: "all" }] }),
        firewall({ sourceRanges: ["35.235.240.0/20"], allows: [{ protocol: "tcp", ports: ["22"] }] }),
        firewall({ direction: "EGRESS", sourceRanges: ["0.0.0.0/0"], allows: [{ protocol: "all" }] }),
      ].flatMap(says),
      [
        `rule broken: it lets the whole internet in at port 22; ${fix}`,
        `rule broken: it lets the whole internet in at every port; ${fix}`,
        "rule holds: it lets the whole internet in to pages only",
        `group broken: it lets the whole internet in at ports 5432-5439; ${fix}`,
        `wall broken: it lets the whole internet in at port 22; ${fix}`,
        `wall broken: it lets the whole internet in at every port; ${fix}`,
      ],
    );
  });

  for (const { type, closed = [] } of storeKinds)
    for (const { input, value, byDefault, on } of closed) {
      const says = (given: unknown): string[] => {
        const others = closed.filter((each) => each.input !== input && each.on === on);
        const inputs = [...others, ...(given === undefined ? [] : [{ input, value: given }])].reduce<unknown>(
          (made, each) => withValue(made, each.input, each.value),
          {},
        ) as Record<string, unknown>;
        const store: Given = { type, name: "store", ...(on === undefined ? { inputs } : {}) };
        const beside: readonly Given[] =
          on === undefined ? [] : [{ type: on.type, name: "beside", inputs, refers: { [on.by]: "store" } }];
        return said(n04, graphOf(inZone("single-tenant", store, ...beside)));
      };
      const where = on === undefined ? "" : " at beside";

      it(`finds ${type} that ${input} does not close`, () => {
        const open = typeof value === "boolean" ? !value : "inherited";
        assert.deepEqual(says(open), [
          `store broken: ${input} is ${String(open)}${where}; set ${input} to ${String(value)}`,
        ]);
        assert.match(says(value).join(), /^store holds: /);
        assert.deepEqual(says(unknownValue), [
          `store unproven: ${input} is known only after the deployment${where}; set ${input} to ${String(value)}`,
        ]);
        assert.match(says(undefined).join(), byDefault === value ? /^store holds: / : /^store broken: .* is not set/);
      });
    }

  it("finds a bucket without an access block, and a dataset for everybody", () =>
    assert.deepEqual(
      said(
        n04,
        graphOf(
          inZone(
            "multi-tenant",
            { type: "aws:s3/bucket", name: "bucket" },
            {
              type: "gcp:bigquery/dataset",
              name: "dataset",
              inputs: { accesses: [{ specialGroup: "allAuthenticatedUsers" }] },
            },
            { type: "gcp:bigquery/dataset", name: "own", inputs: { accesses: [{ specialGroup: "projectOwners" }] } },
          ),
        ),
      ),
      [
        "bucket broken: no aws:s3/bucketPublicAccessBlock is about it; make a aws:s3/bucketPublicAccessBlock that refers to it, with every flag on",
        "dataset broken: accesses lets allAuthenticatedUsers in; name the identities that may",
        "own holds: accesses names nobody anonymous",
      ],
    ));

  it("follows the subnets of databases to an internet gateway", () => {
    const says = (route: Given) =>
      said(
        n04,
        graphOf(
          inZone(
            "multi-tenant",
            { type: "aws:ec2/internetGateway", name: "internet" },
            { type: "aws:ec2/natGateway", name: "nat" },
            { type: "aws:ec2/subnet", name: "subnet" },
            { type: "aws:ec2/routeTable", name: "table" },
            {
              type: "aws:ec2/routeTableAssociation",
              name: "association",
              refers: { subnetId: "subnet", routeTableId: "table" },
            },
            { type: "aws:rds/subnetGroup", name: "group", refers: { subnetIds: "subnet" } },
            route,
          ),
        ),
      );
    const route = (refers: Record<string, string>): Given => ({
      type: "aws:ec2/route",
      name: "route",
      refers: { routeTableId: "table", ...refers },
    });
    assert.deepEqual(says(route({ gatewayId: "internet" })), [
      "group broken: subnet has a route to an internet gateway; give it subnets without one",
    ]);
    assert.deepEqual(says(route({ natGatewayId: "nat" })), ["group holds: subnet has no route to an internet gateway"]);
    assert.deepEqual(said(n04, graphOf(inZone("multi-tenant", { type: "aws:rds/subnetGroup", name: "group" }))), [
      "group unproven: its subnets are not of this program; show that they have no route to an internet gateway",
    ]);
  });

  it("finds a Service that opens what has a claim, and only that", () => {
    const labels = { app: "gitserver" };
    const pod: Given = {
      type: "kubernetes:apps/v1/StatefulSet",
      name: "gitserver",
      inputs: {
        metadata: { namespace: "sg" },
        spec: { template: { metadata: { labels } }, volumeClaimTemplates: [{}] },
      },
    };
    const service = (type: unknown, selector: object = labels): Given => ({
      type: "kubernetes:core/v1/Service",
      name: "service",
      inputs: { metadata: { namespace: "sg" }, spec: { selector, type } },
    });
    const says = (...given: readonly Given[]) => said(n04, graphOf(inZone("single-tenant", ...given)));
    for (const type of ["LoadBalancer", "NodePort"])
      assert.deepEqual(says(pod, service(type)), [
        `service broken: spec.type is ${type} in front of gitserver; set spec.type to ClusterIP`,
      ]);
    assert.deepEqual(says(pod, service(undefined)), [
      "service holds: spec.type is not set, which means ClusterIP in front of gitserver",
    ]);
    assert.deepEqual(says(pod, service("LoadBalancer", { app: "sourcegraph-frontend" })), []);
  });

  it("is silent of the monolith", () =>
    assert.deepEqual(said(n04, graphOf(inZone("dev-monolith", { type: "aws:s3/bucket", name: "bucket" }))), []));
});

describe("B-N05", () => {
  const networks = (one: Zone, other: Zone): readonly Given[] => [
    zoned(one, "one"),
    zoned(other, "other"),
    { type: "aws:ec2/vpc", name: "vpc-one", parent: "one" },
    { type: "aws:ec2/vpc", name: "vpc-other", parent: "other" },
  ];
  const joined: readonly (readonly [string, string, string])[] = [
    ["aws:ec2/vpcPeeringConnection", "vpcId", "peerVpcId"],
    ["gcp:compute/networkPeering", "network", "peerNetwork"],
    ["gcp:compute/sharedVPCServiceProject", "hostProject", "serviceProject"],
  ];

  for (const [type, from, to] of joined)
    it(`finds ${type} between two zones, and what it cannot follow`, () => {
      const peering = (refers: Record<string, string>): Given => ({ type, name: "peering", parent: "one", refers });
      const says = (zone: Zone, refers: Record<string, string>) =>
        said(n05, graphOf([...networks("admin", zone), peering(refers)]));
      assert.deepEqual(says("multi-tenant", { [from]: "vpc-one", [to]: "vpc-other" }), [
        "peering broken: it joins vpc-one of admin and vpc-other of multi-tenant; remove it; let one offer an endpoint service to the other",
      ]);
      assert.deepEqual(says("admin", { [from]: "vpc-one", [to]: "vpc-other" }), [
        "peering holds: it joins vpc-one of admin and vpc-other of admin",
      ]);
      assert.deepEqual(says("admin", { [from]: "vpc-one" }), [
        `peering unproven: ${to} is not of this program, so its zone is not known; remove it; use an endpoint service`,
      ]);
    });

  it("finds a gateway that joins two zones, and a share of subnets", () => {
    const attachment = (name: string): Given => ({
      type: "aws:ec2transitgateway/vpcAttachment",
      name: `${name}-attachment`,
      parent: name,
      refers: { vpcId: `vpc-${name}`, transitGatewayId: "gateway" },
    });
    const gateway: Given = { type: "aws:ec2transitgateway/transitGateway", name: "gateway", parent: "one" };
    const says = (zone: Zone) =>
      said(n05, graphOf([...networks("admin", zone), gateway, attachment("one"), attachment("other")]));
    assert.deepEqual(says("multi-tenant"), [
      "one-attachment broken: gateway joins it to other-attachment of multi-tenant; use a gateway of each zone",
      "other-attachment broken: gateway joins it to one-attachment of admin, gateway of admin; use a gateway of each zone",
    ]);
    assert.deepEqual(says("admin"), [
      "one-attachment holds: what gateway joins is of its own zone",
      "other-attachment holds: what gateway joins is of its own zone",
    ]);
    assert.deepEqual(
      said(
        n05,
        graphOf(
          inZone(
            "admin",
            { type: "aws:ec2/subnet", name: "subnet" },
            { type: "aws:ram/resourceShare", name: "share" },
            {
              type: "aws:ram/resourceAssociation",
              name: "association",
              refers: { resourceShareArn: "share", resourceArn: "subnet" },
            },
          ),
        ),
      ),
      ["share broken: it shares subnet with other accounts; remove it from the share"],
    );
  });

  it("lets an endpoint service with an allow-list be", () => {
    const service = (inputs: Given["inputs"]) =>
      said(
        n05,
        graphOf(inZone("admin", { type: "aws:ec2/vpcEndpointService", name: "endpoint", ...(inputs && { inputs }) })),
      );
    const attachment = (inputs: Given["inputs"]) =>
      said(
        n05,
        graphOf(
          inZone("admin", { type: "gcp:compute/serviceAttachment", name: "endpoint", ...(inputs && { inputs }) }),
        ),
      );
    assert.deepEqual(service({ allowedPrincipals: ["arn:aws:iam::111111111111:root"] }), [
      "endpoint holds: allowedPrincipals is arn:aws:iam::111111111111:root",
    ]);
    assert.deepEqual(service({ acceptanceRequired: false }), [
      "endpoint broken: acceptanceRequired is false; set acceptanceRequired to true, and name the accounts in allowedPrincipals",
    ]);
    assert.deepEqual(service({ acceptanceRequired: true, allowedPrincipals: ["*"] }), [
      "endpoint broken: allowedPrincipals is *; set acceptanceRequired to true, and name the accounts in allowedPrincipals",
    ]);
    assert.deepEqual(attachment({ connectionPreference: "ACCEPT_MANUAL", consumerAcceptLists: [{}] }), [
      "endpoint holds: connectionPreference is ACCEPT_MANUAL and consumerAcceptLists names who may connect",
    ]);
    assert.deepEqual(attachment({ connectionPreference: "ACCEPT_AUTOMATIC" }), [
      "endpoint broken: connectionPreference is ACCEPT_AUTOMATIC and consumerAcceptLists is empty; set connectionPreference to ACCEPT_MANUAL and name the projects in consumerAcceptLists",
    ]);
  });

  it("wants connections between zones to use a machine plane or a private link", () => {
    const says = (edge: object, ...more: readonly Given[]) =>
      said(
        n05,
        graphOf([
          zoned("multi-tenant", "cell", [{ kind: "connects", from: "worker", to: "admin/pings", ...edge }]),
          ...more,
        ]),
      );
    assert.deepEqual(says({ over: "internet" }), [
      "multi-tenant/worker to admin/pings holds: it goes to a public name of pings",
    ]);
    assert.deepEqual(says({ plane: "human" }), [
      "multi-tenant/worker to admin/pings broken: it goes to the human plane of pings; call pings at its machine plane",
    ]);
    assert.deepEqual(says({}), [
      "multi-tenant/worker to admin/pings unproven: nothing says which listener of pings it uses; state its plane, or give the manifest of admin",
    ]);
    assert.deepEqual(says({}, zoned("admin", "pings", [], { service: "pings", plane: "machine" })), [
      "multi-tenant/worker to admin/pings holds: it goes to the machine plane of pings",
    ]);
    assert.deepEqual(says({ over: "private-link" }), [
      "multi-tenant/worker to admin/pings broken: it goes over a private link that nothing here makes; make the endpoint of the private link",
    ]);
    assert.deepEqual(
      says(
        { over: "private-link" },
        { type: "aws:ec2/vpcEndpoint", name: "link", parent: "cell", inputs: { serviceName: "s" } },
      ),
      ["multi-tenant/worker to admin/pings holds: it goes over link"],
    );
  });
});
