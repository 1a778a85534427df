import assert from "node:assert/strict";
import type { BoundaryFacts, ConnectsEdge, DeclaredEdge, IssuesEdge } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { m01 } from "../../../components/core/rules/machines/m01";
import { m02 } from "../../../components/core/rules/machines/m02";
import { m03 } from "../../../components/core/rules/machines/m03";
import { m04 } from "../../../components/core/rules/machines/m04";
import { m05 } from "../../../components/core/rules/machines/m05";
import { graphOf, said, type Given } from "../../support/graph";

const part = (name: string, facts: BoundaryFacts, ...edges: readonly DeclaredEdge[]): Given => ({
  type: "sourcegraph:test:Part",
  name,
  boundary: { facts, edges },
});
const connects = (change: Partial<ConnectsEdge> = {}): ConnectsEdge => ({
  kind: "connects",
  from: "worker",
  to: "admin/telemetry-gateway",
  credential: "oauth-client",
  contract: "telemetry",
  ...change,
});
const issues = (change: Partial<IssuesEdge> = {}): IssuesEdge => ({
  kind: "issues",
  from: "worker",
  to: "admin/telemetry-gateway",
  scope: "telemetry_gateway::events::write",
  client: "cell-1",
  tokenSeconds: 3600,
  ...change,
});
const asks: ConnectsEdge = {
  kind: "connects",
  from: "admin/telemetry-gateway",
  to: "identity/accounts",
  contract: "introspection",
  credential: "oauth-client",
};
const cell = (...edges: readonly DeclaredEdge[]) => part("cell", { zone: "multi-tenant", cell: "one" }, ...edges);

describe("B-M01", () => {
  it("wants a client with a scope of the callee, and a callee that asks the issuer", () =>
    assert.deepEqual(
      said(
        m01,
        graphOf([
          cell(
            connects(),
            issues(),
            asks,
            issues({
              from: "admin/telemetry-gateway",
              to: "identity/accounts",
              scope: "accounts::session::read",
              client: "telemetry",
            }),
          ),
        ]),
      ),
      [
        "multi-tenant/worker to admin/telemetry-gateway holds: it shows a token with telemetry_gateway::events::write, about which admin/telemetry-gateway asks the issuer",
        "admin/telemetry-gateway to identity/accounts holds: it shows a token with accounts::session::read, which the callee issues",
        "multi-tenant/worker to admin/telemetry-gateway with telemetry_gateway::events::write holds: it is for telemetry_gateway",
        "admin/telemetry-gateway to identity/accounts with accounts::session::read holds: it is for accounts",
      ],
    ));

  it("takes the scope name of a callee elsewhere from its public facts, unless a stack states another", () => {
    const sams = (...given: readonly Given[]) =>
      said(
        m01,
        graphOf([cell(issues({ to: "identity/accounts", scope: "sams::session::read", honours: "sams" })), ...given]),
      );
    assert.deepEqual(sams(), [
      "multi-tenant/worker to identity/accounts with sams::session::read holds: it is for sams",
    ]);
    assert.deepEqual(sams(part("accounts", { zone: "identity", service: "accounts", scopeName: "accounts" })), [
      "multi-tenant/worker to identity/accounts with sams::session::read broken: it is for sams, and the callee is accounts; give it a scope of accounts",
    ]);
  });

  it("wants no scope of whoever only asks the issuer about tokens", () => {
    assert.deepEqual(said(m01, graphOf([cell(asks)])), [
      "admin/telemetry-gateway to identity/accounts holds: it shows its own client to identity/accounts, which made it",
    ]);
    assert.deepEqual(said(m01, graphOf([cell({ ...asks, to: "admin/accounts" })])), []);
    assert.deepEqual(said(m01, graphOf([cell({ ...asks, from: "worker", to: "admin/accounts" })])), [
      "multi-tenant/worker to admin/accounts broken: no right of the caller at the callee is stated; give the caller a client with a scope of the callee",
    ]);
  });

  it("finds a connection without a right, and a callee that asks nobody", () => {
    assert.deepEqual(said(m01, graphOf([cell(connects())])), [
      "multi-tenant/worker to admin/telemetry-gateway broken: no right of the caller at the callee is stated; give the caller a client with a scope of the callee",
    ]);
    assert.deepEqual(said(m01, graphOf([cell(connects(), issues())])), [
      "multi-tenant/worker to admin/telemetry-gateway broken: admin/telemetry-gateway does not ask the issuer about tokens; state its connection to identity for introspection",
      "multi-tenant/worker to admin/telemetry-gateway with telemetry_gateway::events::write holds: it is for telemetry_gateway",
    ]);
  });

  it("finds a right for another than the callee", () =>
    assert.deepEqual(said(m01, graphOf([cell(issues({ scope: "enterprise_portal::metering::read" }))])), [
      "multi-tenant/worker to admin/telemetry-gateway with enterprise_portal::metering::read broken: it is for enterprise_portal, and the callee is telemetry_gateway; give it a scope of telemetry_gateway",
    ]));

  it("takes the name in scopes from who states it, in a manifest too", () => {
    const grant = issues({ to: "admin/model-gateway", scope: "cody_gateway::workspaces::read" });
    const facts = { zone: "admin", service: "model-gateway", scopeName: "cody_gateway" } as const;
    assert.deepEqual(said(m01, graphOf([cell(grant)])), [
      "multi-tenant/worker to admin/model-gateway with cody_gateway::workspaces::read broken: it is for cody_gateway, and the callee is model_gateway; give it a scope of model_gateway",
    ]);
    assert.deepEqual(said(m01, graphOf([cell(grant)], [{ facts }])), [
      "multi-tenant/worker to admin/model-gateway with cody_gateway::workspaces::read holds: it is for cody_gateway",
    ]);
  });

  it("finds what names no callee, and nothing at all", () =>
    assert.deepEqual(
      said(
        m01,
        graphOf([
          cell(
            connects({ credential: "licence-token" }),
            connects({ to: "admin/pings", credential: "none" }),
            connects({ to: "admin/portal", credential: "shared-secret" }),
          ),
        ]),
      ),
      [
        "multi-tenant/worker to admin/telemetry-gateway broken: the caller shows a licence token, which names no callee; give the caller a client with a scope of the callee",
        "multi-tenant/worker to admin/pings broken: the caller shows nothing; give the caller a client with a scope of the callee",
        "multi-tenant/worker to admin/portal broken: the caller shows a shared secret, which names no callee; give the caller a client with a scope of the callee",
      ],
    ));

  it("takes the token of an identity where the load balancer or the invoker's role looks for whom it is", () => {
    const edge = connects({ credential: "identity" });
    const gateway = part("gateway", { zone: "admin", service: "telemetry-gateway" });
    const rule: Given = {
      type: "aws:lb/listenerRule:ListenerRule",
      name: "rule",
      parent: "gateway",
      inputs: {
        actions: [
          {
            type: "jwt-validation",
            jwtValidation: { issuer: "https://i", additionalClaims: [{ name: "aud", values: ["t"] }] },
          },
          { type: "forward" },
        ],
      },
    };
    const invoker = (member: string): Given => ({
      type: "gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
      name: "invoker",
      parent: "gateway",
      inputs: { role: "roles/run.invoker", member },
    });
    assert.deepEqual(said(m01, graphOf([cell(edge), gateway, rule])), [
      "multi-tenant/worker to admin/telemetry-gateway holds: rule looks at the audience of its token",
    ]);
    assert.deepEqual(said(m01, graphOf([cell(edge), gateway, invoker("serviceAccount:a@b.iam.gserviceaccount.com")])), [
      "multi-tenant/worker to admin/telemetry-gateway holds: invoker admits serviceAccount:a@b.iam.gserviceaccount.com only",
    ]);
    assert.deepEqual(said(m01, graphOf([cell(edge), gateway, invoker("allUsers")])), [
      "multi-tenant/worker to admin/telemetry-gateway unproven: nothing here checks for whom its token is; state it in the stack of the callee, or give the caller a client",
    ]);
  });

  it("says nothing of people and of connections within a zone", () =>
    assert.deepEqual(
      said(
        m01,
        graphOf([
          cell(connects({ plane: "human", credential: "none" }), connects({ to: "gitserver", credential: "none" })),
        ]),
      ),
      [],
    ));
});

describe("B-M02", () => {
  const secret: Given = { type: "aws:secretsmanager/secret", name: "cell-1" };
  const task = (name: string, parent: string): Given => ({
    type: "aws:ecs/taskDefinition",
    name,
    parent,
    refers: { containerDefinitions: "cell-1" },
  });
  const other = part("other", { zone: "multi-tenant", cell: "two" });

  it("lets a cell have a client of its own", () =>
    assert.deepEqual(said(m02, graphOf([cell(issues()), secret, task("worker", "cell")])), [
      "client cell-1 holds: it is held by multi-tenant/worker of one",
      "cell-1 holds: it is read by worker of one of multi-tenant",
    ]));

  it("finds two cells with one client, or with one secret", () => {
    const second = part("other", { zone: "multi-tenant", cell: "two" }, issues());
    assert.deepEqual(said(m02, graphOf([cell(issues()), second])), [
      "client cell-1 broken: it is held by multi-tenant/worker of one and multi-tenant/worker of two; make a client and a secret for every cell, instance and service",
    ]);
    assert.deepEqual(
      said(m02, graphOf([cell(issues()), other, secret, task("worker", "cell"), task("another", "other")])),
      [
        "client cell-1 holds: it is held by multi-tenant/worker of one",
        "cell-1 broken: it is read by worker of one of multi-tenant and another of two of multi-tenant; make a client and a secret for every cell, instance and service",
      ],
    );
  });

  it("finds a second identity that may read the secret", () =>
    assert.deepEqual(
      said(
        m02,
        graphOf([
          cell(issues()),
          { type: "gcp:secretmanager/secret", name: "cell-1" },
          ...["worker", "frontend"].flatMap((name): Given[] => [
            { type: "gcp:serviceaccount/account", name, parent: "cell" },
            {
              type: "gcp:secretmanager/secretIamMember",
              name: `${name}-reads`,
              parent: "cell",
              refers: { secretId: "cell-1", member: name },
            },
          ]),
        ]),
      ),
      [
        "client cell-1 holds: it is held by multi-tenant/worker of one",
        "cell-1 broken: it is read by worker of one of multi-tenant and frontend of one of multi-tenant; make a client and a secret for every cell, instance and service",
      ],
    ));
});

describe("B-M03", () => {
  const says = (change: Partial<ConnectsEdge>) =>
    said(
      m03,
      graphOf([part("instance", { zone: "single-tenant" }, connects({ credential: "licence-token", ...change }))]),
    );

  for (const contract of ["model-call", "licence-check", "telemetry", "ping"] as const)
    it(`lets a licence open ${contract}`, () =>
      assert.deepEqual(says({ contract }), [
        `single-tenant/worker to admin/telemetry-gateway holds: it opens ${contract}`,
      ]));

  it("finds a subscription API, metering, and a page for people", () => {
    assert.deepEqual(says({ to: "admin/enterprise-portal", contract: undefined }), [
      "single-tenant/worker to admin/enterprise-portal broken: it opens what no contract names, and is made for model-call, licence-check, telemetry, ping only; give the caller a client",
    ]);
    assert.deepEqual(says({ to: "admin/enterprise-portal", contract: "metering" }), [
      "single-tenant/worker to admin/enterprise-portal broken: it opens metering, and is made for model-call, licence-check, telemetry, ping only; give the caller a client",
    ]);
    assert.deepEqual(says({ contract: "ping", plane: "human" }), [
      "single-tenant/worker to admin/telemetry-gateway broken: it opens a listener of plane human; let only listeners of machines take it",
    ]);
  });
});

describe("B-M04", () => {
  it("lets tokens live an hour", () =>
    assert.deepEqual(said(m04, graphOf([cell(connects(), issues())])), [
      "multi-tenant/worker to admin/telemetry-gateway holds: the caller shows oauth client",
      "multi-tenant/worker to admin/telemetry-gateway with telemetry_gateway::events::write holds: its tokens live 3600 seconds",
    ]));

  it("finds a token that may never end, one that lives longer, and cannot tell where nothing is stated", () =>
    assert.deepEqual(
      said(
        m04,
        graphOf([
          cell(
            connects({ credential: "service-access-token" }),
            issues({ tokenSeconds: 86400 }),
            issues({ to: "admin/portal", tokenSeconds: undefined }),
          ),
        ]),
      ),
      [
        "multi-tenant/worker to admin/telemetry-gateway broken: the caller shows a service access token, which may never end; give the caller a client",
        "multi-tenant/worker to admin/telemetry-gateway with telemetry_gateway::events::write broken: its tokens live 86400 seconds; let its tokens live 3600 seconds at most",
        "multi-tenant/worker to admin/portal with telemetry_gateway::events::write unproven: nothing states how long its tokens live; let its tokens live 3600 seconds at most",
      ],
    ));
});

describe("B-M05", () => {
  const admin = part("admin", { zone: "admin" });
  const run = (envs: unknown): Given => ({
    type: "gcp:cloudrunv2/service:Service",
    name: "run",
    parent: "admin",
    inputs: { template: { containers: [{ envs }] } },
  });
  const name = "CODY_GATEWAY_DIAGNOSTICS_SECRET";

  it("wants the secret from a secret manager, in both clouds", () => {
    const containers = [
      { name: "a", secrets: [{ name: "DIAGNOSTICS_SECRET", valueFrom: "arn:aws:secretsmanager:x" }] },
    ];
    assert.deepEqual(
      said(m05, graphOf([admin, run([{ name, valueSource: { secretKeyRef: { secret: "s", version: "1" } } }])])),
      ["run holds: CODY_GATEWAY_DIAGNOSTICS_SECRET comes from a secret manager"],
    );
    assert.deepEqual(
      said(
        m05,
        graphOf([
          admin,
          {
            type: "aws:ecs/taskDefinition",
            name: "task",
            parent: "admin",
            inputs: { containerDefinitions: JSON.stringify(containers) },
          },
        ]),
      ),
      ["task holds: DIAGNOSTICS_SECRET comes from a secret manager"],
    );
  });

  it("finds none, a plain value, and cannot see what is known later", () =>
    assert.deepEqual(
      [[], [{ name, value: "abc" }], unknownValue].flatMap((envs) => said(m05, graphOf([admin, run(envs)]))),
      [
        "run broken: no DIAGNOSTICS_SECRET is set, which leaves the details of its health open; take DIAGNOSTICS_SECRET from a secret manager",
        "run broken: CODY_GATEWAY_DIAGNOSTICS_SECRET is a plain value; take DIAGNOSTICS_SECRET from a secret manager",
        "run unproven: its variables are known only after the deployment; take DIAGNOSTICS_SECRET from a secret manager",
      ],
    ));

  it("says nothing of a cell's services of the product", () =>
    assert.deepEqual(
      said(m05, graphOf([cell(), { type: "kubernetes:apps/v1:Deployment", name: "gitserver", parent: "cell" }])),
      [],
    ));
});
