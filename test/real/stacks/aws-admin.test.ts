import assert from "node:assert/strict";
import { builtProject } from "../../support/built";
import { Engine, type ConfigValue, type RunOptions } from "../../support/engine";
import { requireToolchain } from "../../support/toolchain";
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

  /** Two of the sample's services, which have a store of every kind, and listeners of every plane. */
  const services = (): Readonly<Record<string, object>> => {
    const all = (adminConfig()["admin"] as { readonly services: Readonly<Record<string, object>> }).services;
    return Object.fromEntries(
      ["enterprise-portal", "pings"].flatMap((name) => Object.entries({ [name]: all[name] ?? {} })),
    );
  };

  /** Sets the config of the sample with other values; the values of secrets stay encrypted. */
  const set = (more: Readonly<Record<string, object>> = {}, top: Readonly<Record<string, unknown>> = {}) => {
    const { secrets: _secrets, ...config } = adminConfig({ services: { ...services(), ...more } }, top);
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
    for (const name of ["employeesClient", "enterprisePortalClient"])
      await engine.configSet(`sourcegraph:secrets.${name}`, `${marker}-${name}`, { secret: true, path: true });
  });
  after(() => engine?.stop());

  it("come up, and a second preview and a refresh change nothing", async () => {
    await run("up");
    assert.equal(all(service).length, 2);
    assert.equal(all(database).length, 1);
    assert.deepEqual(await run("preview"), []);
    assert.deepEqual(await run("refresh"), []);
    assert.deepEqual(await run("preview"), []);
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

  it("start a new image as a new task of that service, and touch no other", async () => {
    const image = `111122223333.dkr.ecr.us-east-1.amazonaws.com/pings@sha256:${"a".repeat(64)}`;
    set({ pings: { image } });
    const changes = await run("up");
    assert.deepEqual(
      changes.filter((change) => !change.endsWith(" admin-pings")),
      [],
    );
    assert.ok(changes.includes(`replace ${task} admin-pings`), changes.join("\n"));
    assert.ok(changes.includes(`update ${service} admin-pings`), changes.join("\n"));
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
