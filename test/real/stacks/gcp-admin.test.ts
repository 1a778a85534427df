import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import YAML from "yaml";
import { builtProject } from "../../support/built";
import { Engine, type ConfigValue, type RunResult } from "../../support/engine";
import type { PackSettings } from "../../../policy/settings";
import { judged, words, writeBeside } from "../../support/policy-pack";
import { repository, requireToolchain } from "../../support/toolchain";

const run = "gcp:cloudrunv2/service:Service";
const server = "gcp:sql/databaseInstance:DatabaseInstance";
const redis = "gcp:redis/instance:Instance";
const dataset = "gcp:bigquery/dataset:Dataset";
const key = "gcp:kms/cryptoKey:CryptoKey";
const version = "gcp:secretmanager/secretVersion:SecretVersion";
const marker = "not a real secret: ";

describe("the GCP sample stack of support services on the real engine with a stand-in cloud", function () {
  this.timeout(600_000);
  this.bail(true); // one test goes on where the one before it ended
  let engine: Engine;
  let exceptions: PackSettings["exceptions"];

  before(async function () {
    const bin = requireToolchain(this);
    const text = fs.readFileSync(path.join(repository, "Pulumi.gcp-admin-sample.yaml"), "utf8");
    const { config } = YAML.parse(text) as { config: Record<string, ConfigValue> };
    const { "sourcegraph:secrets": secrets, ...plain } = config;
    ({ exceptions } = plain["sourcegraph:boundaries"] as Pick<PackSettings, "exceptions">);
    engine = await Engine.start({ bin, project: builtProject(), config: plain, timeoutMs: 400_000 });
    for (const name of Object.keys(secrets as object))
      await engine.configSet(`sourcegraph:secrets.${name}`, `${marker}${name}`, { secret: true, path: true });
  });
  after(() => engine?.stop());

  const names = (type: string) =>
    engine
      .cloud()
      .all(type)
      .map(({ urn = "" }) => urn.split("::").at(-1) ?? "")
      .sort();
  const steps = () => engine.cloud().log.map(({ op, type, name }) => `${op} ${type} ${name}`);
  const succeeded = (result: RunResult): string[] => {
    assert.equal(result.code, 0, result.stdout + result.stderr);
    return [...result.changes].sort();
  };

  it("comes up with every service, and a second run changes nothing", async () => {
    succeeded(await engine.up());
    assert.deepEqual(names(run), [
      "admin-billing",
      "admin-billing-human",
      "admin-cody-gateway",
      "admin-cody-gateway-human",
      "admin-enterprise-portal",
      "admin-enterprise-portal-human",
      "admin-pings",
      "admin-telemetry-gateway",
    ]);
    assert.deepEqual(names(server), ["admin-billing-main", "admin-enterprise-portal-main"]);
    assert.deepEqual(names(redis), [
      "admin-billing-cache",
      "admin-cody-gateway-cache",
      "admin-enterprise-portal-cache",
    ]);
    assert.deepEqual(succeeded(await engine.up()), []);
    assert.deepEqual(succeeded(await engine.refresh()), []);
  });

  it("has a preview stopped at a resource that somebody writes by hand beside it, and at no other", async () => {
    writeBeside(engine, `new (require("@pulumi/gcp/pubsub").Topic)("by-hand");`);
    const stopped = await engine.preview(judged(engine, { exceptions }));
    writeBeside(engine, "");
    assert.notEqual(stopped.code, 0);
    assert.deepEqual(words(stopped), [
      "'by-hand' breaks B-D02: nothing says its zone, owner, data class; make it by a component of the library, or tag it with sourcegraph-zone, sourcegraph-owner and sourcegraph-data-class",
      "'by-hand' breaks B-K01: kmsKeyName is not set, so the provider's own key is used; set kmsKeyName to a key of this zone",
    ]);
  });

  it("has keys, permissions and the way out before what needs them", () => {
    const done = steps();
    const at = (step: string): number => {
      const found = done.indexOf(step);
      assert.ok(found >= 0, `${step} was not done`);
      return found;
    };
    const workload = at(`create ${run} admin-cody-gateway`);
    for (const before of [
      "create gcp:compute/networkFirewallPolicyAssociation:NetworkFirewallPolicyAssociation admin",
      "create gcp:secretmanager/secretIamMember:SecretIamMember admin-cody-gateway-client",
      `create ${redis} admin-cody-gateway-cache`,
      `create ${dataset} admin-cody-gateway-events`,
    ])
      assert.ok(at(before) < workload, before);
    assert.ok(
      at("create gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule admin-to-anywhere") <
        at("create gcp:compute/networkFirewallPolicyAssociation:NetworkFirewallPolicyAssociation admin"),
    );
    assert.ok(
      at("create gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember admin-billing-identity-key-sql") <
        at(`create ${server} admin-billing-main`),
    );
  });

  it("writes secrets of the config into Secret Manager and nowhere else", async () => {
    const elsewhere = Object.values(engine.cloud().objects).filter(({ type }) => type !== version);
    assert.ok(!JSON.stringify(elsewhere).includes(marker));
    assert.ok(!JSON.stringify(await engine.outputs()).includes(marker));
    assert.ok(!engine.exportState().includes(marker));
    assert.equal(
      engine
        .cloud()
        .all(version)
        .filter(({ inputs }) => String(inputs["secretData"]).startsWith(marker)).length,
      7,
    );
  });

  it("tells other stacks its hosts, scopes and addresses, and nothing that opens anything", async () => {
    const { published, manifest } = (await engine.outputs()) as {
      published: { hosts: Record<string, unknown>; scopes: Record<string, string>; addresses: Record<string, string> };
      manifest: { shape: string; boundary: { facts: unknown; publishes: unknown } };
    };
    assert.deepEqual(published.hosts["pings"], { machine: "pings.example.com" });
    assert.equal(published.scopes["enterprise-portal"], "enterprise_portal");
    assert.match(published.addresses["pings.example.com"] ?? "", /^\d+\.\d+\.\d+\.\d+$/);
    assert.equal(manifest.shape, "admin");
    assert.deepEqual(manifest.boundary.publishes, ["published"]);
    assert.deepEqual(manifest.boundary.facts, {
      zone: "admin",
      stage: "production",
      owner: "core-services",
      account: "example-admin",
    });
  });

  it("takes a new image in place, moves nothing that holds data, and gives the policy pack nothing to say", async () => {
    const stores = [server, redis, dataset, key].flatMap((type) =>
      engine
        .cloud()
        .all(type)
        .map(({ id }) => id),
    );
    const text = fs.readFileSync(engine.configFile(), "utf8");
    fs.writeFileSync(engine.configFile(), text.replace(/(cody-gateway@sha256:)0123/, "$14567"));
    const up = await engine.up(judged(engine, { exceptions }));
    assert.deepEqual(words(up), []);
    assert.deepEqual(succeeded(up), [`update ${run} admin-cody-gateway`, `update ${run} admin-cody-gateway-human`]);
    assert.deepEqual(
      [server, redis, dataset, key].flatMap((type) =>
        engine
          .cloud()
          .all(type)
          .map(({ id }) => id),
      ),
      stores,
    );
  });

  it("is refused to be destroyed while it is protected, and leaves what holds data, and its network, when all else goes", async () => {
    const refused = await engine.destroy();
    assert.notEqual(refused.code, 0);
    assert.match(refused.stdout + refused.stderr, /protect/);
    engine.writeConfig({ "sourcegraph:deletionProtection": false });
    succeeded(await engine.up());
    succeeded(await engine.destroy({ args: ["--exclude-protected"] }));
    assert.deepEqual(names(run), []);
    assert.deepEqual(names("gcp:compute/globalForwardingRule:GlobalForwardingRule"), []);
    assert.deepEqual(names(server), ["admin-billing-main", "admin-enterprise-portal-main"]);
    assert.deepEqual(names("gcp:compute/network:Network"), ["admin"]);
  });

  it("goes for good only after somebody has deleted the servers by hand, and leaves keys and events even then", async () => {
    await engine.unprotect();
    const refused = await engine.destroy();
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /resourceInUseByAnotherResource/);
    engine.editCloud((cloud) => {
      for (const [id, { type }] of Object.entries(cloud.objects))
        if ([server, redis, "gcp:sql/user:User", "gcp:sql/database:Database"].includes(type)) delete cloud.objects[id];
    });
    succeeded(await engine.destroy());
    const left = new Set(Object.values(engine.cloud().objects).map(({ type }) => type));
    assert.deepEqual(
      [dataset, key, run, redis, "gcp:compute/network:Network"].map((type) => left.has(type)),
      [true, true, false, false, false],
    );
  });
});
