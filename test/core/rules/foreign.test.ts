import assert from "node:assert/strict";
import type { Boundary, BoundaryFacts } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { i05 } from "../../../components/core/rules/identities/i05";
import { graphOf, said, type Given } from "../../support/graph";

const part = (name: string, facts: BoundaryFacts): Given => ({
  type: "sourcegraph:test:Part",
  name,
  boundary: { facts },
});
const cell = part("cell", { zone: "multi-tenant", account: "111111111111", admits: ["999999999999"] });
const manifest: Boundary = { facts: { zone: "admin", account: "222222222222" } };

const role = (principal: unknown, condition?: unknown): Given => ({
  type: "aws:iam/role:Role",
  name: "role",
  parent: "cell",
  inputs: {
    assumeRolePolicy: {
      Statement: [
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Principal: principal,
          ...(condition === undefined ? {} : { Condition: condition }),
        },
      ],
    },
  },
});
const says = (...resources: readonly Given[]) => said(i05, graphOf([cell, ...resources], [manifest]));
const trusted = (principal: unknown, condition?: unknown) => says(role(principal, condition));

describe("B-I05", () => {
  it("lets a role be taken on from its own account, from one that is admitted, and by services of the cloud", () => {
    assert.deepEqual(trusted({ AWS: ["arn:aws:iam::111111111111:role/deploy", "999999999999"] }), [
      "role holds: it names 111111111111 and it names 999999999999, which is admitted",
    ]);
    assert.deepEqual(trusted({ Service: "ecs-tasks.amazonaws.com" }), []);
    assert.deepEqual(trusted("*", { StringEquals: { "aws:PrincipalOrgID": "o-1" } }), [
      'role holds: it names everybody for whom {"StringEquals":{"aws:PrincipalOrgID":"o-1"}} is so',
    ]);
  });

  it("finds an account of another zone, one that nobody knows, and everybody", () => {
    assert.deepEqual(trusted({ AWS: "arn:aws:iam::222222222222:root" }), [
      "role broken: it names account 222222222222 of zone admin; name only identities of the zone, or state in admits whose account it is",
    ]);
    assert.deepEqual(trusted({ AWS: "333333333333" }), [
      "role broken: it names account 333333333333, which is not of zone multi-tenant; name only identities of the zone, or state in admits whose account it is",
    ]);
    assert.deepEqual(trusted("*"), [
      "role broken: it names everybody; name only identities of the zone, or state in admits whose account it is",
    ]);
    assert.deepEqual(trusted({ Federated: "accounts.google.com" }), [
      "role broken: it names accounts.google.com, which is not of zone multi-tenant; name only identities of the zone, or state in admits whose account it is",
    ]);
  });

  it("finds an identity of another zone in the members of a role, and a project of another", () => {
    const member = (name: string, email: string, refers: Record<string, string> = {}): Given => ({
      type: "gcp:pubsub/topicIAMMember:TopicIAMMember",
      name,
      parent: "cell",
      inputs: { role: "roles/pubsub.publisher", member: `serviceAccount:${email}` },
      refers,
    });
    assert.deepEqual(
      says(
        part("admin", { zone: "admin", account: "acme-admin" }),
        { type: "gcp:serviceaccount/account", name: "telemetry", parent: "admin", inputs: { accountId: "telemetry" } },
        member("made", "telemetry@acme-admin.iam.gserviceaccount.com", { member: "telemetry" }),
        member("written", "pings@acme-admin.iam.gserviceaccount.com"),
        member("agent", "service-1@gcp-sa-pubsub.iam.gserviceaccount.com"),
        member("encrypts", "bq-1@bigquery-encryption.iam.gserviceaccount.com"),
      ),
      [
        "made broken: it names account acme-admin of zone admin and it names telemetry of zone admin; name only identities of the zone, or state in admits whose account it is",
        "written broken: it names account acme-admin of zone admin; name only identities of the zone, or state in admits whose account it is",
      ],
    );
  });

  it("cannot tell where accounts are not stated, or a policy is known only later", () => {
    assert.deepEqual(said(i05, graphOf([part("cell", { zone: "multi-tenant" }), role({ AWS: "333333333333" })])), [
      "role unproven: it names account 333333333333, and nothing states the accounts of zone multi-tenant; state account",
    ]);
    assert.deepEqual(says({ type: "aws:kms/key", name: "key", parent: "cell", inputs: { policy: unknownValue } }), [
      "key unproven: whom it names is known only after the deployment; name identities of this program",
    ]);
  });

  it("wants every project inside a perimeter that counts, and of its own zone", () => {
    const project = (name: string): Given => ({ type: "gcp:organizations/project:Project", name, parent: "cell" });
    const perimeter = (name: string, input: string, inside: string, parent = "cell"): Given => ({
      type: "gcp:accesscontextmanager/servicePerimeter:ServicePerimeter",
      name,
      parent,
      refers: { [input]: inside },
    });
    assert.deepEqual(
      says(
        part("admin", { zone: "admin" }),
        ...["inside", "dry", "outside", "foreign"].map(project),
        perimeter("counts", "status", "inside"),
        perimeter("tried", "spec", "dry"),
        perimeter("theirs", "status", "foreign", "admin"),
      ),
      [
        "inside holds: it is inside counts",
        "dry broken: it is inside tried only for trying it out; put it into status.resources of the zone's perimeter",
        "outside broken: it is inside no perimeter; put it into status.resources of the zone's perimeter",
        "foreign broken: it is inside theirs, which is of zone admin; put it into status.resources of the zone's perimeter",
      ],
    );
  });
});
