import assert from "node:assert/strict";
import { builtProject } from "../../support/built";
import { Engine, type ConfigValue, type RunOptions } from "../../support/engine";
import { requireToolchain } from "../../support/toolchain";
import type { PackSettings } from "../../../policy/settings";
import { judged, words, writeBeside } from "../../support/policy-pack";
import { adminConfig } from "../../components/admin-services/aws-samples";

const database = "aws:rds/instance:Instance";
const bucket = "aws:s3/bucket:Bucket";
const key = "aws:kms/key:Key";
const secretVersion = "aws:secretsmanager/secretVersion:SecretVersion";
const service = "aws:ecs/service:Service";
const task = "aws:ecs/taskDefinition:TaskDefinition";

const marker = "MARKER-of-a-secret-of-the-config";

describe("support services of the AWS sample on the real engine with a stand-in cloud", function () {
  this.timeout(1_200_000);
  this.bail(true); // one test goes on where the one before it ended
  let engine: Engine;

  /** Secrets that the sample's config names. */
  const secretNames = Object.keys(adminConfig()["secrets"] as object);

  /** Sets the config of the sample with other values; the values of secrets stay encrypted. */
  const set = (more: Readonly<Record<string, object>> = {}, top: Readonly<Record<string, unknown>> = {}) => {
    const { services } = adminConfig()["admin"] as { readonly services: Readonly<Record<string, object>> };
    const { secrets: _secrets, ...config } = adminConfig({ services: { ...services, ...more } }, top);
    engine.writeConfig(
      Object.fromEntries(
        Object.entries(config).map(([name, value]) => [`sourcegraph:${name}`, value as ConfigValue | undefined]),
      ),
    );
  };
  const run = async (verb: "preview" | "up" | "refresh" | "destroy", options: RunOptions = {}): Promise<string[]> => {
    const result = await engine[verb](options);
    assert.equal(result.code, 0, result.stdout + result.stderr);
    return [...result.changes].sort();
  };
  const all = (type: string) => engine.cloud().all(type);
  const names = (type: string) =>
    all(type)
      .map(({ urn = "" }) => urn.split("::").at(-1) ?? "")
      .sort();
  const logOf = async (work: () => Promise<unknown>): Promise<string[]> => {
    const start = engine.cloud().log.length;
    await work();
    return engine
      .cloud()
      .log.slice(start)
      .map(({ op, type, name }) => `${op} ${type} ${name}`);
  };

  before(async function () {
    const bin = requireToolchain(this);
    engine = await Engine.start({
      bin,
      project: builtProject(),
      config: { "aws:region": "us-east-1" },
      timeoutMs: 600_000,
    });
    set();
    for (const name of secretNames)
      await engine.configSet(`sourcegraph:secrets.${name}`, `${marker}-${name}`, { secret: true, path: true });
  });
  after(() => engine?.stop());

  /** The policy pack, told of the exceptions of the sample. */
  const pack = () => {
    const { exceptions = [] } = adminConfig()["boundaries"] as Pick<PackSettings, "exceptions">;
    return judged(engine, { exceptions });
  };

  it("come up, and a refresh and a second preview change nothing", async () => {
    await run("up");
    assert.deepEqual(names(service), [
      "admin-billing",
      "admin-cody-gateway",
      "admin-enterprise-portal",
      "admin-pings",
      "admin-telemetry-gateway",
    ]);
    assert.deepEqual(names(database), ["admin-billing-main", "admin-enterprise-portal-main"]);
    assert.deepEqual(await run("refresh"), []);
    assert.deepEqual(await run("preview"), []);
  });

  it("have a preview stopped at a resource that somebody writes by hand beside them", async () => {
    writeBeside(
      engine,
      `new (require("@pulumi/aws/ebs").Volume)("by-hand", { availabilityZone: "us-east-1a", size: 10 });`,
    );
    const stopped = await engine.preview(pack());
    writeBeside(engine, "");
    assert.notEqual(stopped.code, 0);
    assert.deepEqual(words(stopped), [
      "'by-hand' breaks B-D02: nothing says its zone, owner, data class; make it by a component of the library, or tag it with sourcegraph-zone, sourcegraph-owner and sourcegraph-data-class",
      "'by-hand' breaks B-K01: kmsKeyId is not set, so the provider's own key is used; set kmsKeyId to a key of this zone",
      "'by-hand' breaks B-L03: it is not protected; set its option protect",
    ]);
  });

  it("keep secrets in the secret store and where AWS takes them, encrypted in the state, and nowhere else", () => {
    const state = engine.exportState();
    assert.ok(!state.includes(marker), "the state holds a secret in the open");
    const holders = new Set(
      Object.values(engine.cloud().objects)
        .filter(({ inputs }) => JSON.stringify(inputs).includes(marker))
        .map(({ type }) => type),
    );
    // The load balancer signs in to the company's sign-in by itself.
    assert.deepEqual([...holders].sort(), ["aws:lb/listenerRule:ListenerRule", secretVersion]);
  });

  it("start a new image as a new task of that service, touch no other, and give the policy pack nothing to say", async () => {
    const image = `111122223333.dkr.ecr.us-east-1.amazonaws.com/pings@sha256:${"a".repeat(64)}`;
    set({ pings: { image } });
    const up = await engine.up(pack());
    assert.equal(up.code, 0, up.stdout + up.stderr);
    assert.deepEqual(words(up), []);
    const { changes } = up;
    assert.deepEqual(
      changes.filter((change) => !change.endsWith(" admin-pings")),
      [],
    );
    assert.ok(changes.includes(`replace ${task} admin-pings`), changes.join("\n"));
    assert.ok(changes.includes(`update ${service} admin-pings`), changes.join("\n"));
  });

  it("are refused to be destroyed while they are protected, before anything goes", async () => {
    const before = Object.keys(engine.cloud().objects).length;
    // With its preview, as somebody does it by hand.
    const refused = await engine.destroy({ args: ["--skip-preview=false"] });
    assert.notEqual(refused.code, 0);
    assert.match(refused.stdout + refused.stderr, /protect/);
    assert.equal(Object.keys(engine.cloud().objects).length, before);
  });

  it("go as a planned step in the right order, and leave keys, buckets and secrets that open data", async () => {
    set({}, { deletionProtection: false });
    await run("up");
    await engine.unprotect();
    const steps = await logOf(() => run("destroy"));
    const at = (step: string): number => {
      const found = steps.indexOf(step);
      assert.notEqual(found, -1, `${step} is not among\n${steps.join("\n")}`);
      return found;
    };
    const vpc = at("delete aws:ec2/vpc:Vpc admin-vpc");
    const name = "admin-enterprise-portal";
    assert.ok(at(`delete ${service} ${name}`) < at(`delete ${task} ${name}`));
    assert.ok(at(`delete ${service} ${name}`) < at(`delete ${database} ${name}-main`));
    assert.ok(at(`delete ${database} ${name}-main`) < at(`delete aws:rds/subnetGroup:SubnetGroup ${name}-main`));
    assert.ok(at("delete aws:networkfirewall/firewall:Firewall admin-egress") < vpc);
    assert.ok(
      at("delete aws:lb/listener:Listener admin-machine") < at("delete aws:lb/loadBalancer:LoadBalancer admin-machine"),
    );
    const left = new Set(Object.values(engine.cloud().objects).map(({ type }) => type));
    for (const type of [bucket, key, secretVersion]) assert.ok(left.has(type), type);
    for (const type of ["aws:ec2/vpc:Vpc", database, service]) assert.ok(!left.has(type), type);
  });
});
