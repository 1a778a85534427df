import assert from "node:assert/strict";
import { plannedAdmin, recordAdmin, recordDefault, adminConfigs } from "../../support/gcp-admin";
import { inputsOf } from "../../support/gcp-vm";
import { allOf, only, valueOf, type Recorded } from "../../support/recorder";

const place = { team: "core", "sourcegraph-zone": "admin" };
const server = "gcp:sql/databaseInstance:DatabaseInstance";
const cache = "gcp:redis/instance:Instance";
const dataset = "gcp:bigquery/dataset:Dataset";
const topic = "gcp:pubsub/topic:Topic";
const key = "gcp:kms/cryptoKey:CryptoKey";
const urlMap = "gcp:compute/uRLMap:URLMap";
const policy = "gcp:compute/securityPolicy:SecurityPolicy";
const rule = "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule";

const refuses = { faultInjectionPolicy: { abort: { httpStatus: 404, percentage: 100 } } };

/** A key and who may encrypt with it. */
function usersOf(resources: readonly Recorded[], name: string): string[] {
  return allOf(resources, "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember")
    .filter(({ inputs }) => inputs["cryptoKeyId"] === `${name}-id`)
    .map(({ inputs }) => `${String(inputs["role"])} ${String(inputs["member"])}`)
    .sort();
}

describe("parts of AdminServices on Google Cloud", function () {
  this.timeout(60_000);

  it("keep databases private, encrypted, guarded, and silent about what is asked; the service signs in by its identity", async () => {
    const { resources } = await recordDefault("admin");
    const { inputs } = only(resources, server, "admin-billing-main");
    const { settings, ...outer } = inputs as { settings: Record<string, unknown> };
    assert.deepEqual(outer, {
      project: "example-admin",
      region: "us-central1",
      databaseVersion: "POSTGRES_16",
      encryptionKeyName: "admin-billing-identity-key-id",
      deletionProtection: true,
    });
    assert.deepEqual(settings["ipConfiguration"], {
      ipv4Enabled: false,
      privateNetwork: "admin-id",
      sslMode: "ENCRYPTED_ONLY",
    });
    assert.deepEqual(settings["databaseFlags"], [
      { name: "cloudsql.iam_authentication", value: "on" },
      { name: "log_parameter_max_length", value: "0" },
      { name: "log_statement", value: "none" },
    ]);
    assert.deepEqual(settings["insightsConfig"], {
      queryInsightsEnabled: true,
      recordApplicationTags: false,
      recordClientAddress: false,
    });
    assert.deepEqual(settings["userLabels"], {
      ...place,
      "sourcegraph-owner": "billing",
      "sourcegraph-data-class": "identity",
    });
    const users = inputsOf(resources, "gcp:sql/user:User");
    assert.deepEqual(
      Object.entries(users)
        .filter(([name]) => name.startsWith("admin-billing"))
        .map(([name, { name: login, type, password }]) => [name, login, type, password]),
      [
        ["admin-billing-main", "admin-billing@example-admin.iam", "CLOUD_IAM_SERVICE_ACCOUNT", undefined],
        ["admin-billing-main-owner", "migrations", undefined, "random of admin-billing-main-owner"],
      ],
    );
  });

  it("keep caches off any disk, encrypted on the way and where they are, with a password that is a secret", async () => {
    const { resources } = await recordDefault("admin");
    const { inputs, protect } = only(resources, cache, "admin-cody-gateway-cache");
    assert.deepEqual(inputs, {
      project: "example-admin",
      region: "us-central1",
      displayName: "admin-cody-gateway-cache",
      tier: "STANDARD_HA",
      memorySizeGb: 2,
      redisVersion: "REDIS_7_2",
      authEnabled: true,
      transitEncryptionMode: "SERVER_AUTHENTICATION",
      connectMode: "PRIVATE_SERVICE_ACCESS",
      authorizedNetwork: "admin-id",
      customerManagedKey: "admin-cody-gateway-cache-key-id",
      persistenceConfig: { persistenceMode: "DISABLED" },
      maintenancePolicy: { weeklyMaintenanceWindows: [{ day: "SUNDAY", startTime: { hours: 4 } }] },
      labels: { ...place, "sourcegraph-owner": "cody-gateway", "sourcegraph-data-class": "operational" },
    });
    assert.equal(protect, false);
    const address = only(
      resources,
      "gcp:secretmanager/secretVersion:SecretVersion",
      "admin-cody-gateway-cache-address",
    );
    assert.equal(address.inputs["secretData"], "rediss://:redis%20password@10.60.224.4:6378");
    assert.deepEqual(address.secretInputs, ["secretData"]);
  });

  it("let events pass by a schema only, write them by the service's identity, and forget them in time", async () => {
    const { resources } = await recordDefault("admin");
    const stream = only(resources, topic, "admin-telemetry-gateway-stream").inputs;
    assert.deepEqual(
      [stream["kmsKeyName"], stream["schemaSettings"], stream["messageRetentionDuration"]],
      [
        "admin-telemetry-gateway-data-key-id",
        { schema: "admin-telemetry-gateway-stream-id", encoding: "JSON" },
        "604800s",
      ],
    );
    const subscription = only(resources, "gcp:pubsub/subscription:Subscription", "admin-telemetry-gateway-stream");
    assert.deepEqual(subscription.inputs["bigqueryConfig"], {
      table: "example-admin.admin_telemetry_gateway_events.events",
      useTopicSchema: true,
      dropUnknownFields: true,
      serviceAccountEmail: "admin-telemetry-gateway@example-admin.iam.gserviceaccount.com",
    });
    const days = 400 * 24 * 3600 * 1000;
    const kept = only(resources, dataset, "admin-telemetry-gateway-events");
    assert.deepEqual(
      [kept.inputs["defaultPartitionExpirationMs"], kept.inputs["defaultEncryptionConfiguration"], kept.protect],
      [days, { kmsKeyName: "admin-telemetry-gateway-data-key-id" }, true],
    );
    const table = only(resources, "gcp:bigquery/table:Table", "admin-telemetry-gateway-events-events");
    assert.deepEqual(table.inputs["timePartitioning"], { type: "DAY", expirationMs: days });
  });

  it("keep what nobody writes into a table until somebody asks for it", async () => {
    const { resources } = await recordDefault("identity");
    const { inputs } = only(resources, "gcp:pubsub/subscription:Subscription", "identity-accounts-notifications");
    assert.equal(inputs["bigqueryConfig"], undefined);
    assert.deepEqual(inputs["expirationPolicy"], { ttl: "" });
  });

  it("have keys that Google's services may use for what is under them, each of one class, rotated and kept", async () => {
    const { resources } = await recordDefault("admin");
    const agent = (domain: string) =>
      `roles/cloudkms.cryptoKeyEncrypterDecrypter serviceAccount:service-123@${domain}.iam.gserviceaccount.com`;
    assert.deepEqual(usersOf(resources, "admin-billing-identity-key"), [agent("gcp-sa-cloud-sql")]);
    assert.deepEqual(usersOf(resources, "admin-billing-secret-key"), [
      agent("gcp-sa-secretmanager"),
      agent("serverless-robot-prod"),
    ]);
    assert.deepEqual(usersOf(resources, "admin-pings-identity-key"), [
      "roles/cloudkms.cryptoKeyEncrypterDecrypter serviceAccount:bq-123@bigquery-encryption.iam.gserviceaccount.com",
      agent("gcp-sa-pubsub"),
    ]);
    for (const { name, inputs, protect, retainOnDelete } of allOf(resources, key)) {
      assert.deepEqual(
        [inputs["rotationPeriod"], inputs["destroyScheduledDuration"], protect, retainOnDelete],
        ["7776000s", "2592000s", true, true],
        name,
      );
    }
  });

  it("sign licences with a key in hardware that the portal alone may use, where that is planned", async () => {
    const { resources } = await recordAdmin(plannedAdmin({ ...adminConfigs.admin, licenceSigning: "key" }));
    const { inputs, protect } = only(resources, key, "admin-enterprise-portal-signing-key");
    assert.deepEqual(
      [inputs["purpose"], inputs["versionTemplate"], inputs["rotationPeriod"], protect],
      ["ASYMMETRIC_SIGN", { algorithm: "RSA_SIGN_PKCS1_2048_SHA256", protectionLevel: "HSM" }, undefined, true],
    );
    assert.deepEqual(usersOf(resources, "admin-enterprise-portal-signing-key"), [
      "roles/cloudkms.signerVerifier serviceAccount:admin-enterprise-portal@example-admin.iam.gserviceaccount.com",
    ]);
    assert.deepEqual(
      allOf(resources, "gcp:secretmanager/secret:Secret").filter(({ name }) => name.includes("licence")),
      [],
    );
  });

  it("serve the declared paths of one name and refuse everything else, with TLS 1.2 or newer and no port 80", async () => {
    const { resources } = await recordDefault("admin");
    const { inputs } = only(resources, urlMap, "admin-cody-gateway-machine");
    const { paths } = adminListener("cody-gateway", "machine");
    assert.deepEqual(inputs, {
      project: "example-admin",
      defaultService: "link:admin-refused",
      defaultRouteAction: refuses,
      hostRules: [{ hosts: ["cody-gateway.example.com"], pathMatcher: "declared" }],
      pathMatchers: [
        {
          name: "declared",
          defaultService: "link:admin-refused",
          defaultRouteAction: refuses,
          pathRules: [{ paths, service: "link:admin-cody-gateway-machine" }],
        },
      ],
    });
    assert.equal(only(resources, "gcp:compute/sSLPolicy:SSLPolicy").inputs["minTlsVersion"], "TLS_1_2");
    assert.deepEqual(allOf(resources, "gcp:compute/targetHttpProxy:TargetHttpProxy"), []);
    assert.deepEqual(
      [
        ...new Set(
          allOf(resources, "gcp:compute/globalForwardingRule:GlobalForwardingRule").map(
            ({ inputs: { portRange } }) => portRange,
          ),
        ),
      ],
      ["443"],
    );
  });

  it("count what one address asks; behind an edge, let in nobody but the edge", async () => {
    const direct = only((await recordDefault("admin")).resources, policy, "admin-pings-machine").inputs;
    const [attacks, throttle, denied] = direct["rules"] as readonly Record<string, unknown>[];
    assert.deepEqual([attacks?.["action"], denied?.["action"]], ["deny(403)", "deny(403)"]);
    assert.deepEqual(throttle?.["rateLimitOptions"], {
      conformAction: "allow",
      exceedAction: "deny(429)",
      enforceOnKey: "IP",
      rateLimitThreshold: { count: 120, intervalSec: 60 },
    });
    const { resources, result } = await recordAdmin(plannedAdmin({ ...adminConfigs.admin, edge: "cloudflare" }));
    const edge = only(resources, policy, "admin-cody-gateway-machine").inputs["rules"] as readonly {
      action: string;
      match: { expr?: { expression: string }; config?: { srcIpRanges: readonly string[] } };
    }[];
    assert.deepEqual(
      edge.slice(0, 2).map(({ action, match }) => [action, match.expr?.expression]),
      [
        ["deny(403)", "!has(request.headers['x-origin-auth'])"],
        ["deny(403)", "request.headers['x-origin-auth'] != 'random of admin-edge'"],
      ],
    );
    const open = edge.filter(({ action }) => !action.startsWith("deny"));
    assert.deepEqual(
      open.map(({ match }) => match.config?.srcIpRanges.length),
      [10, 5],
    );
    assert.ok(!open.some(({ match }) => match.config?.srcIpRanges.includes("*")));
    // The name leads to the edge, so that Google knows it by a record only.
    assert.deepEqual(await valueOf(result!.edgeRecords["cody-gateway.example.com"]!), {
      name: "_a.example.com.",
      type: "CNAME",
      data: "b.example.com.",
    });
    const proxy = only(resources, "gcp:compute/targetHttpsProxy:TargetHttpsProxy", "admin-cody-gateway-machine").inputs;
    assert.deepEqual(
      [proxy["certificateMap"], proxy["sslCertificates"]],
      ["//certificatemanager.googleapis.com/admin-cody-gateway-machine-id", undefined],
    );
    // Telemetry and pings are reached directly, edge or not.
    assert.deepEqual(only(resources, policy, "admin-pings-machine").inputs["rules"], direct["rules"]);
  });

  it("send to named hosts, to Google's private addresses, to each other and to their stores, and nowhere else", async () => {
    const { resources } = await recordDefault("admin");
    const rules = Object.values(inputsOf(resources, rule)).sort(
      (a, b) => Number(a["priority"]) - Number(b["priority"]),
    );
    assert.deepEqual(
      rules.map(({ action, direction, match }) => [action, direction, match]),
      [
        [
          "allow",
          "EGRESS",
          {
            destFqdns: ["accounts-api.example.com", "api.stripe.com"],
            layer4Configs: [{ ipProtocol: "tcp", ports: ["443"] }],
          },
        ],
        [
          "allow",
          "EGRESS",
          { destIpRanges: ["199.36.153.8/30"], layer4Configs: [{ ipProtocol: "tcp", ports: ["443"] }] },
        ],
        ["allow", "EGRESS", { destIpRanges: ["10.60.0.0/17"], layer4Configs: [{ ipProtocol: "tcp", ports: ["443"] }] }],
        [
          "allow",
          "EGRESS",
          {
            destIpRanges: ["10.60.224.0/19"],
            layer4Configs: [{ ipProtocol: "tcp", ports: ["5432", "3307", "6378"] }],
          },
        ],
        ["deny", "EGRESS", { destIpRanges: ["0.0.0.0/0"], layer4Configs: [{ ipProtocol: "all" }] }],
      ],
    );
    const { dependsOn } = only(
      resources,
      "gcp:compute/networkFirewallPolicyAssociation:NetworkFirewallPolicyAssociation",
    );
    assert.equal(dependsOn.length, rules.length);
  });

  it("reach each other at addresses of the network, with a certificate for a name that the private zone knows", async () => {
    const { resources } = await recordDefault("admin");
    const parent = "sourcegraph:admin-services:AdminInternalListener admin-enterprise-portal-internal";
    const below = resources.filter((resource) => resource.parent === parent);
    const of = (type: string) => only(below, type).inputs;
    assert.deepEqual(
      [
        of("gcp:compute/address:Address")["addressType"],
        of("gcp:compute/forwardingRule:ForwardingRule")["loadBalancingScheme"],
        of("gcp:compute/forwardingRule:ForwardingRule")["allowGlobalAccess"],
        of("gcp:dns/managedZone:ManagedZone")["visibility"],
        of("gcp:certificatemanager/certificate:Certificate")["managed"],
      ],
      [
        "INTERNAL",
        "INTERNAL_MANAGED",
        false,
        "private",
        {
          domains: ["enterprise-portal-internal.example.com"],
          dnsAuthorizations: ["admin-enterprise-portal-internal-id"],
        },
      ],
    );
    assert.deepEqual(of("gcp:compute/regionUrlMap:RegionUrlMap")["defaultRouteAction"], refuses);
  });

  it("keep logs under a key for as long as planned, tell an other project who read what, and admit images of the registries", async () => {
    const { resources } = await recordDefault("admin");
    const logs = only(resources, "gcp:logging/projectBucketConfig:ProjectBucketConfig");
    assert.deepEqual(
      [logs.inputs["retentionDays"], logs.inputs["cmekSettings"], logs.protect],
      [30, { kmsKeyName: "admin-log-key-id" }, true],
    );
    const sinks = inputsOf(resources, "gcp:logging/projectSink:ProjectSink");
    assert.deepEqual(
      [sinks["admin-audit"]?.["destination"], sinks["admin-audit"]?.["filter"], sinks["admin-logs"]?.["filter"]],
      [
        "logging.googleapis.com/projects/example-audit",
        'logName:"cloudaudit.googleapis.com"',
        'NOT logName:"cloudaudit.googleapis.com"',
      ],
    );
    const admission = only(resources, "gcp:binaryauthorization/policy:Policy").inputs;
    assert.deepEqual(
      [admission["defaultAdmissionRule"], admission["admissionWhitelistPatterns"]],
      [
        { evaluationMode: "ALWAYS_DENY", enforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG" },
        [{ namePattern: "us-docker.pkg.dev/example/images/**" }],
      ],
    );
    const perimeter = only(resources, "gcp:accesscontextmanager/servicePerimeter:ServicePerimeter").inputs;
    assert.equal(perimeter["parent"], "accessPolicies/123456");
    assert.deepEqual((perimeter["status"] as { resources: unknown }).resources, ["projects/123"]);
  });

  it("are tried from outside with the diagnostics secret and with nothing, and an alarm is made from each check", async () => {
    const { resources } = await recordDefault("admin");
    const checks = inputsOf(resources, "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig");
    const shown = (name: string) => checks[name]?.["httpCheck"] as Record<string, unknown>;
    assert.deepEqual(shown("admin-pings-machine-with"), {
      path: "/-/healthz",
      port: 443,
      useSsl: true,
      validateSsl: true,
      acceptedResponseStatusCodes: [{ statusValue: 200 }],
      headers: { Authorization: "Bearer random of admin-pings-diagnostics" },
      maskHeaders: true,
    });
    assert.deepEqual(
      [
        shown("admin-pings-machine-without")["acceptedResponseStatusCodes"],
        shown("admin-pings-machine-without")["headers"],
      ],
      [[{ statusValue: 401 }, { statusValue: 403 }], { "X-Requested-With": "XMLHttpRequest" }],
    );
    // Google's proxy takes no secret: that it leads to the sign-in is all that shows.
    assert.deepEqual(
      [shown("admin-billing-human-with")["acceptedResponseStatusCodes"], shown("admin-billing-human-with")["headers"]],
      [[{ statusValue: 302 }], undefined],
    );
    const alarms = JSON.stringify(inputsOf(resources, "gcp:monitoring/alertPolicy:AlertPolicy"));
    for (const name of Object.keys(checks)) assert.ok(alarms.includes(`check:${name}`), name);
  });

  it("protect whatever keeps data, and label it with zone, owner and class", async () => {
    const stores = [server, dataset, topic, "gcp:secretmanager/secret:Secret"];
    for (const zone of ["admin", "identity", "dotcom"] as const) {
      const { resources } = await recordDefault(zone);
      for (const type of stores)
        for (const { name, inputs, protect, retainOnDelete } of allOf(resources, type)) {
          assert.deepEqual([protect, retainOnDelete], [true, true], name);
          const settings = inputs["settings"] as { userLabels?: object } | undefined;
          const labels = (settings?.userLabels ?? inputs["labels"]) as Record<string, string>;
          assert.equal(labels["sourcegraph-zone"], zone, name);
          assert.ok(labels["sourcegraph-owner"] !== undefined && labels["sourcegraph-data-class"] !== undefined, name);
        }
    }
  });
});

/** A way in of the default stack of zone admin. */
function adminListener(service: string, plane: string) {
  const found = plannedAdmin(adminConfigs.admin)
    .services.find(({ name }) => name === service)
    ?.listeners.find((listener) => listener.plane === plane);
  if (found === undefined) throw new Error(`${service} has no listener of plane ${plane}`);
  return found;
}
