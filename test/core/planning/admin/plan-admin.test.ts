import assert from "node:assert/strict";
import fc from "fast-check";
import type { AdminPlan, PlannedAdminService } from "../../../../components/core/planning/admin/admin-plan";
import { fargateMemory, instanceSizeProblem } from "../../../../components/core/planning/admin/instance-sizes";
import { avroSchema } from "../../../../components/core/planning/admin/plan-stores";
import { scopeOf, scopeText } from "../../../../components/core/planning/admin/scopes";
import { adminPlan, adminSections, ownAdminService } from "../../../support/admin";

const serviceOf = (plan: AdminPlan, name: string): PlannedAdminService => {
  const found = plan.services.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
};

describe("the plan of the services of zone admin", () => {
  const plan = adminPlan("gcp");

  it("tells the model gateway what it needs, and nothing that records", () =>
    assert.deepEqual(serviceOf(plan, "cody-gateway").container.environment, {
      CODY_GATEWAY_ALLOW_ANONYMOUS: "false",
      CODY_GATEWAY_BIGQUERY_DATASET: { store: "events", what: "dataset", service: "cody-gateway" },
      CODY_GATEWAY_BIGQUERY_PROJECT_ID: { place: "project" },
      CODY_GATEWAY_BIGQUERY_TABLE: { store: "events", what: "table", service: "cody-gateway" },
      CODY_GATEWAY_ENABLE_ATTRIBUTION_SEARCH: "false",
      CODY_GATEWAY_ENTERPRISE_PORTAL_URL: "https://enterprise-portal-internal.example.com",
      ENVIRONMENT_ID: "production",
      EXTERNAL_DNS_NAME: "cody-gateway.example.com",
      GOOGLE_CLOUD_PROJECT: { place: "project" },
      MSP: "true",
      OTEL_GCP_PROJECT_ID: { place: "project" },
      OTEL_SDK_DISABLED: "false",
      SAMS_API_URL: "https://accounts-api.example.com",
      SAMS_CLIENT_ID: "sams_cid_cody-gateway",
      SAMS_URL: "https://accounts.example.com",
    }));

  it("administers what only this zone may", () =>
    assert.deepEqual(
      plan.services.map(({ name, administers }) => `${name} ${administers ?? "nothing"}`),
      [
        "billing billing",
        "cody-gateway enterprise-gateway",
        "enterprise-portal licensing",
        "pings nothing",
        "telemetry-gateway telemetry",
      ],
    ));

  it("lets the gateway out to a provider of models only where its token is given", () => {
    assert.deepEqual(serviceOf(plan, "cody-gateway").allowedHosts, ["accounts-api.example.com"]);
    const gateway = adminSections.admin.services["cody-gateway"];
    const services = {
      ...adminSections.admin.services,
      "cody-gateway": { ...gateway, secrets: { CODY_GATEWAY_ANTHROPIC_ACCESS_TOKEN: "anthropicToken" } },
    };
    assert.deepEqual(serviceOf(adminPlan("gcp", { ...adminSections.admin, services }), "cody-gateway").allowedHosts, [
      "accounts-api.example.com",
      "api.anthropic.com",
    ]);
  });

  it("leaves out of the portal what is of a gateway that does not run here, and says so", () => {
    const services = { "enterprise-portal": adminSections.admin.services["enterprise-portal"] };
    const alone = adminPlan("gcp", { ...adminSections.admin, services });
    const { environment } = serviceOf(alone, "enterprise-portal").container;
    assert.deepEqual(
      Object.keys(environment).filter((variable) => variable.startsWith("CODY_GATEWAY")),
      [],
    );
    assert.ok(
      alone.notices.includes(
        "the usage of models is not shown: the model gateway whose events are read is not of this stack",
      ),
    );
  });

  it("signs licences with a secret of the portal alone, or with a key in hardware and no secret", () => {
    const signed = (signing: "secret" | "key") => {
      const portal = serviceOf(
        adminPlan("aws", { ...adminSections.admin, licenceSigning: signing }),
        "enterprise-portal",
      );
      return {
        secrets: portal.secrets.filter(({ use }) => use === "licence-signing").map(({ resource }) => resource),
        key: portal.signingKey,
        told: portal.container.environment["LICENSE_SIGNING_KEY"],
      };
    };
    assert.deepEqual(signed("secret"), {
      secrets: ["sg-enterprise-portal-licence-signing"],
      key: undefined,
      told: undefined,
    });
    assert.deepEqual(signed("key"), {
      secrets: [],
      key: "sg-enterprise-portal-signing-key",
      told: { key: "sg-enterprise-portal-signing-key" },
    });
  });

  it("drops of telemetry what people or models wrote", () => {
    const [stream] = serviceOf(plan, "telemetry-gateway").stores;
    assert.ok(stream?.kind === "stream");
    const names = (JSON.parse(stream.schema) as { fields: { name: string }[] }).fields.map(({ name }) => name);
    assert.deepEqual(
      names,
      stream.fields.map(({ name }) => name),
    );
    for (const name of names) assert.ok(!/prompt|question|topic|summar|keyword|text|metadata/.test(name), name);
    assert.deepEqual(stream.into, { store: "events", table: "events" });
  });

  it("has no standby in development, and pays less", () => {
    const development = adminPlan("aws", adminSections.admin, { boundaries: { stage: "development" } });
    assert.ok(
      development.services
        .flatMap(({ stores }) => stores)
        .every((store) => !("highlyAvailable" in store) || !store.highlyAvailable),
    );
    assert.ok(development.price.monthly < adminPlan("aws").price.monthly);
  });

  it("prices what always runs and rests, and names what no price is known for", () => {
    const { price } = adminPlan("aws");
    assert.equal(price.monthly, 1397.11);
    assert.deepEqual(price.unpriced, [
      "egress firewall endpoints",
      "web firewalls, 2, with their rules",
      "runs of 18 checks from outside",
    ]);
    assert.deepEqual(plan.price.unpriced, [
      "policies of Cloud Armor, 6, with their rules",
      "runs of 18 checks from outside",
      "alarms",
    ]);
  });

  it("counts in its price what the components declare", () => {
    const counted = ({ price }: AdminPlan, key: string): number | undefined =>
      price.lines.find((line) => line.key === key)?.quantity;
    const aws = adminPlan("aws");
    const alarms = aws.services.flatMap((service) =>
      service.alarms.filter(({ metric }) => metric !== "startup-latency"),
    );
    const listeners = plan.services.flatMap((service) => service.listeners);
    assert.deepEqual(
      [
        counted(aws, "alb.hour"),
        counted(aws, "cloudwatch.alarm"),
        counted(aws, "synthetics.run"),
        counted(plan, "lb.forwardingRule.additional"),
        counted(plan, "monitoring.uptimeRun"),
      ],
      [4 * 730, alarms.length, (18 * 730 * 60) / 5, (listeners.length - 5) * 730, 18 * 730 * 60],
    );
  });

  it("stands directly or behind the edge as each service can", () => {
    const origins = adminPlan("gcp", { ...adminSections.admin, edge: "cloudflare" }).services.flatMap(
      ({ name, listeners }) => listeners.map(({ plane, origin }) => `${name} ${plane} ${origin}`),
    );
    assert.deepEqual(origins, [
      "billing machine edge",
      "billing human direct",
      "cody-gateway machine edge",
      "cody-gateway human direct",
      "enterprise-portal machine edge",
      "enterprise-portal internal direct",
      "enterprise-portal end-user edge",
      "enterprise-portal human direct",
      "pings machine direct",
      "telemetry-gateway machine direct",
    ]);
  });
});

describe("a service of one's own", () => {
  it("gets the decisions of every other", () => {
    const plan = adminPlan("aws", { ...adminSections.admin, ownServices: { "release-registry": ownAdminService } });
    const { own, identity, stores, secrets, container, allowedHosts, listeners } = serviceOf(plan, "release-registry");
    assert.deepEqual(
      { own, identity, allowedHosts, hosts: listeners.map(({ host, authentication }) => `${host} ${authentication}`) },
      {
        own: true,
        identity: "sg-release-registry",
        allowedHosts: ["accounts-api.example.com", "api.github.com"],
        hosts: ["releases.example.com service", "releases-staff.example.com identity-aware-proxy"],
      },
    );
    assert.deepEqual(
      stores.map(({ resource, key }) => `${resource} ${key}`),
      [
        "sg-release-registry-main sg-release-registry-data-key",
        "sg-release-registry-stream sg-release-registry-data-key",
        "sg-release-registry-downloads sg-release-registry-data-key",
      ],
    );
    assert.deepEqual(
      secrets.map(({ variable, origin }) => `${variable} ${origin}`),
      ["DIAGNOSTICS_SECRET generated", "SAMS_CLIENT_SECRET config"],
    );
    assert.equal(container.environment["SAMS_CLIENT_ID"], "sams_cid_registry");
    assert.deepEqual(
      plan.grants
        .filter(({ caller }) => caller === "release-registry")
        .map(({ scope, client }) => `${client} ${scope}`),
      ["sg-release-registry-client sams::user.profile::read"],
    );
  });
});

describe("scopes, sizes and schemas", () => {
  it("are read as they are written", () =>
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z_]{1,30}$/),
        fc.stringMatching(/^[a-z_.]{1,200}$/),
        fc.constantFrom("read" as const, "write" as const, "delete" as const),
        (service, permission, action) => {
          assert.deepEqual(scopeOf(scopeText({ service, permission, action })), { service, permission, action });
        },
      ),
    ));

  it("are none where the grammar is not kept", () => {
    for (const text of [
      "sams::user",
      "sams::user::list",
      "SAMS::user::read",
      `${"s".repeat(31)}::user::read`,
      `sams::${"u".repeat(216)}::read`,
    ])
      assert.equal(scopeOf(text), undefined, text);
  });

  it("are those that a cloud offers", () => {
    assert.equal(instanceSizeProblem("gcp", 2, 8), undefined);
    assert.equal(
      instanceSizeProblem("gcp", 2, 9),
      "must have 0.5 to 8 GiB with 2 vCPUs on Cloud Run, got 2 vCPUs with 9 GiB",
    );
    assert.equal(
      instanceSizeProblem("gcp", 4, 1),
      "must have 2 to 16 GiB with 4 vCPUs on Cloud Run, got 4 vCPUs with 1 GiB",
    );
    assert.equal(instanceSizeProblem("gcp", 3, 2), "must be 1, 2, 4, 6, 8 vCPUs on Cloud Run, got 3 vCPUs with 2 GiB");
    assert.equal(
      instanceSizeProblem("aws", 3, 2),
      "must be 0.25, 0.5, 1, 2, 4, 8, 16 vCPUs on Fargate, got 3 vCPUs with 2 GiB",
    );
    assert.equal(
      instanceSizeProblem("aws", 1, 9),
      "must have at most 8 GiB with 1 vCPUs on Fargate, got 1 vCPUs with 9 GiB",
    );
    assert.deepEqual([fargateMemory(1, 1), fargateMemory(2, 2), fargateMemory(8, 17)], [2, 4, 20]);
  });

  it("are Avro that lets any field be absent", () =>
    assert.equal(
      avroSchema("sg-pings-stream", [{ name: "occurred_at", type: "timestamp" }]),
      '{"type":"record","name":"sg_pings_stream","fields":[{"name":"occurred_at","type":["null",{"type":"long","logicalType":"timestamp-micros"}],"default":null}]}',
    ));
});
