import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import { databaseComponents, standingStill } from "../../../../components/core/planning/kubernetes/rollout";
import { kubernetesReleases } from "../../../../components/core/product/releases";
import { workloadNamed } from "../../../../components/core/product/kubernetes/workloads";
import { objectsBesideChart } from "../../../../components/core/rendering/helm/beside-chart";
import { helmValues, type HelmValue, type HelmValues } from "../../../../components/core/rendering/helm/values";
import { renderManifests } from "../../../../components/core/rendering/manifests/manifests";
import { templateClaims } from "../../../../components/core/rendering/manifests/template-claims";

const planOf = (config: Readonly<Record<string, unknown>> = {}) =>
  planKubernetes(
    parseSpecification({
      shape: "kubernetes",
      cloud: "existing",
      release: "7.5.4453",
      size: "M",
      kubernetes: { via: "helm", storageClass: { name: "fast", create: false }, ingress: { className: "nginx" } },
      ...config,
    }),
  );

/** A value by its key with dots. */
function at(values: HelmValues, key: string): HelmValue {
  return key.split(".").reduce<HelmValue>((value, part) => (value as HelmValues | undefined)?.[part], values);
}

describe("the values of the chart beside what a program declares", () => {
  it("leave to it what it declares beside the release, and nothing is made twice", () => {
    for (const config of [
      {},
      { cloud: "aws", region: "us-east-1", access: { allowedCidrs: ["10.0.0.0/8"] }, kubernetes: { via: "helm" } },
    ]) {
      const plan = planOf(config);
      const values = helmValues(plan, "declared");
      assert.deepEqual(
        ["extraResources", "priorityClasses", "frontend.ingress", "storageClass.create"].map((key) => at(values, key)),
        [undefined, undefined, { enabled: false }, false],
      );
      const className = plan.workloads.flatMap(({ claims }) => claims)[0]?.storageClass;
      assert.equal(at(values, "storageClass.name"), className);
      const beside = objectsBesideChart(plan);
      const named = beside.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      assert.deepEqual(named, [...new Set(named)]);
      assert.deepEqual(
        beside.filter(({ kind }) => /^(Deployment|StatefulSet|DaemonSet|Service|ServiceAccount|Role)/.test(kind)),
        [],
      );
      const native = [...renderManifests(plan), ...templateClaims(plan, renderManifests(plan))];
      const left = native.filter(({ kind, metadata }) => !named.includes(`${kind} ${metadata.name}`));
      assert.deepEqual([...new Set(left.map(({ kind }) => kind))].sort(), [
        "ClusterRole",
        "ClusterRoleBinding",
        "ConfigMap",
        "DaemonSet",
        "Deployment",
        "PersistentVolumeClaim",
        "PodDisruptionBudget",
        "Role",
        "RoleBinding",
        "Service",
        "ServiceAccount",
        "StatefulSet",
      ]);
      assert.deepEqual(
        left
          .filter(({ kind }) => kind === "ConfigMap" || kind === "PodDisruptionBudget")
          .map(({ metadata }) => metadata.name),
        ["otel-agent", "sourcegraph-frontend"],
      );
    }
  });

  it("hold no null, which would have to get through to the chart", () =>
    assert.doesNotMatch(JSON.stringify(helmValues(planOf(), "declared")), /null/));

  it("stop everything that knows the databases while their schemas are brought, for any release", () =>
    fc.assert(
      fc.property(fc.constantFrom(...kubernetesReleases), (release) => {
        const plan = planOf({ release });
        const values = helmValues(standingStill(plan), "declared");
        const running = plan.workloads
          .filter(({ kind, component }) => kind !== "DaemonSet" && !databaseComponents.includes(component))
          .filter(({ valuesKey }) => at(values, `${valuesKey}.replicaCount`) !== 0)
          .map(({ name }) => name);
        // The chart has no number for these; none of them connects to a database.
        assert.deepEqual(
          running.filter(
            (name) => !/^(redis-cache|redis-store|blobstore|prometheus|grafana|otel-collector)$/.test(name),
          ),
          [],
        );
        for (const name of running)
          for (const { environment } of workloadNamed(name).containers)
            assert.deepEqual(
              environment.filter((variable) => /^(\w+_)?PG[A-Z]+$/.test(variable.name)),
              [],
              name,
            );
      }),
      { numRuns: 30 },
    ));

  it("leave executors to the program, with the policies that know them", () => {
    const image = "index.docker.io/sourcegraph/executor-kubernetes:7.5.4453";
    const executors = { kind: "kubernetes", image, queues: ["batches"], passwordSecret: "executorToken" };
    const kubernetes = { via: "helm", storageClass: { create: false }, ingress: { className: "nginx" }, executors };
    const plan = planOf({ secrets: { executorToken: "" }, kubernetes });
    const named = objectsBesideChart(plan).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    for (const object of ["Deployment executor-batches", "NetworkPolicy executor-batches"])
      assert.equal(named.filter((name) => name === object).length, 1, named.join());
    assert.equal(named.length, new Set(named).size);
  });
});
