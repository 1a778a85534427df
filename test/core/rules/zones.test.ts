import assert from "node:assert/strict";
import type { Boundary, RefersEdge } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { x01 } from "../../../components/core/rules/zones/x01";
import { x02 } from "../../../components/core/rules/zones/x02";
import { x03 } from "../../../components/core/rules/zones/x03";
import { x04 } from "../../../components/core/rules/zones/x04";
import { x05 } from "../../../components/core/rules/zones/x05";
import { part, pod } from "../../support/boundary";
import { graphOf, said, type Given } from "../../support/graph";

const cell = part("cell", { zone: "multi-tenant", cell: "one", account: "111111111111" });
const admin = part("admin", { zone: "admin", account: "acme-admin" });
const dotcom = part("dotcom", { zone: "dotcom" });

describe("B-X01", () => {
  const bucket: Given = { type: "gcp:storage/bucket:Bucket", name: "uploads", parent: "cell" };
  const reader = (grantee: string, parent: string): Given[] => [
    { type: "gcp:serviceaccount/account:Account", name: grantee, parent },
    {
      type: "gcp:storage/bucketIAMMember:BucketIAMMember",
      name: "reads",
      parent: "cell",
      inputs: { role: "roles/storage.objectViewer", member: unknownValue },
      refers: { bucket: "uploads", member: grantee },
    },
  ];
  it("lets a service of the cell read its bucket", () =>
    assert.deepEqual(said(x01, graphOf([cell, bucket, ...reader("frontend", "cell")])), [
      "reads holds: nobody of another zone has rights on uploads",
    ]));

  it("finds a service of the admin zone as reader of a cell's bucket, and one by its project", () => {
    assert.deepEqual(said(x01, graphOf([cell, admin, bucket, ...reader("telemetry", "admin")])), [
      "reads broken: telemetry of zone admin has rights on uploads; take the right away; let the zone of the data send what is needed",
    ]);
    const member = "serviceAccount:telemetry@acme-admin.iam.gserviceaccount.com";
    const given: Given = {
      type: "gcp:storage/bucketIAMMember",
      name: "reads",
      parent: "cell",
      inputs: { role: "roles/storage.objectViewer", member },
      refers: { bucket: "uploads" },
    };
    assert.deepEqual(said(x01, graphOf([cell, bucket, given], [{ facts: { zone: "admin", account: "acme-admin" } }])), [
      "reads broken: serviceAccount:telemetry@acme-admin.iam.gserviceaccount.com of zone admin has rights on uploads; take the right away; let the zone of the data send what is needed",
    ]);
  });

  it("finds a key policy that admits the account of the public site, and a policy there that names the cell's", () => {
    const manifest: Boundary = { facts: { zone: "dotcom", account: "333333333333" } };
    const key: Given = {
      type: "aws:kms/key:Key",
      name: "key",
      parent: "cell",
      inputs: { policy: { Statement: [{ Action: "kms:Decrypt", Principal: { AWS: "333333333333" } }] } },
    };
    assert.deepEqual(said(x01, graphOf([cell, key], [manifest])), [
      "key broken: 333333333333 of zone dotcom has rights on key; take the right away; let the zone of the data send what is needed",
    ]);
    const named = "arn:aws:secretsmanager:us-east-1:111111111111:secret:x";
    assert.deepEqual(
      said(
        x01,
        graphOf([
          cell,
          dotcom,
          { type: "aws:iam/role", name: "frontend", parent: "dotcom" },
          {
            type: "aws:iam/rolePolicy",
            name: "reads",
            parent: "dotcom",
            inputs: { policy: { Statement: { Action: "secretsmanager:GetSecretValue", Resource: named } } },
            refers: { role: "frontend" },
          },
        ]),
      ),
      [
        "reads broken: frontend of zone dotcom has rights on arn:aws:secretsmanager:us-east-1:111111111111:secret:x; take the right away; let the zone of the data send what is needed",
      ],
    );
  });

  it("cannot tell whom a policy names that is known only later", () =>
    assert.deepEqual(
      said(
        x01,
        graphOf([cell, { type: "aws:kms/key", name: "key", parent: "cell", inputs: { policy: unknownValue } }]),
      ),
      [
        "key unproven: who has rights on key is known only after the deployment; give them to identities of this program",
      ],
    ));
});

describe("B-X02", () => {
  for (const name of ["DOTCOM_CLOUDSQL_HOST", "DOTCOM_PGDSN_OVERRIDE", "DOTCOM_IMPORT_INTERVAL"])
    it(`finds ${name}`, () =>
      assert.deepEqual(said(x02, graphOf([admin, pod("portal", "admin", [{ name, value: "x" }])])), [
        `portal broken: ${name} is set, which opens the database of the public site; remove ${name}`,
      ]));

  it("lets the portal have a database of its own, and finds one of another zone", () => {
    const task = (database: string): Given => ({
      type: "aws:ecs/taskDefinition",
      name: "portal",
      parent: "admin",
      inputs: { containerDefinitions: "[]" },
      refers: { containerDefinitions: database },
    });
    const databases: Given[] = [
      { type: "aws:rds/instance:Instance", name: "own", parent: "admin" },
      { type: "aws:rds/instance:Instance", name: "theirs", parent: "dotcom" },
    ];
    assert.deepEqual(said(x02, graphOf([admin, dotcom, ...databases, task("own")])), [
      "portal holds: it is made from no database or secret of another zone",
    ]);
    assert.deepEqual(said(x02, graphOf([admin, dotcom, ...databases, task("theirs")])), [
      "portal broken: containerDefinitions is made from theirs of zone dotcom; ask an API of that zone instead",
    ]);
  });

  it("finds a connection to a database of another zone, and cannot see variables that are known later", () => {
    const edge = { kind: "connects", from: "portal", to: "dotcom/pgsql", port: 5432 } as const;
    assert.deepEqual(said(x02, graphOf([part("admin", { zone: "admin" }, edge)])), [
      "admin/portal to dotcom/pgsql at 5432 broken: it opens a database of another zone; ask an API of that zone instead",
    ]);
    assert.deepEqual(said(x02, graphOf([admin, pod("portal", "admin", unknownValue)])), [
      "portal unproven: its variables are known only after the deployment; give it variables that are known before",
    ]);
  });
});

describe("B-X03", () => {
  const licensing = (zone: "admin" | "dotcom") => part("portal", { zone, administers: "licensing" });

  it("lets the admin zone administer licences, and finds the public site that does", () => {
    assert.deepEqual(said(x03, graphOf([licensing("admin"), part("search", { zone: "dotcom" })])), [
      "search holds: it administers nothing",
    ]);
    assert.deepEqual(said(x03, graphOf([licensing("dotcom")])), [
      "portal broken: it administers licensing; deploy it in zone admin",
    ]);
  });

  it("finds a frontend that passes calls on to billing, and one with a secret of the admin zone", () => {
    const frontend = (subscriptionProxy: boolean) =>
      part("frontend", { zone: "dotcom", settings: { subscriptionProxy } });
    assert.deepEqual(
      [false, true].flatMap((proxy) => said(x03, graphOf([frontend(proxy)]))),
      [
        "frontend holds: it passes nothing on to billing",
        "frontend broken: it passes the browser's calls on to billing; let the browser call billing itself",
      ],
    );
    assert.deepEqual(
      said(
        x03,
        graphOf([
          dotcom,
          admin,
          { type: "gcp:secretmanager/secret", name: "signing", parent: "admin" },
          { ...pod("frontend", "dotcom", []), refers: { spec: "signing" } },
        ]),
      ),
      [
        "dotcom holds: it administers nothing",
        "frontend broken: it is made from signing of zone admin; give it a secret of its own zone",
      ],
    );
  });

  it("finds licence checks that are pointed at the public site", () =>
    assert.deepEqual(
      said(
        x03,
        graphOf([
          part(
            "instance",
            { zone: "single-tenant" },
            { kind: "connects", from: "worker", to: "dotcom/frontend", contract: "licence-check" },
            { kind: "connects", from: "worker", to: "admin/portal", contract: "licence-check" },
          ),
        ]),
      ),
      [
        "single-tenant/worker to dotcom/frontend broken: it asks the public site for a licence-check; point it at zone admin",
      ],
    ));
});

describe("B-X04", () => {
  const reads = (change: Partial<RefersEdge>) =>
    part(
      "cell",
      { zone: "multi-tenant" },
      { kind: "refers", from: "cell-1", to: "admin", zone: "admin", output: "host", secret: false, ...change },
    );
  const manifest: Boundary = { facts: { zone: "admin" }, stack: "admin", publishes: ["host"] };

  it("lets a cell read what the admin zone publishes, and anything of its own zone", () =>
    assert.deepEqual(
      [reads({}), reads({ zone: "multi-tenant", output: "password", secret: true })].flatMap((each) =>
        said(x04, graphOf([each], [manifest])),
      ),
      ["cell-1 reads host of admin holds: admin publishes host"],
    ));

  it("finds a secret and what is not published, and cannot tell without a manifest", () =>
    assert.deepEqual(
      [
        ...said(x04, graphOf([reads({ output: "password", secret: true })], [manifest])),
        ...said(x04, graphOf([reads({ output: "network" })], [manifest])),
        ...said(x04, graphOf([reads({})])),
      ],
      [
        "cell-1 reads password of admin broken: password of zone admin is a secret; read what the manifest of that stack publishes",
        "cell-1 reads network of admin broken: admin does not publish network; read what the manifest of that stack publishes",
        "cell-1 reads host of admin unproven: there is no manifest of admin; give the manifest of admin",
      ],
    ));
});

describe("B-X05", () => {
  const provider = (name: string, roleArn: unknown, parent = "cell"): Given => ({
    type: "pulumi:providers:aws",
    name,
    parent,
    inputs: { assumeRoles: [{ roleArn }] },
  });

  it("lets a stack hold one zone, and the admin zone that of identities", () =>
    assert.deepEqual(
      [
        ...said(x05, graphOf([cell, provider("deploys", "arn:aws:iam::111111111111:role/deploy")])),
        ...said(x05, graphOf([admin, part("accounts", { zone: "identity" })])),
      ],
      [
        "cell holds: its state holds zone multi-tenant alone",
        "deploys holds: it acts in 111111111111 of zone multi-tenant",
        "admin holds: its state holds zone admin alone",
        "accounts holds: its state holds zone admin alone",
      ],
    ));

  it("finds two zones in one state, and a provider that acts in another", () =>
    assert.deepEqual(
      [
        ...said(x05, graphOf([cell, dotcom])),
        ...said(
          x05,
          graphOf(
            [
              cell,
              provider("theirs", "arn:aws:iam::222222222222:role/deploy"),
              provider("later", unknownValue),
              provider("nobody", "arn:aws:iam::444444444444:role/x"),
            ],
            [{ facts: { zone: "admin", account: "222222222222" } }],
          ),
        ),
      ],
      [
        "cell broken: one state holds zones dotcom and multi-tenant; deploy every zone from a stack of its own",
        "dotcom broken: one state holds zones dotcom and multi-tenant; deploy every zone from a stack of its own",
        "cell holds: its state holds zone multi-tenant alone",
        "theirs broken: it acts in 222222222222 of zone admin; set assumeRoles.0.roleArn to an identity that deploys zone multi-tenant alone",
        "later unproven: assumeRoles.0.roleArn is known only after the deployment; set assumeRoles.0.roleArn to an identity that deploys zone multi-tenant alone",
        "nobody unproven: nothing states the zone of account 444444444444; state account",
      ],
    ));
});
