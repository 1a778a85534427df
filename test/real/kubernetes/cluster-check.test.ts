import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { Problem } from "../../../components/core/errors";
import { planKubernetes } from "../../../components/core/planning/kubernetes/plan";
import { renderManifests } from "../../../components/core/rendering/manifests/manifests";
import { checkCluster, clusterRefusal, type ClusterCheck } from "../../../cli/cluster-check/cluster-check";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";
import { kubernetesSpecification } from "../../support/kubernetes-plans";

const storageClass = (name: string, allowVolumeExpansion: boolean) => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name },
  provisioner: "csi.test",
  allowVolumeExpansion,
});
const claim = (namespace: string, name: string, storage: string, storageClassName: string) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace },
  spec: { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage } } },
});
const namespace = (name: string, labels: Readonly<Record<string, string>> = {}) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
const mark = (space: string, owner: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "sourcegraph-instance", namespace: space },
  data: { owner },
});

describe("the check of a cluster on a real API server", function () {
  let cluster: TestCluster | undefined;
  let folder = "";

  before(async function () {
    cluster = startKubernetes(this);
    folder = mkdtempSync(path.join(tmpdir(), "sgbox-check-"));
    writeFileSync(path.join(folder, "Pulumi.yaml"), "name: sourcegraph\n");
    await cluster.apply([
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "IngressClass",
        metadata: { name: "nginx" },
        spec: { controller: "test/nginx" },
      },
      storageClass("grows", true),
      storageClass("stays", false),
    ]);
  });
  after(() => {
    cluster?.stop();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  function check(vary: Readonly<Record<string, unknown>>, kubeconfig?: string): Promise<ClusterCheck> {
    const specification = kubernetesSpecification(vary);
    const plan = planKubernetes(specification);
    const deployment = { specification, plan, objects: renderManifests(plan), file: "Pulumi.prod.yaml" };
    const terminal = {
      out: () => undefined,
      note: () => undefined,
      colors: undefined as never,
      env: cluster?.environment ?? {},
      today: "2026-11-21",
      folder,
    };
    return checkCluster(deployment, kubeconfig, terminal);
  }

  const against = async (vary: Readonly<Record<string, unknown>>): Promise<readonly Problem[]> =>
    clusterRefusal(await check(vary))?.problems ?? [];

  it("proves everything but what no cluster tells, on a class that grows and one that is the default", async () => {
    for (const kubernetes of [{}, { storageClass: { name: "grows", create: false } }]) {
      const got = await check({ kubernetes });
      assert.ok("findings" in got);
      assert.deepEqual(
        got.findings.filter(({ problems, unproven }) => problems.length > 0 || unproven !== undefined),
        [{ what: "its network enforces network policies", problems: [], unproven: "no cluster tells" }],
      );
    }
  });

  it("names classes that are missing, a level that is too strict and a machine that is too small, all at once", async () => {
    await cluster?.apply([namespace("strict", { "pod-security.kubernetes.io/enforce": "restricted" })]);
    const problems = await against({
      size: "3XL",
      kubernetes: {
        namespace: "strict",
        createNamespace: false,
        ingress: { className: "traefik" },
        storageClass: { name: "fast", create: false },
        snapshotClass: "snaps",
      },
    });
    const texts = problems.map(({ path: where, message }) => `${where} ${message}`);
    assert.deepEqual(
      texts.filter((text) => !text.startsWith("size ")),
      [
        "cluster.existing does not know volumesnapshots.snapshot.storage.k8s.io; install what brings them, or leave out what needs them",
        `kubernetes.namespace is "strict", which enforces pod security level restricted, and the pods need privileged; have its label changed, or set 'kubernetes.profile' restricted`,
        `kubernetes.ingress.className is "traefik", which does not exist; the cluster has: nginx; name one, or install its controller`,
        `kubernetes.storageClass.name is "fast", which does not exist; the cluster has: grows, standard (default), stays; name one, or have it made by 'kubernetes.storageClass.create'`,
        `kubernetes.snapshotClass is "snaps", which does not exist; the cluster has: none; name one, or leave it out`,
      ],
    );
    assert.ok(
      texts.some((text) =>
        /^size asks [\d.]+ CPUs and [\d.]+ GiB for all pods, and the nodes that take them \(3\) have 96 CPUs and 384 GiB;/.test(
          text,
        ),
      ),
    );
  });

  it("lets claims grow where their class does, and refuses it where it does not", async () => {
    await cluster?.apply([
      namespace("data"),
      claim("data", "pgsql", "100Gi", "grows"),
      claim("data", "codeintel-db", "100Gi", "stays"),
    ]);
    const own = (name: string) => ({ kubernetes: { namespace: "data", storageClass: { name, create: false } } });
    assert.deepEqual(await against(own("grows")), [
      {
        path: "kubernetes.storageClass.name",
        message: `is "grows", but claim codeintel-db has class stays, which never changes; keep stays, or move the data by backup and restore`,
      },
    ]);
    const stays = await against(own("stays"));
    assert.deepEqual(stays, [
      {
        path: "kubernetes.storageClass.name",
        message: `is "stays", but claim pgsql has class grows, which never changes; keep grows, or move the data by backup and restore`,
      },
      {
        path: "kubernetes.storageClass",
        message:
          "stays does not let its volumes grow, and claim codeintel-db would go from 100 to 200 GiB; have the cluster's admins set allowVolumeExpansion, or keep the size",
      },
    ]);
  });

  it("refuses a second instance, in the namespace of the first and beside it", async () => {
    const specification = kubernetesSpecification({ kubernetes: { namespace: "first" } });
    const objects = renderManifests(planKubernetes(specification));
    const ground = objects.filter(({ kind }) =>
      ["Namespace", "ClusterRole", "ClusterRoleBinding", "Deployment"].includes(kind),
    );
    await cluster?.apply([...ground, mark("first", "organization/sourcegraph/prod/sourcegraph")]);
    assert.deepEqual(await against({ kubernetes: { namespace: "first" } }), []);
    await cluster?.apply([mark("first", "organization/sourcegraph/staging/sourcegraph")]);
    assert.deepEqual(await against({ kubernetes: { namespace: "first", helmRelease: "other" } }), [
      {
        path: "kubernetes.namespace",
        message: `is "first", which belongs to instance organization/sourcegraph/staging/sourcegraph; a namespace holds one instance: name another`,
      },
      {
        path: "kubernetes.helmRelease",
        message: `is "other", but the pods of Deployment sourcegraph-frontend are selected as those of release sourcegraph, which never changes; set it to sourcegraph to take the instance over, or name another 'kubernetes.namespace'`,
      },
    ]);
    assert.deepEqual(await against({ kubernetes: { namespace: "second" } }), [
      {
        path: "kubernetes.profile",
        message: `makes cluster role binding "prometheus", which belongs to namespace first and would be taken from it; set it to restricted, which makes none`,
      },
    ]);
    assert.deepEqual(await against({ kubernetes: { namespace: "second", profile: "restricted" } }), [
      {
        path: "kubernetes.namespace",
        message: `is "second", which does not exist; have the cluster's admins make it`,
      },
    ]);
  });

  it("tells an identity of one namespace what it may not make, and leaves open what it may not see", async () => {
    assert.ok(cluster);
    const admin = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "admin" };
    await cluster.apply([
      namespace("small"),
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "dev", namespace: "small" } },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { name: "dev", namespace: "small" },
        roleRef: admin,
        subjects: [{ kind: "ServiceAccount", name: "dev", namespace: "small" }],
      },
    ]);
    const { stdout: token } = await cluster.kubectl(["create", "token", "dev", "--namespace=small"]);
    const { stdout: view } = await cluster.kubectl(["config", "view", "--raw", "--output=json"]);
    const config = JSON.parse(view) as { users: { name: string; user: object }[] };
    for (const each of config.users) each.user = { token: token.trim() };
    const kubeconfig = path.join(folder, "dev.json");
    writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
    const got = await check({ kubernetes: { namespace: "small" } }, kubeconfig);
    assert.ok("findings" in got);
    assert.deepEqual(clusterRefusal(got)?.problems, [
      {
        path: "cluster.existing",
        message:
          "does not let you make namespaces (create, patch), clusterroles.rbac.authorization.k8s.io (create, patch), clusterrolebindings.rbac.authorization.k8s.io (create, patch); have its admins grant that, or set 'kubernetes.profile' restricted, which makes nothing of the whole cluster",
      },
    ]);
    const open = got.findings.flatMap(({ what, unproven }) => (unproven === undefined ? [] : [`${what}: ${unproven}`]));
    assert.deepEqual(open, [
      "no other instance has its cluster role bindings: you may not kubectl get clusterrolebindings",
      "it has ingress class nginx: you may not kubectl get ingressclasses",
      "it has a default storage class: you may not kubectl get storageclasses",
      "a node holds its largest pod: you may not kubectl get nodes",
      "its nodes hold all pods together: you may not kubectl get nodes",
      "its network enforces network policies: no cluster tells",
    ]);
    const narrow = await check({ kubernetes: { namespace: "small", profile: "restricted" } }, kubeconfig);
    assert.equal(clusterRefusal(narrow), undefined);
  });
});
