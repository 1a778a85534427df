import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { planKubernetes } from "../../../components/core/planning/kubernetes/plan";
import type { KubernetesPlan } from "../../../components/core/planning/kubernetes/kubernetes-plan";
import { renderManifestFiles } from "../../../components/core/rendering/manifests/manifest-files";
import { renderManifests } from "../../../components/core/rendering/manifests/manifests";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";
import { kubernetesSpecification } from "../../support/kubernetes-plans";

const run = promisify(execFile);

const secrets = { executorToken: "", login: "", licence: "" };
const site = { "site.json": '{ "licenseKey": "${secret:licence}" }' };
const executors = (kind: string, images: object) => ({
  executors: { kind, passwordSecret: "executorToken", ...images },
});
const nativeExecutors = executors("kubernetes", { image: "index.docker.io/sourcegraph/executor-kubernetes:7.5.4453" });
const dockerExecutors = executors("docker-in-docker", {
  image: "index.docker.io/sourcegraph/executor:7.5.4453",
  dockerImage: "index.docker.io/library/docker:29.5.3-dind",
});

/** Deployments that fit the three nodes of 32 CPUs and 128 GiB. */
const deployments: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "size XS": {},
  "size M with Jaeger": { size: "M", tracing: true },
  "profile restricted": { kubernetes: { profile: "restricted" } },
  "profile restricted with Jaeger and executors": {
    tracing: true,
    secrets,
    kubernetes: { profile: "restricted", ...nativeExecutors },
  },
  "profile air-gapped with a login at the registry": {
    registry: { host: "registry.test/sourcegraph", credentialsSecret: "login" },
    secrets,
    kubernetes: { profile: "air-gapped" },
  },
  "executors with a Docker of their own": { secrets, kubernetes: dockerExecutors },
  "several of everything, a site configuration with a secret, a priority class, autoscaling": {
    overrides: {
      gitserver: { replicas: 2 },
      searcher: { replicas: 2 },
      "zoekt-webserver": { replicas: 2, cpuRequest: 1 },
      "zoekt-indexserver": { cpuRequest: 1 },
    },
    siteConfig: { siteFile: "site.json" },
    secrets,
    kubernetes: {
      userIds: 1234,
      priorityClass: { name: "sourcegraph-test" },
      autoscaling: { "sourcegraph-frontend": { minimum: 2, maximum: 3 } },
    },
  },
  "release 6.3.4167": { release: "6.3.4167" },
};

/** Deployments the API server is only asked about. */
const asked: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "size 2XL": { size: "2XL" },
  "size XL on AWS": {
    cloud: "aws",
    region: "us-east-1",
    size: "XL",
    access: { allowedCidrs: ["10.0.0.0/8"] },
  },
};

/** Kinds that the API server of the test knows; GKE's own are not among them. */
const known =
  /^(v1|apps\/v1|batch\/v1|autoscaling\/v2|policy\/v1|(rbac\.authorization|networking|storage|scheduling)\.k8s\.io\/v1)$/;

describe("manifests on a real API server", function () {
  this.timeout(300_000);
  let cluster: TestCluster | undefined;
  let folder = "";
  let count = 0;

  before(function () {
    cluster = startKubernetes(this);
    folder = mkdtempSync(path.join(tmpdir(), "sgbox-manifests-"));
  });
  after(() => {
    cluster?.stop();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  function planOf(vary: Readonly<Record<string, unknown>>): KubernetesPlan {
    const kubernetes = { ...(vary["kubernetes"] as object | undefined), namespace: `sourcegraph-${++count}` };
    return planKubernetes(kubernetesSpecification({ ...vary, kubernetes }, "siteConfig" in vary ? site : {}));
  }

  function write(plan: KubernetesPlan): string {
    const place = path.join(folder, plan.namespace.name);
    for (const { path: name, mode, text } of renderManifestFiles(plan)) {
      const file = path.join(place, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text, { mode: Number.parseInt(mode, 8) });
    }
    return place;
  }

  async function makeNamespace({ namespace }: KubernetesPlan, at: TestCluster): Promise<void> {
    const level = namespace.podSecurityLevel;
    const labels = { "pod-security.kubernetes.io/enforce": level, "pod-security.kubernetes.io/warn": level };
    await at.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace.name, labels } }]);
  }

  /** Applies the files as the README among them says, and returns every warning. */
  async function applyFiles(plan: KubernetesPlan, at: TestCluster): Promise<string> {
    const place = write(plan);
    const values = { SECRET_EXECUTOR_TOKEN: "x".repeat(20), SECRET_LOGIN: "user:password", SECRET_LICENCE: 'a"b\\c' };
    const folders = [...new Set(renderManifestFiles(plan).map(({ path: name }) => name.split("/")[0] ?? ""))]
      .filter((name) => /^\d/.test(name))
      .sort();
    let warnings = "";
    if (!plan.namespace.create) await makeNamespace(plan, at);
    for (const name of ["00-ground", "secrets", ...folders.filter((each) => each !== "00-ground")]) {
      if (name === "secrets")
        warnings += (await run(path.join(place, "secrets/apply.sh"), { env: { ...at.environment, ...values } })).stderr;
      else if (folders.includes(name))
        warnings += (await at.kubectl(["apply", "--server-side", "--force-conflicts", "-f", path.join(place, name)]))
          .stderr;
    }
    return warnings;
  }

  /** What the API server says to an object it is only asked about; policies count some seconds after they were made. */
  async function refusalOf(object: object, at: TestCluster): Promise<string> {
    const file = path.join(folder, "asked.json");
    writeFileSync(file, JSON.stringify(object));
    for (let tries = 0; tries < 30; tries++) {
      try {
        await at.kubectl(["create", "--dry-run=server", "-f", file]);
      } catch (error) {
        return String((error as { readonly stderr?: string }).stderr ?? error);
      }
      await setTimeout(500);
    }
    return "";
  }

  it("of a replica restrict the namespace as its customer's admins do, and let its own pods run", async () => {
    assert.ok(cluster);
    const replica = {
      cluster: {
        podSecurity: "restricted",
        readOnlyRoots: true,
        clusterRoles: "denied",
        quota: { cpus: 64, memoryGb: 256, pods: 24, claims: 20 },
      },
      codeHosts: [{ kind: "gitlab", repositories: 3, totalSizeGb: 0.1 }],
    };
    const kubernetes = { profile: "restricted", leaveOut: ["prometheus"] };
    const plan = planOf({ expires: "2030-01-01", replica, kubernetes });
    assert.equal(await applyFiles(plan, cluster), "");
    const { name: namespace } = plan.namespace;
    const space = ["-n", namespace];
    await cluster.kubectl(["wait", ...space, "--for=condition=Available", "deployment/code-host", "--timeout=120s"]);
    const used = await cluster.kubectl([
      "get",
      "resourcequota",
      "restrictions",
      ...space,
      "-o=jsonpath={.status.hard.pods}",
    ]);
    assert.equal(used.stdout, "24");
    const securityContext = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    };
    const resources = { requests: { cpu: "1m", memory: "1Mi" } };
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "writes", namespace },
      spec: { containers: [{ name: "writes", image: "x.test/x", securityContext, resources }] },
    };
    assert.match(
      await refusalOf(pod, cluster),
      new RegExp(`containers of namespace ${namespace} must not write to their root: set readOnlyRootFilesystem`),
    );
    const binding = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "too-much" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
      subjects: [{ kind: "ServiceAccount", name: "default", namespace }],
    };
    assert.match(
      await refusalOf(binding, cluster),
      new RegExp(`accounts of namespace ${namespace} must not have cluster roles`),
    );
    const free = { ...pod, metadata: { name: "writes", namespace: "default" } };
    const elsewhere = { ...binding, subjects: [{ kind: "ServiceAccount", name: "default", namespace: "default" }] };
    for (const object of [free, elsewhere]) {
      const file = path.join(folder, "free.json");
      writeFileSync(file, JSON.stringify(object));
      await cluster.kubectl(["create", "--dry-run=server", "-f", file]);
    }
    await cluster.kubectl(["delete", "namespace", namespace, "--wait=false"]);
  });

  for (const [name, vary] of Object.entries(deployments))
    it(`are accepted without a warning, and every workload becomes available: ${name}`, async () => {
      assert.ok(cluster);
      const plan = planOf(vary);
      const restricted = plan.profile === "restricted";
      // Jobs of executors run as the user of their own images.
      const level = plan.executors === undefined ? "restricted" : "baseline";
      assert.equal(plan.namespace.podSecurityLevel, restricted ? level : "privileged");
      assert.equal(await applyFiles(plan, cluster), "");
      const space = ["-n", plan.namespace.name];
      try {
        const at = cluster;
        await Promise.all(
          [...plan.workloads, ...(plan.executors?.workloads ?? [])].map(({ kind, name: workload }) =>
            at.kubectl([...space, "rollout", "status", "--timeout=100s", `${kind.toLowerCase()}/${workload}`]),
          ),
        );
        const { stdout } = await cluster.kubectl([...space, "get", "pods", "-o", "json"]);
        const pods = (JSON.parse(stdout) as { items: { status: { phase: string } }[] }).items;
        assert.ok(pods.length >= plan.workloads.length);
        assert.deepEqual([...new Set(pods.map(({ status }) => status.phase))], ["Running"]);
        if (restricted) {
          const scoped = renderManifests(plan).filter(({ metadata }) => metadata.namespace === undefined);
          assert.deepEqual(scoped, []);
        }
      } finally {
        await cluster.kubectl([...space, "delete", "deployments,statefulsets,daemonsets,hpa", "--all", "--wait=false"]);
        await cluster.kubectl([...space, "delete", "pods", "--all", "--force", "--grace-period=0", "--wait=false"]);
      }
    });

  for (const [name, vary] of Object.entries(asked))
    it(`would be accepted without a warning: ${name}`, async () => {
      assert.ok(cluster);
      const plan = planOf(vary);
      await makeNamespace(plan, cluster);
      const objects = renderManifests(plan).filter(({ apiVersion }) => known.test(apiVersion));
      assert.ok(objects.length > 90);
      const said = await cluster.apply(objects, "--dry-run=server", "--force-conflicts");
      assert.equal(said.stderr, "");
    });

  it("keep passwords of databases, and take changed values, when the script for the Secrets runs again", async () => {
    assert.ok(cluster);
    const at = cluster;
    const plan = planOf({
      registry: { host: "registry.test", credentialsSecret: "login" },
      siteConfig: { siteFile: "site.json" },
      secrets,
    });
    await makeNamespace(plan, at);
    const script = path.join(write(plan), "secrets/apply.sh");
    const make = (values: Readonly<Record<string, string>>) => run(script, { env: { ...at.environment, ...values } });
    const read = async (secret: string, key: string) => {
      const { stdout } = await at.kubectl(["-n", plan.namespace.name, "get", "secret", secret, "-o", "json"]);
      const { data } = JSON.parse(stdout) as { data: Record<string, string> };
      return Buffer.from(data[key] ?? "", "base64").toString();
    };
    await assert.rejects(make({ SECRET_LOGIN: "a:b" }), (error: { stderr: string; code: number }) => {
      assert.equal(error.code, 2);
      assert.equal(error.stderr, "set SECRET_LICENCE: value in the configuration files\n");
      return true;
    });
    await make({ SECRET_LOGIN: "a:b", SECRET_LICENCE: 'quote " slash \\ tab \t line\nend\n' });
    const password = await read("pgsql-auth", "password");
    assert.match(password, /^[0-9a-f]{48}$/);
    assert.equal(
      await read("sourcegraph-registry", ".dockerconfigjson"),
      '{"auths":{"registry.test":{"auth":"YTpi"}}}',
    );
    const configuration = JSON.parse(await read("sourcegraph-configuration", "site-config.json")) as {
      licenseKey: string;
    };
    assert.equal(configuration.licenseKey, 'quote " slash \\ tab \t line\nend\n');
    await make({ SECRET_LOGIN: "c:d", SECRET_LICENCE: "other" });
    assert.equal(await read("pgsql-auth", "password"), password);
    assert.equal(
      await read("sourcegraph-registry", ".dockerconfigjson"),
      '{"auths":{"registry.test":{"auth":"Yzpk"}}}',
    );
  });
});
