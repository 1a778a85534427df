import assert from "node:assert/strict";
import fc from "fast-check";
import { adminBoundary } from "../../../../components/core/planning/admin/boundary";
import type { Credential, CredentialKind } from "../../../../components/core/planning/credentials/credential";
import { kindFacts } from "../../../../components/core/planning/credentials/kinds";
import { adminCredentials } from "../../../../components/core/planning/credentials/of-admin";
import { rotationOf } from "../../../../components/core/planning/credentials/rotation";
import { statedCredentials } from "../../../../components/core/planning/credentials/stated";
import { credentialSections, reportedCredentials } from "../../../../components/core/rendering/credentials-report";
import type { ConnectsEdge, DeclaredEdge } from "../../../../components/core/rules/facts";
import { adminPlan, adminSections } from "../../../support/admin";
import { graphOf } from "../../../support/graph";

const kinds = Object.keys(kindFacts) as CredentialKind[];
const steps = ["make", "give", "switch", "prove", "revoke"];
const goods = ["old", "both", "new"];

const instance = (...edges: readonly DeclaredEdge[]) =>
  graphOf([{ type: "sourcegraph:vm:Vm", name: "sourcegraph", boundary: { facts: { zone: "single-tenant" }, edges } }]);
const call = (to: string, contract: ConnectsEdge["contract"], change: Partial<ConnectsEdge> = {}): ConnectsEdge => ({
  kind: "connects",
  from: "worker",
  to,
  credential: "licence-token",
  plane: "machine",
  ...(contract === undefined ? {} : { contract }),
  ...change,
});

const named = (credentials: readonly Credential[], name: string): Credential => {
  const found = credentials.find((each) => each.name === name);
  assert.ok(found, `${name} of ${credentials.map((each) => each.name).join(", ")}`);
  return found;
};

describe("the replacement of a credential", () => {
  it("takes its steps in order, makes before it revokes, and never leaves nothing that is good", () =>
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.string({ minLength: 1 }), (kind, name) => {
        const { steps: taken, overlaps, outage } = rotationOf(kind, { name, holder: "zone/service" });
        const order = taken.map(({ step }) => steps.indexOf(step));
        assert.deepEqual(
          order,
          [...order].sort((a, b) => a - b),
        );
        const good = taken.map((each) => goods.indexOf(each.good));
        assert.deepEqual(
          good,
          [...good].sort((a, b) => a - b),
        );
        assert.equal(outage === undefined, overlaps);
        if (taken.length === 0) return;
        assert.equal(taken[0]?.step, "make");
        assert.equal(taken.at(-1)?.step, "revoke");
        assert.equal(taken.at(-1)?.good, "new");
        if (overlaps) {
          assert.deepEqual(
            taken.map(({ step }) => step),
            steps,
          );
          assert.deepEqual(
            taken.slice(0, -1).map((each) => each.good),
            ["both", "both", "both", "both"],
          );
        }
        for (const { does, who, proof } of taken) assert.ok(does !== "" && who !== "" && proof !== "");
      }),
    ));

  it("gives a new value by the name that the config has for it", () => {
    const { steps: taken } = rotationOf("oauth-client", {
      name: "sg-pings-client",
      holder: "admin/pings",
      configName: "pingsClient",
    });
    assert.equal(taken[1]?.does, "pulumi config set --secret --path 'sourcegraph:secrets.pingsClient'");
  });

  it("of a token made from a licence is a new licence", () =>
    assert.equal(
      rotationOf("licence-token", { name: "x", holder: "single-tenant/instance" }).steps[0]?.does,
      "issue a new licence for the same subscription: the token is its hash, so that only a new licence makes a new one",
    ));
});

describe("credentials that an instance states", () => {
  it("are one token made from the licence for all it opens, marked as that, and nothing for pings", () => {
    const credentials = statedCredentials(
      instance(
        call("admin/cody-gateway", "model-call"),
        call("admin/telemetry-gateway", "telemetry"),
        call("admin/pings", "ping", { credential: "none" }),
        call("gitserver", undefined, { credential: "identity" }),
        call("admin/accounts", undefined, { credential: "shared-secret", plane: "human" }),
      ),
    );
    assert.deepEqual(
      credentials.map(({ name, kind, bound, life, opens }) => ({ name, kind, bound, life, opens })),
      [
        {
          name: "licence-token of single-tenant/worker",
          kind: "licence-token",
          bound: false,
          life: "as long as the licence",
          opens: [
            { at: "admin/cody-gateway", may: ["model-call"] },
            { at: "admin/telemetry-gateway", may: ["telemetry"] },
          ],
        },
        {
          name: "none of single-tenant/worker",
          kind: "none",
          bound: false,
          life: "always",
          opens: [{ at: "admin/pings", may: ["ping"] }],
        },
      ],
    );
    const [token] = credentials;
    assert.equal(
      token?.why,
      "the product of instances that are not hosted by us has no client of the accounts service",
    );
    assert.equal(
      token?.blastRadius,
      "until the licence ends or is revoked, at every callee: call models within the quota of the holder; send events in the name of the holder; no subscription, no account and no stored data of anybody",
    );
  });

  it("are none where nothing leaves it", () => assert.deepEqual(statedCredentials(instance()), []));
});

describe("credentials of a stack of support services", () => {
  const plan = adminPlan("aws");
  const credentials = adminCredentials(plan);

  it("are every secret of every service, once, and what other stacks show to it", () => {
    const secrets = plan.services.flatMap((service) => service.secrets.map(({ resource }) => resource));
    const names = credentials.map(({ name }) => name);
    assert.deepEqual(
      names,
      [
        ...secrets,
        "cell-eu-1",
        "cell-us-1",
        "employeesClient",
        "licence-token of single-tenant/instance",
        "none of single-tenant/instance",
        "sourcegraph-frontend",
      ].sort(),
    );
    for (const secret of secrets) {
      const owner = plan.services.find((service) => service.secrets.some(({ resource }) => resource === secret));
      assert.deepEqual(named(credentials, secret).readers, [owner?.identity]);
    }
  });

  it("are tokens of an hour that name their callee, for whoever has a client", () => {
    const { seconds, bound, opens, why, kept, readers } = named(credentials, "sg-enterprise-portal-client");
    assert.deepEqual(
      { seconds, bound, opens, why, kept, readers },
      {
        seconds: 3600,
        bound: true,
        why: undefined,
        opens: [
          {
            at: "identity/accounts",
            may: ["introspection", "sams::session::read", "sams::user.profile::read", "sams::user.roles::read"],
          },
        ],
        kept: "secret sg-enterprise-portal-client under key sg-enterprise-portal-secret-key",
        readers: ["sg-enterprise-portal"],
      },
    );
    assert.equal(
      named(credentials, "cell-us-1").blastRadius,
      "until the client is revoked, as multi-tenant/us-1 alone: send events in the name of the holder; with telemetry_gateway::events::write",
    );
  });

  it("are of the accounts service a management secret too, which is behind the sign-in of employees", () => {
    const found = named(adminCredentials(adminPlan("gcp", adminSections.identity)), "sg-accounts-management");
    assert.equal(found.kind, "management");
    assert.equal(found.blastRadius, "every account of accounts: read, change and end it; only through the human plane");
  });

  it("say that the key of licences can be copied as a secret, and not from hardware", () => {
    assert.deepEqual(named(credentials, "sg-enterprise-portal-licence-signing").readers, ["sg-enterprise-portal"]);
    const inHardware = adminCredentials(adminPlan("aws", { ...adminSections.admin, licenceSigning: "key" }));
    assert.ok(!inHardware.some(({ name }) => name === "sg-enterprise-portal-licence-signing"));
    const key = named(inHardware, "sg-enterprise-portal-signing-key");
    assert.deepEqual([key.kept, key.readers], ["in hardware of the cloud, from which it cannot be read", []]);
  });

  it("are those that the graph of the same stack states", () => {
    const stated = statedCredentials(
      graphOf([
        { type: "sourcegraph:admin-services:AdminServices", name: plan.name, boundary: adminBoundary(plan) },
        { type: "aws:secretsmanager/secret", name: "sg-enterprise-portal-client", parent: plan.name },
      ]),
    );
    assert.equal(named(stated, "sg-enterprise-portal-client").kept, "secret sg-enterprise-portal-client");
    for (const { name, opens, blastRadius } of stated.filter(({ kind }) => kind !== "oauth-client"))
      assert.deepEqual(
        { opens, blastRadius },
        (({ opens: o, blastRadius: b }) => ({ opens: o, blastRadius: b }))(named(credentials, name)),
      );
  });

  it("are listed with what marks the ones that name no callee, and every step of their replacement", () => {
    const [list, rotation] = credentialSections(credentials);
    assert.equal(list?.summary, `${credentials.length}, 2 of them for no callee alone`);
    assert.deepEqual(list?.rows.find(([name]) => name === "licence-token of single-tenant/instance")?.slice(0, 4), [
      "licence-token of single-tenant/instance",
      "single-tenant/instance",
      "token made from the licence, for no callee alone; as long as the licence; because the product of instances that are not hosted by us has no client of the accounts service",
      "admin/cody-gateway: model-call; admin/enterprise-portal: licence-check; admin/telemetry-gateway: telemetry",
    ]);
    assert.equal(
      rotation?.rows.length,
      credentials.reduce((sum, each) => sum + each.rotation.steps.length, 0),
    );
    const reported = reportedCredentials(credentials);
    assert.deepEqual(
      reported.map(({ name }) => name),
      credentials.map(({ name }) => name),
    );
    assert.ok(
      reported
        .find(({ name }) => name === "sg-pings-diagnostics")
        ?.rotation.at(-1)
        ?.startsWith("meanwhile: "),
    );
  });
});
