import assert from "node:assert/strict";
import type { BoundaryFacts, CellTerms, IssuesEdge } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { t08 } from "../../../components/core/rules/tenancy/t08";
import { t09 } from "../../../components/core/rules/tenancy/t09";
import { t13 } from "../../../components/core/rules/tenancy/t13";
import { t14 } from "../../../components/core/rules/tenancy/t14";
import { part } from "../../support/boundary";
import { graphOf, said, type Given } from "../../support/graph";

const facts = (cell: string, more: BoundaryFacts = {}): BoundaryFacts => ({
  zone: "multi-tenant",
  cell,
  account: `acme-${cell}`,
  ...more,
});
const [one, two] = [part("one", facts("one")), part("two", facts("two"))];
const terms = (cellTerms: CellTerms) => part("one", facts("one", { cellTerms }));
const inOne = (type: string, inputs: Given["inputs"] = {}, name = "it", refers: Given["refers"] = {}): Given => ({
  type,
  name,
  parent: "one",
  inputs,
  refers,
});

describe("B-T08", () => {
  const role = (name: string, parent: string, refers: Record<string, string>): Given => ({
    type: "aws:ecs/taskDefinition",
    name,
    parent,
    refers,
  });

  it("lets two cells have what is their own", () =>
    assert.deepEqual(
      said(t08, graphOf([one, two, inOne("aws:s3/bucket"), role("a", "one", { containerDefinitions: "it" })])),
      [
        "one holds: account acme-one is its own",
        "two holds: account acme-two is its own",
        "it holds: it is of cell one alone",
      ],
    ));

  it("finds a bucket, an account and a client that two cells share", () => {
    assert.deepEqual(
      said(
        t08,
        graphOf([
          one,
          two,
          { type: "aws:s3/bucket:Bucket", name: "shared" },
          role("a", "one", { containerDefinitions: "shared" }),
          role("b", "two", { containerDefinitions: "shared" }),
        ]),
      ).filter((text) => text.includes("broken")),
      ["shared broken: cells one and two share it; make one for every cell"],
    );
    assert.deepEqual(said(t08, graphOf([one, part("two", facts("two", { account: "acme-one" }))])), [
      "one broken: account acme-one is that of cell two too; give every cell an account of its own",
      "two broken: account acme-one is that of cell one too; give every cell an account of its own",
    ]);
    const client: IssuesEdge = {
      kind: "issues",
      from: "worker",
      to: "admin/telemetry",
      scope: "telemetry::x::read",
      client: "fleet",
    };
    assert.deepEqual(said(t08, graphOf([part("one", facts("one"), client), part("two", facts("two"), client)])), [
      "one broken: client fleet is that of cell two too; make one for every cell",
      "two broken: client fleet is that of cell one too; make one for every cell",
    ]);
  });

  it("finds a right of one cell in another, and a peering of their networks", () =>
    assert.deepEqual(
      said(
        t08,
        graphOf([
          one,
          two,
          inOne("aws:kms/key", {}, "key"),
          { type: "aws:iam/role", name: "reader", parent: "two" },
          inOne("aws:kms/grant", {}, "grant", { keyId: "key", granteePrincipal: "reader" }),
          inOne("aws:ec2/vpc", {}, "left"),
          { type: "aws:ec2/vpc", name: "right", parent: "two" },
          { type: "aws:ec2/vpcPeeringConnection", name: "peering", refers: { vpcId: "left", peerVpcId: "right" } },
        ]),
      ).filter((text) => text.includes("broken")),
      [
        "reader broken: cells two and one share it; make one for every cell",
        "grant broken: reader of cell two has rights on key of cell one; take the right away",
        "peering broken: it joins cells one and two; remove it",
      ],
    ));
});

describe("B-T08 of an edge", () => {
  const edge = (type: string, refers: Record<string, string>) =>
    said(
      t08,
      graphOf([
        one,
        two,
        inOne("aws:cloudfront/vpcOrigin", {}, "way-one"),
        { type: "aws:cloudfront/vpcOrigin", name: "way-two", parent: "two" },
        inOne("aws:lb/loadBalancer", {}, "balancer-one"),
        { type: "aws:lb/loadBalancer", name: "balancer-two", parent: "two" },
        { type, name: "edge", refers },
      ]),
    ).filter((text) => text.startsWith("edge"));

  it("lets it call each cell by the way in that the cell opens, by which nobody gets from one to another", () =>
    assert.deepEqual(edge("aws:cloudfront/distribution", { origins: "way-one", originGroups: "way-two" }), []));

  it("finds what joins cells by anything else, and anything else that joins them by their ways in", () => {
    const found = ["edge broken: it joins cells one and two; remove it"];
    assert.deepEqual(
      edge("aws:cloudfront/distribution", { origins: "balancer-one", originGroups: "balancer-two" }),
      found,
    );
    assert.deepEqual(edge("aws:ec2/route", { from: "way-one", to: "way-two" }), found);
  });
});

describe("B-T09", () => {
  const tag = "aws:PrincipalTag/tenant";
  const policy = (Condition: unknown, Effect = "Allow") =>
    said(
      t09,
      graphOf([
        one,
        inOne("aws:iam/rolePolicy", {
          policy: { Statement: [{ Effect, Action: "s3:GetObject", Resource: "arn:x", Condition }] },
        }),
      ]),
    );

  it("lets a match be positive, or the tag be there", () =>
    assert.deepEqual(
      [
        ...policy({ StringEquals: { [tag]: "acme" } }),
        ...policy({ StringNotEquals: { [tag]: "acme" }, Null: { [tag]: "false" } }),
        ...policy({ StringNotEquals: { [tag]: "acme" } }, "Deny"),
      ],
      [
        "it holds: StringEquals of aws:PrincipalTag/tenant needs the tenant",
        "it holds: StringNotEquals of aws:PrincipalTag/tenant and Null of aws:PrincipalTag/tenant needs the tenant",
        "it holds: StringNotEquals of aws:PrincipalTag/tenant needs the tenant",
      ],
    ));

  it("finds what is fulfilled where the tag is missing", () =>
    assert.deepEqual(
      [
        ...policy({ StringNotEquals: { [tag]: "acme" } }),
        ...policy({ StringEqualsIfExists: { [tag]: "acme" } }),
        ...said(
          t09,
          graphOf([
            one,
            inOne("gcp:storage/bucketIAMMember", {
              role: "roles/storage.objectViewer",
              member: "serviceAccount:a",
              condition: { expression: "!resource.matchTag('1/tenant', 'acme')" },
            }),
          ]),
        ),
      ],
      [
        "it broken: StringNotEquals of aws:PrincipalTag/tenant is fulfilled where the tenant is missing; add Null of aws:PrincipalTag/tenant: false, or match it positively",
        "it broken: StringEqualsIfExists of aws:PrincipalTag/tenant is fulfilled where the tenant is missing; add Null of aws:PrincipalTag/tenant: false, or match it positively",
        "it broken: !resource.matchTag('1/tenant', 'acme') is fulfilled where the tenant is missing; add resource.hasTagKey, or match it positively",
      ],
    ));

  it("cannot see conditions that are known only later", () =>
    assert.deepEqual(said(t09, graphOf([one, inOne("aws:iam/rolePolicy", { policy: unknownValue })])), [
      "it unproven: policy is known only after the deployment; write its conditions so that they are known before",
    ]));

  it("says nothing of conditions on something else", () =>
    assert.deepEqual(policy({ StringNotEquals: { "aws:SourceVpc": "vpc-1" } }), []));
});

describe("B-T13", () => {
  const executors = part("executors", { zone: "multi-tenant", service: "executor", account: "acme-executors" });
  const machine = (refers: Given["refers"], parent = "executors"): Given => ({
    type: "aws:ec2/instance:Instance",
    name: "machine",
    parent,
    refers,
  });
  const broken = (...given: readonly Given[]) => said(t13, graphOf(given)).filter((text) => text.includes("broken"));

  it("lets executors be in a network of their own", () =>
    assert.deepEqual(
      said(
        t13,
        graphOf([
          one,
          executors,
          { type: "aws:ec2/subnet", name: "subnet", parent: "executors" },
          machine({ subnetId: "subnet" }),
        ]),
      ),
      [
        "executors holds: it is in no network or account of a cell or an instance",
        "machine holds: it is in no network or account of a cell or an instance",
      ],
    ));

  it("finds one in the network, the account or the component of a cell", () =>
    assert.deepEqual(
      [
        ...broken(one, executors, inOne("aws:ec2/subnet", {}, "subnet"), machine({ subnetId: "subnet" })),
        ...broken(
          one,
          part("executors", { zone: "multi-tenant", service: "executor", account: "acme-one" }),
          machine({}),
        ),
        ...broken(one, { ...part("executors", { service: "executor" }), parent: "one" }, machine({})),
      ],
      [
        "machine broken: it is in subnet, which is not for executors; run executors in an account and a network of their own",
        "executors broken: it is in account acme-one of cell one; run executors in an account and a network of their own",
        "machine broken: it is in account acme-one of cell one; run executors in an account and a network of their own",
        "executors broken: it is in cell one; run executors in an account and a network of their own",
        "machine broken: it is in cell one; run executors in an account and a network of their own",
      ],
    ));

  it("finds connections to executors, and from them to more than the public API", () =>
    assert.deepEqual(
      said(
        t13,
        graphOf([
          part(
            "one",
            facts("one"),
            { kind: "connects", from: "executor", to: "sourcegraph-frontend" },
            { kind: "connects", from: "executor", to: "gitserver" },
            { kind: "connects", from: "worker", to: "executor" },
          ),
        ]),
      ),
      [
        "multi-tenant/executor to multi-tenant/sourcegraph-frontend holds: it leads to sourcegraph-frontend",
        "multi-tenant/executor to multi-tenant/gitserver broken: executors open connections to gitserver; let them reach the public API of the frontend alone",
        "multi-tenant/worker to multi-tenant/executor broken: worker opens connections to executors; let executors ask for work instead",
      ],
    ));
});

describe("B-T14", () => {
  const cell = (targetMaxTenants?: number) => terms(targetMaxTenants === undefined ? {} : { targetMaxTenants });
  const alarm = (watches: "tenants" | "disk", threshold: unknown): Given[] => [
    { ...part(watches, { watches }), parent: "one" },
    {
      type: "aws:cloudwatch/metricAlarm:MetricAlarm",
      name: `${watches}-alarm`,
      parent: watches,
      inputs: { threshold },
    },
  ];
  const says = (limit: number | undefined, tenants: unknown, disk: unknown) =>
    said(t14, graphOf([cell(limit), ...alarm("tenants", tenants), ...alarm("disk", disk)]));

  it("lets a cell report in time: by number, in per cent or as a share, in either cloud", () => {
    const policy: Given = {
      type: "gcp:monitoring/alertPolicy:AlertPolicy",
      name: "policy",
      parent: "disk",
      inputs: { conditions: [{ conditionThreshold: { thresholdValue: 0.7 } }] },
    };
    assert.deepEqual(
      [
        ...says(500, 425, 70),
        ...says(500, 85, 0.7),
        ...said(
          t14,
          graphOf([
            cell(500),
            ...alarm("tenants", 0.85),
            { ...part("disk", { watches: "disk" }), parent: "one" },
            policy,
          ]),
        ),
      ],
      [
        "one holds: it is made for 500 tenants and the alarm on tenants is at 425 and the alarm on disk is at 70",
        "one holds: it is made for 500 tenants and the alarm on tenants is at 85 and the alarm on disk is at 0.7",
        "one holds: it is made for 500 tenants and the alarm on tenants is at 0.85 and the alarm on disk is at 0.7",
      ],
    );
  });

  it("cannot see when an alarm rings that is known only later", () =>
    assert.deepEqual(says(500, 0.85, unknownValue), [
      "one unproven: the threshold of the alarm on disk is known only after the deployment; make an alarm on disk at 70 %",
    ]));

  it("finds a cell without a limit, without alarms, or with late ones", () =>
    assert.deepEqual(
      [
        ...says(undefined, 85, 70),
        ...said(t14, graphOf([cell(500)])),
        ...says(500, 450, 90),
        ...says(500, 0.9, unknownValue),
      ],
      [
        "one broken: nothing states how many tenants it is made for; state cellTerms.targetMaxTenants",
        "one broken: no alarm watches its tenants and no alarm watches its disk; make an alarm on tenants at 85 % and make an alarm on disk at 70 %",
        "one broken: the alarm on tenants is at 450 and the alarm on disk is at 90; make an alarm on tenants at 85 % and make an alarm on disk at 70 %",
        "one broken: the alarm on tenants is at 0.9; make an alarm on tenants at 85 %",
      ],
    ));
});
