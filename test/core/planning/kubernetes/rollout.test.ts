import assert from "node:assert/strict";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import {
  snapshotsBefore,
  stageOf,
  stagesOf,
  standingStill,
  type Stage,
} from "../../../../components/core/planning/kubernetes/rollout";
import { renderManifests } from "../../../../components/core/rendering/manifests/manifests";
import { kubernetesSpecification } from "../../../support/kubernetes-plans";

const plan = planKubernetes(
  kubernetesSpecification({
    kubernetes: { snapshotClass: "csi-snapshots" },
    overrides: { gitserver: { replicas: 2 } },
  }),
);

describe("the order of a roll-out", () => {
  it("is stores, migrator, frontends, search, workers, watchers; with the schemas last where all stands still", () => {
    const ranks: Stage[] = ["frontends", "search", "workers", "watchers", "edge"];
    assert.deepEqual(stagesOf("run"), ["instance", "ground", "snapshots", "stores", "migration", ...ranks]);
    assert.deepEqual(stagesOf("migrate"), ["instance", "ground", "snapshots", "stores", ...ranks, "migration"]);
  });

  it("has a place for every object, by what it is and whom it belongs to", () => {
    const places: Partial<Record<Stage, string[]>> = {};
    for (const { kind, metadata } of renderManifests(plan)) {
      const stage = stageOf(kind, metadata.name, plan);
      if (stage !== "ground") (places[stage] ??= []).push(metadata.name);
    }
    assert.deepEqual(places, {
      instance: ["sourcegraph"],
      stores: ["pgsql", "codeintel-db", "codeinsights-db", "redis-cache", "redis-store", "blobstore"],
      frontends: ["sourcegraph-frontend"],
      search: ["syntect-server", "gitserver", "searcher", "indexed-search"],
      workers: ["worker", "precise-code-intel-worker", "syntactic-code-intel-worker"],
      watchers: ["prometheus", "grafana", "otel-collector", "cadvisor", "node-exporter", "otel-agent"],
      edge: ["sourcegraph-frontend"],
    });
  });

  it("has a place for what is not rendered, or of no workload", () =>
    assert.deepEqual(
      [stageOf("Job", "migrator", plan), stageOf("VolumeSnapshot", "x", plan), stageOf("Deployment", "other", plan)],
      ["migration", "snapshots", "workers"],
    ));
});

describe("a deployment that stands still", () => {
  it("runs the databases and the agents of the nodes, and nothing else", () => {
    const { workloads } = standingStill(plan);
    assert.deepEqual(
      workloads.filter(({ replicas }) => replicas !== 0).map(({ name, replicas }) => [name, replicas]),
      [
        ["pgsql", 1],
        ["codeintel-db", 1],
        ["codeinsights-db", 1],
        ["cadvisor", undefined],
        ["node-exporter", undefined],
        ["otel-agent", undefined],
      ],
    );
    assert.ok(
      plan.workloads.some(({ replicas }) => replicas === 2),
      "the plan itself changed",
    );
  });

  it("has no autoscaler that would start pods again, and no executors", () => {
    const scaled = planKubernetes(
      kubernetesSpecification({
        kubernetes: {
          autoscaling: { "precise-code-intel-worker": { minimum: 2, maximum: 4 } },
          executors: {
            kind: "kubernetes",
            image: `mirror.example.com/executor-kubernetes:7.5.4453@sha256:${"a".repeat(64)}`,
            passwordSecret: "executors",
          },
        },
        secrets: { executors: "" },
      }),
    );
    assert.equal(scaled.workloads.filter(({ autoscaling }) => autoscaling !== undefined).length, 1);
    assert.notEqual(scaled.executors, undefined);
    const { workloads, executors } = standingStill(scaled);
    const all = [...workloads, ...(executors?.workloads ?? [])];
    assert.deepEqual(
      all.filter(({ autoscaling }) => autoscaling !== undefined),
      [],
    );
    assert.deepEqual(
      executors?.workloads.filter(({ kind, replicas }) => kind !== "DaemonSet" && replicas !== 0),
      [],
    );
  });
});

describe("snapshots before an upgrade", () => {
  it("are of every claim whose data nothing else has, named by release and claim", () =>
    assert.deepEqual(
      snapshotsBefore(plan, "7.5.4453"),
      ["pgsql", "codeintel-db", "codeinsights-db", "redis-store", "blobstore"].map((claim) => ({
        resource: `sourcegraph-before-7.5.4453-${claim}`,
        claim,
        snapshotClass: "csi-snapshots",
      })),
    ));

  it("are none without a snapshot class, and none where nothing is upgraded", () => {
    assert.deepEqual(snapshotsBefore(planKubernetes(kubernetesSpecification()), "7.5.4453"), []);
    assert.deepEqual(snapshotsBefore(plan, undefined), []);
  });
});
