import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { planMove } from "../../../components/core/planning/managed/plan-move";
import { moveScripts } from "../../../components/core/rendering/move/script";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";
import { KubernetesDeployment } from "../../support/kubernetes-deployment";
import { requireToolchain } from "../../support/toolchain";

const run = promisify(execFile);

const base = {
  release: "7.5.4453",
  size: "XS",
  kubernetes: { storageClass: { create: false }, ingress: { className: "nginx" } },
};
const external = {
  databases: {
    external: {
      frontend: { host: "db.example.com", user: "sourcegraph", database: "sg", passwordSecret: "dbPassword" },
    },
  },
};
const password = "marker-of-a-database-password";
const secrets = { dbPassword: password };

describe("steps of a move on Kubernetes, on the real engine and a real API server", function () {
  this.timeout(300_000);
  this.bail(true); // one test goes on where the one before it ended
  let bin: string;
  let cluster: TestCluster;
  let deployment: KubernetesDeployment;
  let folder: string;
  let claims: Record<string, string>;

  const specification = (more: object) =>
    parseSpecification({ shape: "kubernetes", cloud: "existing", secrets, ...base, ...more });
  const plan = planMove(specification({}), specification(external), { postgresSizeGb: 20 });
  const scripts = moveScripts(plan);

  before(function () {
    bin = requireToolchain(this);
    cluster = startKubernetes(this);
    folder = mkdtempSync(join(tmpdir(), "sgbox-move-cluster-"));
  });
  before(async () => {
    deployment = await KubernetesDeployment.start(bin, cluster, base);
    await deployment.engine.configSet("sourcegraph:secrets.dbPassword", password, { secret: true, path: true });
    await deployment.up();
    claims = await deployment.claims();
  });
  after(() => {
    deployment?.stop();
    cluster?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  /** Runs the program of a step with the real kubectl; what it would have pulumi do is written down, argument by argument. */
  async function step(id: string): Promise<string[]> {
    const [file, asked] = [join(folder, `${id}.sh`), join(folder, "asked")];
    writeFileSync(file, scripts[id] ?? "");
    writeFileSync(join(folder, "pulumi"), `#!/bin/sh\nprintf '%s\\n' "$@" > ${asked}\n`);
    chmodSync(join(folder, "pulumi"), 0o755);
    writeFileSync(asked, "");
    const { PATH } = cluster.environment;
    await run("bash", [file], { env: { ...cluster.environment, PATH: `${folder}:${PATH}` }, timeout: 120_000 });
    return readFileSync(asked, "utf8").trim().split("\n").slice(1);
  }
  /** Pods that each workload asks for. */
  async function replicas(): Promise<Record<string, unknown>> {
    const all = await deployment.objects("deployments,statefulsets");
    return Object.fromEntries(all.map(({ metadata, spec }) => [metadata.name, spec?.["replicas"]]));
  }
  const running = async () =>
    Object.entries(await replicas())
      .filter(([, count]) => count !== 0)
      .map(([name]) => name)
      .sort();
  async function host(): Promise<string> {
    const secret = (await deployment.objects("secrets")).find(({ metadata }) => metadata.name === "pgsql-auth");
    return Buffer.from(secret?.data?.["host"] ?? "", "base64").toString();
  }

  it("makes room for dumps and takes the programs into the namespace, twice the same", async () => {
    await step("prepare");
    await step("prepare");
    const found = await deployment.objects("persistentvolumeclaims,configmaps");
    assert.deepEqual(
      found
        .filter(({ metadata }) => metadata.name === "sourcegraph-move")
        .map(({ kind }) => kind)
        .sort(),
      ["ConfigMap", "PersistentVolumeClaim"],
    );
  });

  it("runs dump and restore in pods that the strictest level of pod security lets in", async () => {
    await cluster.apply([
      {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "strict", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
      },
    ]);
    for (const id of ["dump", "restore"]) {
      const [, text] = /END OF FILE'\n([\s\S]*?)END OF FILE/.exec(scripts[id] ?? "") ?? [];
      const job = JSON.parse(text ?? "") as { spec: { template: { spec: object } } };
      const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: id }, ...job.spec.template };
      await cluster.kubectl(
        ["--namespace=strict", "create", "--dry-run=server", "--filename=-"],
        JSON.stringify({ ...pod, metadata: { name: id } }),
      );
    }
  });

  it("stops everything but the databases, and waits for the pods", async () => {
    await step("stop");
    await step("stop");
    assert.deepEqual(await running(), ["codeinsights-db", "codeintel-db", "pgsql"]);
    const pods = (await deployment.objects("pods")).filter(
      ({ metadata }) => !/migrator|agent|cadvisor|node-exporter/.test(metadata.name),
    );
    assert.deepEqual(pods.map(({ metadata }) => metadata.name).sort(), [
      "codeinsights-db-0",
      "codeintel-db-0",
      "pgsql-0",
    ]);
  });

  it("updates by the printed arguments: logins are told, old claim and databases stay, nothing that knows a database starts", async () => {
    deployment.set({ ...external, allowDataLoss: [...plan.allowDataLoss] });
    const args = await step("update");
    assert.ok(args.includes("--exclude-dependents"), args.join(" "));
    const update = await deployment.engine.up({ args });
    assert.equal(update.code, 0, update.stdout + update.stderr);
    assert.equal(await host(), "db.example.com");
    assert.deepEqual(
      (await running()).filter((name) => name !== "pgsql"),
      ["codeinsights-db", "codeintel-db"],
    );
    assert.deepEqual((await deployment.claims())["pgsql"], claims["pgsql"]);
    const jobs = await deployment.objects("jobs");
    assert.equal(jobs.length, 1, "the migrator ran against the empty database");
  });

  it("starts everything by the printed arguments, with the pods there were, and the old claim stays", async () => {
    deployment.set({ allowDataLoss: undefined });
    const args = await step("start");
    const update = await deployment.engine.up({ args });
    assert.equal(update.code, 0, update.stdout + update.stderr);
    assert.ok(
      Object.values(await replicas()).every((count) => count !== 0),
      JSON.stringify(await replicas()),
    );
    assert.equal((await deployment.claims())["pgsql"], claims["pgsql"]);
    assert.ok(!(await deployment.objects("configmaps")).some(({ metadata }) => metadata.name === "sourcegraph-move"));
  });
});
