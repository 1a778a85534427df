import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { stringify } from "yaml";
import { wavesOf } from "../../../components/core/planning/fleet/waves";
import type { KubernetesObject } from "../../../components/core/rendering/manifests/object";
import { sgbox } from "../../cli/support";
import { fleetOf, instanceFile } from "../../support/fleet";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";

const namespace = "sourcegraph-fleet";
const marker = "ciphertext-of-a-secret-5e11";
const size = 40;
const parallel = 5;
const types = ["internal", "production", "trial", "production", "production"] as const;

interface StackObject extends KubernetesObject {
  readonly spec: {
    readonly config?: Readonly<Record<string, unknown>>;
    readonly prerequisites?: readonly { readonly name: string }[];
    readonly secretsRef?: unknown;
  };
}

function definition(name: string): string {
  const file = join(__dirname, "../../fixtures/pulumi-kubernetes-operator", `pulumi.com_${name}.yaml.gz`);
  return gunzipSync(readFileSync(file)).toString("utf8");
}

describe("a fleet of 40 for the Pulumi Kubernetes Operator, at a real API server with its definitions", function () {
  this.timeout(180_000);
  let cluster: TestCluster;
  let folder: string;
  let out: string;
  let stacks: readonly StackObject[];
  const instances = Array.from({ length: size }, (_, number) => {
    const type = types[number % types.length] ?? "trial";
    const one = instanceFile(number, { type, release: number % 3 === 0 ? "7.3.0" : "7.4.0" });
    if (number % 4 === 0) Object.assign(one.config, { secrets: { licence: { secure: marker } } });
    return number % 10 === 1 ? { ...one, maintenance: { days: ["saturday" as const], fromHourUtc: 2, hours: 4 } } : one;
  });

  before(async function () {
    cluster = startKubernetes(this);
    folder = mkdtempSync(join(tmpdir(), "sgbox-export-"));
    out = join(folder, "out");
    mkdirSync(join(folder, "instances"));
    const fleet = {
      name: "managed",
      parallel,
      backend: "s3://states",
      source: {
        repository: "https://github.com/acme/fleet.git",
        commit: "0123456789abcdef0123456789abcdef01234567",
        folder: "program",
      },
      operator: {
        resyncMinutes: 60,
        image: "pulumi/pulumi-nodejs:3.248.0",
        gitToken: { secret: "git", key: "token" },
        environment: { AWS_REGION: { secret: "aws", key: "region" } },
        serviceAccountAnnotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/fleet" },
      },
      esc: ["fleet/prod"],
    };
    writeFileSync(join(folder, "fleet.yaml"), stringify(fleet));
    for (const one of instances) writeFileSync(join(folder, "instances", `${one.id}.yaml`), stringify(one));
    const { code, stderr } = await sgbox(["fleet", "export", "--operator", "--fleet", folder, "--out", out]);
    assert.equal(code, 0, stderr);
    for (const name of ["stacks", "programs"])
      await cluster.kubectl(["apply", "--server-side", "-f", "-"], definition(name));
    for (const [plural, kind] of Object.entries({ stacks: "Stack", programs: "Program" })) {
      const served = `--for=jsonpath={.status.acceptedNames.kind}=${kind}`;
      for (const one of [served, "--for=condition=Established"])
        await cluster.kubectl(["wait", one, `crd/${plural}.pulumi.com`, "--timeout=30s"]);
    }
    await cluster.kubectl(["create", "namespace", namespace]);
    for (let tries = 0; tries < 20; tries++) {
      // A definition is established a moment before it is in what clients discover.
      const found = await cluster.kubectl(["get", "stacks,programs", "-n", namespace]).catch(() => undefined);
      if (found !== undefined) break;
    }
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    cluster?.stop();
  });

  it("is accepted, with no field the definitions do not know, and a second time changes nothing", async () => {
    const apply = (...more: readonly string[]) =>
      cluster.kubectl(["apply", "--server-side", "--validate=strict", "-f", out, "-f", join(out, "held"), ...more]);
    const first = await apply();
    assert.equal(first.stdout.trim().split("\n").length, 3 + size + 3 + 1);
    const list = async () => {
      const { stdout } = await cluster.kubectl(["get", "stacks", "-n", namespace, "-o", "json"]);
      return (JSON.parse(stdout) as { items: StackObject[] }).items;
    };
    stacks = await list();
    await apply();
    const generations = (items: readonly StackObject[]): unknown[] =>
      items.map(({ metadata }) => [metadata.name, (metadata as unknown as { generation: number }).generation]);
    assert.deepEqual(generations(await list()), generations(stacks));
    assert.ok(generations(stacks).every((each) => (each as [string, number])[1] === 1));
  });

  it("begins wave after wave, by what the server gives back of what each stack waits for", () => {
    const waits = new Map(
      stacks.map(({ metadata, spec }) => [metadata.name, (spec.prerequisites ?? []).map(({ name }) => name)] as const),
    );
    const rounds: string[][] = [];
    const done = new Set<string>();
    while (done.size < waits.size) {
      const next = [...waits].flatMap(([name, names]) =>
        !done.has(name) && names.every((each) => done.has(each)) ? [name] : [],
      );
      assert.ok(next.length > 0, `nobody can begin after ${done.size}`);
      for (const name of next) done.add(name);
      rounds.push(next.filter((name) => name.startsWith("src-")));
    }
    assert.ok(rounds.every((names) => names.length <= parallel));
    const type = new Map(instances.map((one) => [one.id, one.type] as const));
    const order = rounds.flat();
    assert.deepEqual([...order].sort(), instances.map(({ id }) => id).sort());
    // The preset of the month: internal ones first, and a tenth of the trials and customers before the others.
    const internal = instances.filter((one) => one.type === "internal").length;
    assert.ok(order.slice(0, internal).every((id) => type.get(id) === "internal"));
    const [, first] = wavesOf(fleetOf(instances.map(({ id }, number) => instanceFile(number, { id }))).settings);
    assert.equal(first?.name, "first");
    const early = order.slice(internal, internal + 4).map((id) => type.get(id));
    assert.deepEqual(early.sort(), ["production", "production", "production", "trial"]);
  });

  it("holds config with its structure, and of secrets only where they are", async () => {
    const { stdout } = await cluster.kubectl(["get", "stack", "src-00000004", "-n", namespace, "-o", "json"]);
    const { spec } = JSON.parse(stdout) as StackObject;
    assert.deepEqual(spec.config?.["sourcegraph:access"], { allowedCidrs: ["10.0.0.0/8"] });
    assert.deepEqual(spec.secretsRef, {
      "sourcegraph:secrets": { type: "Secret", secret: { name: "src-00000004", key: "secrets" } },
    });
    assert.ok(!JSON.stringify(stacks).includes(marker));
  });

  it("lets the pods of the fleet ask the server who calls them, and nothing more", async () => {
    const may = async (...what: readonly string[]): Promise<string> => {
      const as = `--as=system:serviceaccount:${namespace}:sourcegraph-fleet`;
      const said = await cluster
        .kubectl(["auth", "can-i", ...what, as])
        .catch((error: unknown) => error as { stdout: string });
      return said.stdout.trim();
    };
    assert.equal(await may("create", "tokenreviews.authentication.k8s.io"), "yes");
    assert.equal(await may("get", "secrets", "-n", namespace), "no");
  });

  it("would be refused with a field that is misspelt, so that acceptance means something", async () => {
    const [stack] = stacks;
    assert.ok(stack !== undefined);
    const { apiVersion, kind, spec } = stack;
    const wrong = { apiVersion, kind, metadata: { name: "wrong", namespace }, spec: { ...spec, prerequisite: [] } };
    await assert.rejects(
      cluster.kubectl(
        ["apply", "--server-side", "--validate=strict", "--dry-run=server", "-f", "-"],
        JSON.stringify(wrong),
      ),
      /unknown|field not declared in schema/,
    );
  });
});
