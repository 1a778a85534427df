import assert from "node:assert/strict";
import {
  adminConfigs,
  adminImage,
  plannedAdmin,
  recordAdmin,
  recordDefault,
  uncheckedBy,
} from "../../support/gcp-admin";
import { inputsOf } from "../../support/gcp-vm";
import { allOf, identitiesOf, only } from "../../support/recorder";

const run = "gcp:cloudrunv2/service:Service";
const invoker = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember";
const proxyMember = "gcp:iap/webCloudRunServiceIamMember:WebCloudRunServiceIamMember";
const member = "gcp:secretmanager/secretIamMember:SecretIamMember";

const email = (service: string) => `${service}@example-admin.iam.gserviceaccount.com`;

describe("AdminServices on Google Cloud", function () {
  this.timeout(60_000);

  it("declares a service with an identity, a key for each class, its stores and its ways in, by the names of the plan", async () => {
    const { resources } = await recordAdmin(
      plannedAdmin({ ...adminConfigs.admin, services: { pings: { image: adminImage("pings") } } }),
    );
    const service = "sourcegraph:admin-services:AdminService admin-pings";
    const below = identitiesOf(resources)
      .filter((identity) => !/alertPolicy|uptimeCheck/.test(identity) && identity.endsWith(` < ${service}`))
      .map((identity) => identity.replace(/ < .*/, "").replace(/^gcp:(.*):\w+ /, "$1 "))
      .sort();
    assert.deepEqual(below, [
      "bigquery/dataset admin-pings-events",
      "bigquery/datasetIamMember admin-pings-events-writer",
      "bigquery/table admin-pings-events-events",
      "cloudrunv2/service admin-pings",
      "kms/cryptoKey admin-pings-identity-key",
      "kms/cryptoKey admin-pings-secret-key",
      "kms/cryptoKeyIAMMember admin-pings-identity-key-bigquery",
      "kms/cryptoKeyIAMMember admin-pings-identity-key-pubsub",
      "kms/cryptoKeyIAMMember admin-pings-secret-key-run",
      "kms/cryptoKeyIAMMember admin-pings-secret-key-secrets",
      "projects/iAMMember admin-pings-log-writer",
      "projects/iAMMember admin-pings-metric-writer",
      "projects/iAMMember admin-pings-trace-agent",
      "pubsub/schema admin-pings-stream",
      "pubsub/subscription admin-pings-stream",
      "pubsub/topic admin-pings-stream",
      "pubsub/topicIAMMember admin-pings-stream-publisher",
      "random:index/randomPassword:RandomPassword admin-pings-diagnostics",
      "secretmanager/secret admin-pings-diagnostics",
      "secretmanager/secretIamMember admin-pings-diagnostics",
      "secretmanager/secretVersion admin-pings-diagnostics",
      "serviceaccount/account admin-pings",
      "serviceaccount/iAMMember admin-pings-stream-writes",
      "sourcegraph:admin-services:AdminListener admin-pings-machine",
    ]);
    const listener = "sourcegraph:admin-services:AdminListener admin-pings-machine";
    assert.deepEqual(
      identitiesOf(resources)
        .filter((identity) => identity.endsWith(` < ${listener}`))
        .map((identity) => identity.split(/[:/]/)[2]),
      [
        "backendService",
        "globalAddress",
        "globalForwardingRule",
        "managedSslCertificate",
        "regionNetworkEndpointGroup",
        "securityPolicy",
        "targetHttpsProxy",
        "uRLMap",
        "recordSet",
      ],
    );
  });

  it("runs a service by its own identity, reached through load balancers only, with everything it sends going through the network", async () => {
    const { resources } = await recordDefault("admin");
    const { inputs } = only(resources, run, "admin-telemetry-gateway");
    const { template, ...outer } = inputs as { template: Record<string, unknown> };
    assert.deepEqual(outer, {
      project: "example-admin",
      location: "us-central1",
      description: "takes usage events of instances and cells and passes the allowed fields on",
      ingress: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
      defaultUriDisabled: true,
      deletionProtection: true,
      binaryAuthorization: { useDefault: true },
      labels: { team: "core", "sourcegraph-zone": "admin", "sourcegraph-owner": "core-services" },
    });
    const { containers, ...rest } = template as { containers: readonly Record<string, unknown>[] };
    assert.deepEqual(rest, {
      serviceAccount: email("admin-telemetry-gateway"),
      encryptionKey: "admin-telemetry-gateway-secret-key-id",
      timeout: "120s",
      maxInstanceRequestConcurrency: 250,
      executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
      scaling: { minInstanceCount: 2, maxInstanceCount: 10 },
      vpcAccess: {
        egress: "ALL_TRAFFIC",
        networkInterfaces: [{ network: "admin-id", subnetwork: "admin-services-id" }],
      },
      volumes: [],
    });
    const [container] = containers;
    const { envs, ...plain } = container as { envs: readonly Record<string, unknown>[] };
    const probe = { tcpSocket: { port: 9992 } };
    assert.deepEqual(plain, {
      image: adminImage("telemetry-gateway"),
      ports: { name: "h2c", containerPort: 9992 },
      resources: { limits: { cpu: "1", memory: "1024Mi" }, startupCpuBoost: true },
      volumeMounts: [],
      startupProbe: { ...probe, periodSeconds: 3, timeoutSeconds: 3, failureThreshold: 20 },
      livenessProbe: { ...probe, periodSeconds: 30, timeoutSeconds: 3, failureThreshold: 3 },
    });
    assert.deepEqual(
      envs.find(({ name }) => name === "DIAGNOSTICS_SECRET"),
      {
        name: "DIAGNOSTICS_SECRET",
        valueSource: { secretKeyRef: { secret: "admin-telemetry-gateway-diagnostics-id", version: "1" } },
      },
    );
    assert.deepEqual(
      envs.find(({ name }) => name === "TELEMETRY_GATEWAY_EVENTS_PUBSUB_TOPIC_ID"),
      { name: "TELEMETRY_GATEWAY_EVENTS_PUBSUB_TOPIC_ID", value: "admin-telemetry-gateway-stream" },
    );
  });

  it("tells a service of its stores, its certificates, and the tables of another that it reads", async () => {
    const { resources } = await recordDefault("admin");
    const { inputs } = only(resources, run, "admin-enterprise-portal");
    const { template } = inputs as unknown as {
      template: {
        volumes: unknown;
        containers: readonly [{ envs: readonly { name: string; value?: unknown }[]; volumeMounts: unknown }];
      };
    };
    const told = Object.fromEntries(template.containers[0].envs.map(({ name, value }) => [name, value]));
    assert.equal(told["PGINSTANCE"], "example:us-central1:admin-enterprise-portal-main");
    assert.equal(told["PGUSER"], "admin-enterprise-portal@example-admin.iam");
    assert.equal(told["CODY_GATEWAY_EVENTS_DATASET"], "admin_cody_gateway_events");
    assert.equal(told["REDIS_ENDPOINT"], undefined);
    assert.equal(told["SSL_CERT_DIR"], "/etc/ssl/certs:/etc/ssl/stores/cache");
    assert.deepEqual(template.volumes, [
      {
        name: "authority-cache",
        secret: {
          secret: "admin-enterprise-portal-cache-authority-id",
          items: [{ path: "cache.pem", version: "1" }],
        },
      },
    ]);
    assert.deepEqual(template.containers[0].volumeMounts, [
      { name: "authority-cache", mountPath: "/etc/ssl/stores/cache" },
    ]);
    const reader = only(
      resources,
      "gcp:bigquery/datasetIamMember:DatasetIamMember",
      "admin-cody-gateway-events-enterprise-portal",
    );
    assert.deepEqual(reader.inputs, {
      project: "example-admin",
      datasetId: "admin_cody_gateway_events",
      role: "roles/bigquery.dataViewer",
      member: `serviceAccount:${email("admin-enterprise-portal")}`,
    });
  });

  it("puts what employees reach behind the identity-aware proxy, in a service of Cloud Run of its own, open to the company's groups", async () => {
    const { resources } = await recordDefault("admin");
    const proxied = allOf(resources, run).filter(({ inputs }) => inputs["iapEnabled"] === true);
    assert.deepEqual(proxied.map(({ name, parent }) => [name, parent]).sort(), [
      ["admin-billing-human", "sourcegraph:admin-services:AdminListener admin-billing-human"],
      ["admin-cody-gateway-human", "sourcegraph:admin-services:AdminListener admin-cody-gateway-human"],
      ["admin-enterprise-portal-human", "sourcegraph:admin-services:AdminListener admin-enterprise-portal-human"],
    ]);
    for (const { inputs } of proxied) {
      const { template, ingress, defaultUriDisabled } = inputs as unknown as {
        template: { scaling: { minInstanceCount: number } };
        ingress: string;
        defaultUriDisabled: boolean;
      };
      assert.deepEqual(
        [template.scaling.minInstanceCount, ingress, defaultUriDisabled],
        [0, "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER", true],
      );
    }
    const let_in = inputsOf(resources, proxyMember);
    assert.deepEqual(let_in["admin-cody-gateway-human-group-on-call-example-com"], {
      project: "example-admin",
      location: "us-central1",
      cloudRunServiceName: "admin-cody-gateway-human",
      role: "roles/iap.httpsResourceAccessor",
      member: "group:on-call@example.com",
    });
    assert.equal(Object.keys(let_in).length, 3);
  });

  it("lets Google's proxy and the services that are declared to call invoke a service, and nobody else", async () => {
    const { resources } = await recordDefault("admin");
    const iap = "serviceAccount:service-123@gcp-sa-iap.iam.gserviceaccount.com";
    assert.deepEqual(
      Object.values(inputsOf(resources, invoker))
        .map(({ name, member: who, role }) => `${String(role)} ${String(name)}: ${String(who)}`)
        .sort(),
      [
        `roles/run.invoker admin-billing-human: ${iap}`,
        `roles/run.invoker admin-cody-gateway-human: ${iap}`,
        `roles/run.invoker admin-enterprise-portal-human: ${iap}`,
        `roles/run.invoker admin-enterprise-portal: serviceAccount:${email("admin-cody-gateway")}`,
      ],
    );
    assert.deepEqual(
      allOf(resources, run).filter(({ inputs }) => inputs["invokerIamDisabled"] !== undefined),
      [],
    );
    assert.doesNotMatch(JSON.stringify(resources), /allUsers|allAuthenticatedUsers/);
  });

  it("leaves the check of callers to a service only where it is told to, and never behind the proxy", async () => {
    const unchecked = uncheckedBy("admin-cody-gateway");
    const plan = plannedAdmin(adminConfigs.admin, unchecked);
    const { resources } = await recordAdmin(plan, { exceptions: unchecked.boundaries?.exceptions ?? [] });
    assert.deepEqual(
      allOf(resources, run)
        .filter(({ inputs }) => inputs["invokerIamDisabled"] === true)
        .map(({ name }) => name),
      ["admin-cody-gateway"],
    );
  });

  it("gives every service an identity of its own, which alone reads its secrets", async () => {
    for (const zone of ["admin", "identity", "dotcom"] as const) {
      const { resources } = await recordDefault(zone);
      const accounts = inputsOf(resources, "gcp:serviceaccount/account:Account");
      const ids = Object.values(accounts).map(({ accountId }) => String(accountId));
      assert.equal(new Set(ids).size, ids.length);
      for (const { name, inputs, parent } of allOf(resources, member)) {
        const service = parent.split(" ")[1] ?? "";
        assert.deepEqual(
          [inputs["role"], inputs["member"]],
          ["roles/secretmanager.secretAccessor", `serviceAccount:${service}@example-${zone}.iam.gserviceaccount.com`],
          name,
        );
      }
      assert.deepEqual(allOf(resources, "gcp:serviceaccount/key:Key"), []);
    }
  });

  it("writes values of secrets into Secret Manager, into the headers of checks and nowhere else", async () => {
    const { resources } = await recordAdmin(
      plannedAdmin(adminConfigs.admin, { admin: { ...adminConfigs.admin, edge: "cloudflare" } }),
    );
    const values = /value of |random of |redis password/;
    const holders = resources.filter(({ inputs }) => values.test(JSON.stringify(inputs)));
    assert.deepEqual([...new Set(holders.map(({ type }) => type))].sort(), [
      "gcp:compute/securityPolicy:SecurityPolicy",
      "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig",
      "gcp:secretmanager/secretVersion:SecretVersion",
      "gcp:sql/user:User",
    ]);
    for (const { type, name, secretInputs } of holders) assert.notDeepEqual(secretInputs, [], `${type} ${name}`);
  });
});
