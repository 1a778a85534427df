import assert from "node:assert/strict";
import { executorObjects } from "../../../components/core/rendering/manifests/executors";
import { ingressObjects } from "../../../components/core/rendering/manifests/ingress";
import { networkPolicyObjects } from "../../../components/core/rendering/manifests/network-policies";
import type { KubernetesObject } from "../../../components/core/rendering/manifests/object";
import { workloadObject } from "../../../components/core/rendering/manifests/workload-objects";
import { goodConfigs } from "../../support/configs";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";
import { edgePlan } from "../../support/kubernetes-edge";

const eks = { ...goodConfigs.aws, shape: "kubernetes" };
const gke = { ...goodConfigs.gcp, shape: "kubernetes" };
const existing = {
  shape: "kubernetes",
  cloud: "existing",
  release: "7.5.4453",
  size: "XS",
  kubernetes: { storageClass: { name: "standard", create: false }, ingress: { className: "nginx" } },
};
const executors = (kind: "kubernetes" | "docker-in-docker") => ({
  kind,
  image: `index.docker.io/sourcegraph/${kind === "kubernetes" ? "executor-kubernetes" : "executor"}:7.5.4453`,
  ...(kind === "docker-in-docker" && { dockerImage: "index.docker.io/library/docker:29.5.3-dind" }),
  passwordSecret: "token",
});
const withExecutors = (kind: "kubernetes" | "docker-in-docker", kubernetes: object = {}) => ({
  ...existing,
  secrets: { token: "" },
  kubernetes: { ...existing.kubernetes, executors: executors(kind), ...kubernetes },
});

/** Kinds that a cluster has without the controllers of its cloud. */
const plainKinds = (objects: readonly KubernetesObject[]) =>
  objects.filter(({ apiVersion }) => !/(google|gke|eks\.amazonaws)/.test(apiVersion));

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string }[];
}

const queryOf = ({ matchLabels = {}, matchExpressions = [] }: Selector) =>
  [
    ...Object.entries(matchLabels).map(([label, value]) => `${label}=${value}`),
    ...matchExpressions.map(({ key, operator }) => (operator === "Exists" ? key : `!${key}`)),
  ].join();

describe("network policies, Ingress and executors on a real API server", function () {
  this.timeout(300_000);
  let cluster: TestCluster;

  before(function () {
    cluster = startKubernetes(this);
  });

  after(() => cluster?.stop());

  const namespace = async (name: string, level: string) => {
    await cluster.kubectl(["create", "namespace", name]);
    const modes = ["enforce", "warn"].map((mode) => `pod-security.kubernetes.io/${mode}=${level}`);
    await cluster.kubectl(["label", "namespace", name, ...modes]);
  };

  const cases: Record<string, [config: Readonly<Record<string, unknown>>, level: string]> = {
    eks: [eks, "privileged"],
    gke: [gke, "privileged"],
    "managed-stores": [{ ...eks, databases: "managed", cache: "managed", objectStorage: "managed" }, "privileged"],
    proxied: [
      { ...existing, proxy: { http: "http://192.0.2.7:3128", https: "http://proxy.example.com" } },
      "privileged",
    ],
    "native-executors": [withExecutors("kubernetes"), "privileged"],
    "docker-executors": [withExecutors("docker-in-docker"), "privileged"],
    "restricted-executors": [withExecutors("kubernetes", { profile: "restricted" }), "baseline"],
  };
  for (const [name, [config, level]] of Object.entries(cases))
    it(`are accepted without a warning, but for the class of GKE: ${name}`, async () => {
      await namespace(name, level);
      const plan = edgePlan({
        ...config,
        kubernetes: { ...(config["kubernetes"] as object | undefined), namespace: name },
      });
      const objects = plainKinds([...networkPolicyObjects(plan), ...ingressObjects(plan), ...executorObjects(plan)]);
      // GKE reads the class of an Ingress from an annotation that the API server calls deprecated.
      const strict = name === "gke" ? [] : ["--warnings-as-errors"];
      const { stdout } = await cluster.apply(objects, "--dry-run=server", ...strict);
      assert.equal(stdout.trim().split("\n").length, objects.length);
    });

  it("select the pods of the workload they name and no others", async () => {
    await namespace("selected", "privileged");
    const plan = edgePlan({ ...existing, kubernetes: { ...existing.kubernetes, namespace: "selected" } });
    const workloads = plan.workloads.map((workload) => ({ ...workload, claims: [], volumes: [] }));
    const bare = workloads.map((workload) => ({
      ...workload,
      serviceAccount: { ...workload.serviceAccount, name: "default" },
      nodeGroup: undefined,
      initContainers: [],
      containers: workload.containers.map((container) => ({
        ...container,
        mounts: [],
        ports: [],
        resources: { requests: { cpu: "1m", memory: "1Mi" }, limits: { cpu: "1", memory: "1Gi" } },
        probes: {},
      })),
    }));
    const policies = networkPolicyObjects(plan);
    await cluster.apply([...policies, ...bare.map((workload) => workloadObject(workload, plan))]);
    const expected = new Set(workloads.map(({ name }) => name));
    const owners = async (query: string) => {
      const columns = "--output=jsonpath={range .items[*]}{.metadata.name}{'\\n'}{end}";
      const { stdout } = await cluster.kubectl(["get", "pods", "--namespace=selected", `--selector=${query}`, columns]);
      return new Set(
        stdout
          .trim()
          .split("\n")
          .filter((pod) => pod !== "")
          .map((pod) => [...expected].sort((a, b) => b.length - a.length).find((name) => pod.startsWith(`${name}-`))),
      );
    };
    for (let tries = 0; tries < 60 && (await owners("")).size < expected.size; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.deepEqual(await owners(""), expected);
    for (const { metadata, spec } of policies) {
      const { podSelector } = spec as { podSelector: Selector };
      if (!expected.has(metadata.name)) continue;
      assert.deepEqual(await owners(queryOf(podSelector)), new Set([metadata.name]), metadata.name);
    }
    assert.deepEqual(await owners(queryOf({ matchLabels: { app: "migrator", deploy: "sourcegraph" } })), new Set());
  });
});
