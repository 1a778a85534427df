import assert from "node:assert/strict";
import { parseSpecification, requireKubernetes } from "../../../../components/core/planning/config/specification";
import { kubernetesContext, type KubernetesContext } from "../../../../components/core/planning/kubernetes/context";
import { planExecutors } from "../../../../components/core/planning/kubernetes/executors";
import { planNetworkPolicies } from "../../../../components/core/planning/kubernetes/network-policies";
import { verdict } from "../../../../components/core/planning/kubernetes/network-verdict";
import { planSecretObjects } from "../../../../components/core/planning/kubernetes/secret-objects";
import type { PlannedWorkload } from "../../../../components/core/planning/kubernetes/workload";
import { planWorkloads } from "../../../../components/core/planning/kubernetes/workloads";
import { plannedSecrets } from "../../../../components/core/planning/planned-secrets";
import { problemLines } from "../../../support/configs";

const digest = `sha256:${"a".repeat(64)}`;
const native = {
  kind: "kubernetes",
  image: `index.docker.io/sourcegraph/executor-kubernetes:7.5.4453@${digest}`,
  passwordSecret: "executorToken",
};
const docker = {
  kind: "docker-in-docker",
  image: `index.docker.io/sourcegraph/executor:7.5.4453@${digest}`,
  dockerImage: "index.docker.io/library/docker:29.5.3-dind",
  passwordSecret: "executorToken",
};

function contextOf(executors: object, kubernetes: object = {}, rest: object = {}): KubernetesContext {
  const config = {
    shape: "kubernetes",
    cloud: "existing",
    release: "7.5.4453",
    size: "S",
    secrets: { executorToken: "" },
    kubernetes: {
      storageClass: { name: "fast", create: false },
      ingress: { className: "nginx" },
      executors,
      ...kubernetes,
    },
    ...rest,
  };
  return kubernetesContext(requireKubernetes(parseSpecification(config)));
}

function executor(executors: object, kubernetes: object = {}, rest: object = {}): PlannedWorkload {
  const [workload] = planExecutors(contextOf(executors, kubernetes, rest))?.workloads ?? [];
  assert.ok(workload !== undefined);
  return workload;
}

const environment = ({ containers }: PlannedWorkload) =>
  Object.fromEntries((containers[0]?.environment ?? []).map(({ name, value }) => [name, value]));

function refused(executors: object, problems: readonly string[], kubernetes: object = {}, rest: object = {}): void {
  const context = contextOf(executors, kubernetes, rest);
  assert.throws(
    () => planExecutors(context),
    (error) => {
      assert.deepEqual(problemLines(error), problems);
      return true;
    },
  );
}

describe("executors", () => {
  it("on Kubernetes run their jobs in the namespace, on their own node, with the vendor's rights", () => {
    const workload = executor(native);
    assert.equal(workload.name, "executor-batches-codeintel");
    assert.deepEqual(environment(workload), {
      EXECUTOR_FRONTEND_URL: "http://sourcegraph-frontend:30080",
      EXECUTOR_FRONTEND_PASSWORD: { secret: "executor-batches-codeintel", key: "EXECUTOR_FRONTEND_PASSWORD" },
      EXECUTOR_QUEUE_NAMES: "batches,codeintel",
      EXECUTOR_MAXIMUM_NUM_JOBS: "10",
      EXECUTOR_MAXIMUM_RUNTIME_PER_JOB: "30m",
      EXECUTOR_USE_FIRECRACKER: "false",
      EXECUTOR_KUBERNETES_NAMESPACE: "sourcegraph",
      EXECUTOR_KUBERNETES_PERSISTENCE_VOLUME_NAME: "sg-executor-batches-codeintel",
      EXECUTOR_KUBERNETES_NODE_NAME: { field: "spec.nodeName" },
      EXECUTOR_KUBERNETES_RESOURCE_REQUEST_MEMORY: "1Gi",
      EXECUTOR_KUBERNETES_RESOURCE_LIMIT_MEMORY: "12Gi",
      KUBERNETES_JOB_DEADLINE: "1200",
      KUBERNETES_FS_GROUP: "1000",
      KUBERNETES_KEEP_JOBS: "false",
    });
    assert.deepEqual(workload.claims, [
      {
        kind: "claim",
        name: "sg-executor-batches-codeintel",
        objects: ["sg-executor-batches-codeintel"],
        sizeGib: 10,
        storageClass: "fast",
        dataClass: "user-data",
        value: "cache",
      },
    ]);
    assert.deepEqual(planExecutors(contextOf(native))?.rules, [
      { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create", "delete", "get"] },
      { apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list", "watch"] },
      { apiGroups: [""], resources: ["secrets", "persistentvolumeclaims"], verbs: ["get", "create", "delete"] },
    ]);
    assert.deepEqual(workload.serviceAccount, { name: "sg-executor", created: true, annotations: {} });
    assert.deepEqual([workload.podSecurityLevel, workload.mountsToken], ["baseline", true]);
  });

  it("in Docker have an engine of their own that nobody else reaches, and no rights", () => {
    const workload = executor({ ...docker, queues: ["batches"], replicas: 3 });
    assert.equal(workload.name, "executor-batches");
    assert.equal(environment(workload)["EXECUTOR_QUEUE_NAME"], "batches");
    assert.equal(environment(workload)["DOCKER_HOST"], "tcp://127.0.0.1:2375");
    const engine = workload.containers[1];
    assert.deepEqual(engine?.command, ["dockerd", "--tls=false", "--mtu=1200", "--host=tcp://127.0.0.1:2375"]);
    assert.equal(engine.security.privileged, true);
    assert.deepEqual(engine.ports, []);
    assert.deepEqual([workload.replicas, workload.podSecurityLevel, workload.rights], [3, "privileged", undefined]);
  });

  it("keep their password under the name and key of the vendor's chart", () => {
    const context = contextOf(native);
    const objects = planSecretObjects(context, planWorkloads(context));
    const secret = objects.find(({ component }) => component === "executor");
    assert.deepEqual(secret, {
      name: "executor-batches-codeintel",
      component: "executor",
      data: { EXECUTOR_FRONTEND_PASSWORD: [{ secret: "executorToken", as: "raw" }] },
    });
    assert.deepEqual(
      plannedSecrets(context.specification, []).find(({ name }) => name === "executorToken"),
      { name: "executorToken", purpose: "access token of the executors", origin: "config", guardsData: false },
    );
  });

  it("run as the config says, and go through its proxy but for the cluster's API and the frontends", () => {
    const proxy = { https: "http://proxy.example.com:3128" };
    const workload = executor(native, { userIds: 5000 }, { proxy });
    assert.deepEqual(workload.podSecurity, { runAsUser: 5000, runAsGroup: 5000, fsGroup: 5000 });
    assert.equal(environment(workload)["KUBERNETES_RUN_AS_USER"], "5000");
    assert.equal(environment(workload)["HTTPS_PROXY"], proxy.https);
    assert.equal(
      environment(workload)["NO_PROXY"],
      "localhost,127.0.0.1,169.254.169.254,metadata.google.internal,$(KUBERNETES_SERVICE_HOST),sourcegraph-frontend,.svc,.svc.cluster.local",
    );
    assert.deepEqual(executor(native, { userIds: "assigned" }).podSecurity, {});
  });

  it("and their jobs reach the frontends and nothing else of the namespace", () => {
    for (const executors of [native, docker]) {
      const context = contextOf(executors);
      const workloads = [...planWorkloads(context), ...(planExecutors(context)?.workloads ?? [])];
      const policies = planNetworkPolicies(context, workloads);
      const ports = new Set(workloads.flatMap(({ containers }) => containers.flatMap((each) => each.ports)));
      const clients = [
        { workload: "executor-batches-codeintel" },
        ...(executors === native ? [{ jobs: "executor-jobs" } as const] : []),
      ];
      for (const from of clients) {
        const reached = workloads.flatMap(({ name }) =>
          [...ports]
            .filter(({ number: port }) => verdict(policies, workloads, from, { workload: name }, { port }).allowed)
            .map(({ number }) => `${name}:${number}`),
        );
        assert.deepEqual([...new Set(reached)], ["sourcegraph-frontend:3080"]);
      }
      const internet = policies.find(({ workload }) => workload === "executor-batches-codeintel")?.egress;
      assert.deepEqual(internet?.find(({ reason }) => reason === "images and packages of jobs")?.peers, [
        {
          cidr: "0.0.0.0/0",
          except: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"],
        },
      ]);
    }
  });

  it("are refused without images, with those of another release, and in numbers that cannot share a volume", () => {
    const { image: _image, ...bare } = native;
    refused({ ...bare, replicas: 2, dockerImage: docker.dockerImage }, [
      "'kubernetes.executors.image' is missing; no pin of the executors' image is known here, so give index.docker.io/sourcegraph/executor-kubernetes:7.5.4453 with the digest that the vendor's executor chart of release 7.5.4453 has",
      "'kubernetes.executors.dockerImage' has a meaning with kind docker-in-docker only; remove it",
      "'kubernetes.executors.replicas' must be 1 with kind kubernetes, because its jobs share one volume and one node with it, got 2; raise 'maximumJobs'",
    ]);
    refused({ ...docker, image: "index.docker.io/sourcegraph/executor:7.4.0", dockerImage: "docker" }, [
      `'kubernetes.executors.image' must be of release 7.5, as the instance is (7.5.4453), got "index.docker.io/sourcegraph/executor:7.4.0"`,
      `'kubernetes.executors.dockerImage' must be an image reference with tag or digest, such as index.docker.io/library/docker:29.5.3-dind, got "docker"`,
    ]);
    const { dockerImage: _docker, ...without } = docker;
    refused(without, [
      "'kubernetes.executors.dockerImage' is missing; give the Docker Engine beside the executor, such as index.docker.io/library/docker:29.5.3-dind",
    ]);
  });

  it("need images beside the chart as well", () => {
    const { image: _image, dockerImage: _dockerImage, ...bare } = docker;
    refused(
      bare,
      [
        "'kubernetes.executors.image' is missing; no pin of the executors' image is known here, so give index.docker.io/sourcegraph/executor:7.5.4453 with the digest that the vendor's executor chart of release 7.5.4453 has",
        "'kubernetes.executors.dockerImage' is missing; give the Docker Engine beside the executor, such as index.docker.io/library/docker:29.5.3-dind",
      ],
      { via: "helm" },
    );
  });

  it("in profile air-gapped are of the registry", () =>
    refused(
      { ...docker, image: "index.docker.io/sourcegraph/executor:7.5.4453" },
      [
        `'kubernetes.executors.image' must be of mirror.example.com/sg, as profile air-gapped has every image from 'registry', got "index.docker.io/sourcegraph/executor:7.5.4453"`,
        `'kubernetes.executors.dockerImage' must be of mirror.example.com/sg, as profile air-gapped has every image from 'registry', got "${docker.dockerImage}"`,
      ],
      { profile: "air-gapped" },
      { registry: { host: "mirror.example.com/sg" } },
    ));

  it("are none where nobody asks for them", () => {
    const none = contextOf({ ...native });
    const { executors: _executors, ...kubernetes } = none.specification.kubernetes;
    assert.equal(planExecutors({ ...none, specification: { ...none.specification, kubernetes } }), undefined);
  });
});
