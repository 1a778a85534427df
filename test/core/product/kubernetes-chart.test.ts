import assert from "node:assert/strict";
import facts from "../../facts/services.json";
import { kubernetesWorkloads, workloadsOf } from "../../../components/core/product/kubernetes/workloads";
import type { ContainerFacts, WorkloadFacts } from "../../../components/core/product/kubernetes/workload-facts";
import { serviceNamed } from "../../../components/core/product/services";
import { chartDifferences, chartRelease, chartWorkloads, storeVariables } from "../../support/chart-comparison";

/** Where ours is not the chart's, exactly. */
const differences: readonly string[] = [
  // A port must have a name that is not a number alone; the chart leaves it without one.
  "jaeger.containers.jaeger.ports.5778: 5778 -> undefined",
  "jaeger.containers.jaeger.ports.http-sampling: undefined -> 5778",
];

/** The probes the facts describe in words; the words are proven below. */
const describedProbe =
  /^redis-(cache|store)\.containers\.redis-\1\.probes\.readiness\.exec: "redis-cli PING must answer/;

const workloadsByDefault = workloadsOf(chartRelease).filter(({ optional }) => optional !== true);

function containersOf({ initContainers, containers }: WorkloadFacts): readonly ContainerFacts[] {
  return [...initContainers, ...containers];
}

const cpus = (text: string) => (text.endsWith("m") ? Number(text.slice(0, -1)) / 1000 : Number(text));

function bytes(text: string): number {
  const match = /^(\d+)(M|G|Mi|Gi)$/.exec(text);
  assert.ok(match, text);
  return Number(match[1]) * { M: 1e6, G: 1e9, Mi: 2 ** 20, Gi: 2 ** 30 }[match[2] as "M" | "G" | "Mi" | "Gi"];
}

describe("the workloads of the chart", () => {
  const found = chartWorkloads().flatMap((theirs) =>
    chartDifferences(
      theirs,
      kubernetesWorkloads.find(({ name }) => name === theirs["name"]),
    ),
  );

  it("are the vendor's in every fact, but for the listed differences, each of which is there", () => {
    assert.deepEqual(
      found.filter((line) => !describedProbe.test(line)),
      differences,
    );
    assert.equal(found.filter((line) => describedProbe.test(line)).length, 2);
  });

  it("are all of the vendor's and, besides, only what releases before 6.4.0 had, and the code hosts of replicas", () => {
    const theirs = new Set(chartWorkloads().map(({ name }) => name));
    assert.equal(theirs.size, 21);
    assert.deepEqual(
      kubernetesWorkloads.filter(({ name }) => !theirs.has(name)).map(({ name, present }) => [name, present]),
      [
        ["repo-updater", { before: "6.4.0" }],
        ["symbols", { before: "6.4.0" }],
        ["code-host", undefined],
      ],
    );
  });

  it("leave to planning only variables of stores that the catalogue says the service is told of", () => {
    const told = { databases: /PG(DATABASE|HOST|PASSWORD|PORT|USER|SSLMODE)$/, redis: /^REDIS_/, objects: /_UPLOAD_/ };
    for (const { container, names } of storeVariables) {
      const service = container.service && serviceNamed(container.service);
      const needs = (pattern: RegExp) => names.some((name) => pattern.test(name));
      assert.equal(needs(told.databases), service?.databases?.told === true, container.name);
      if (needs(told.redis)) assert.ok(service?.redis, container.name);
      if (needs(told.objects)) assert.ok(service?.objectStorage?.includes("codeIntel"), container.name);
    }
    assert.equal(storeVariables.filter(({ names }) => names.length > 0).length, 7);
  });

  it("add up to the vendor's totals", () => {
    const sum = (of: (container: ContainerFacts) => number) =>
      workloadsByDefault.reduce(
        (total, { containers, replicas }) =>
          total + containers.reduce((all, container) => all + of(container), 0) * (replicas?.default ?? 1),
        0,
      );
    const gib = (value: number) => Math.round(value / 2 ** 30);
    const { note: _note, ...totals } = facts._meta.helmTotals;
    assert.deepEqual(
      {
        requestsCpu: Number(sum(({ resources }) => cpus(resources.cpu.request)).toFixed(3)),
        requestsMemoryGiB: gib(sum(({ resources }) => bytes(resources.memory.request))),
        limitsCpu: Number(sum(({ resources }) => cpus(resources.cpu.limit)).toFixed(3)),
        limitsMemoryGiB: gib(sum(({ resources }) => bytes(resources.memory.limit))),
        pvcGiB: workloadsByDefault.flatMap(({ claims }) => claims).reduce((total, { sizeGib }) => total + sizeGib, 0),
      },
      totals,
    );
  });

  it("make as many objects of each kind as the vendor's", () => {
    const volumes = workloadsByDefault.flatMap((workload) => workload.volumes);
    const secrets = workloadsByDefault
      .flatMap(containersOf)
      .flatMap(({ environment }) => environment)
      .flatMap(({ value }) => (typeof value === "object" && "secret" in value ? [value.secret] : []));
    const rights = workloadsByDefault.flatMap((workload) => workload.rights ?? []);
    const ofKind = (kind: WorkloadFacts["kind"]) => workloadsByDefault.filter((each) => each.kind === kind).length;
    const roles = rights.filter(({ clusterWide }) => !clusterWide).length;
    // The Secrets of both Redis are planning's; the Ingress, the StorageClass and the test pod belong to no workload.
    const { Ingress: _i, Pod: _p, StorageClass: _s, ...objects } = facts._meta.helmDefaultObjects;
    assert.deepEqual(
      {
        ClusterRole: rights.length - roles,
        ClusterRoleBinding: rights.length - roles,
        ConfigMap: new Set(volumes.flatMap((volume) => ("configMap" in volume ? [volume.configMap] : []))).size,
        DaemonSet: ofKind("DaemonSet"),
        Deployment: ofKind("Deployment"),
        PersistentVolumeClaim: workloadsByDefault.flatMap(({ claims }) => claims).filter((c) => c.kind === "claim")
          .length,
        Role: roles,
        RoleBinding: roles,
        Secret: new Set([...secrets, "redis-cache", "redis-store"]).size,
        Service: workloadsByDefault.flatMap((workload) => workload.services).length,
        ServiceAccount: workloadsByDefault.filter(({ serviceAccount }) => serviceAccount.created).length,
        StatefulSet: ofKind("StatefulSet"),
      },
      objects,
    );
  });
});
