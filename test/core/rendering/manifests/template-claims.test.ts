import assert from "node:assert/strict";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import { renderManifests } from "../../../../components/core/rendering/manifests/manifests";
import { templateClaims } from "../../../../components/core/rendering/manifests/template-claims";
import { workloadSpec } from "../../../../components/core/rendering/manifests/pod-template";
import { kubernetesSpecification } from "../../../support/kubernetes-plans";

const plan = planKubernetes(
  kubernetesSpecification({ overrides: { gitserver: { replicas: 2, storageGb: 900 }, searcher: { replicas: 2 } } }),
);
const objects = renderManifests(plan);

describe("claims of templates", () => {
  it("come of templates with just the labels that the chart's have: any other can never be taken over", () =>
    assert.deepEqual(
      objects
        .filter(({ kind }) => kind === "StatefulSet")
        .flatMap((object) => (workloadSpec(object)?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata)),
      [
        { name: "repos" },
        { name: "cache" },
        { name: "data", labels: { deploy: "sourcegraph" } },
        { name: "grafana-data" },
      ],
    ));

  it("have the names their controller looks for, one for each replica, and none beyond", () =>
    assert.deepEqual(
      templateClaims(plan, objects)
        .map(({ metadata }) => metadata.name)
        .sort(),
      [
        "cache-searcher-0",
        "cache-searcher-1",
        "data-indexed-search-0",
        "grafana-data-grafana-0",
        "repos-gitserver-0",
        "repos-gitserver-1",
      ],
    ));

  it("are what the controller would make, with the labels of every object", () => {
    const set = objects.find(({ kind, metadata }) => kind === "StatefulSet" && metadata.name === "gitserver");
    assert.ok(set);
    const { selector } = workloadSpec(set) ?? {};
    const [first] = templateClaims(plan, objects).filter(({ metadata }) => metadata.name === "repos-gitserver-0");
    assert.deepEqual(first, {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        name: "repos-gitserver-0",
        namespace: "sourcegraph",
        labels: {
          "app.kubernetes.io/component": "gitserver",
          "app.kubernetes.io/managed-by": "Pulumi",
          deploy: "sourcegraph",
          ...selector?.matchLabels,
        },
      },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "900Gi" } } },
    });
  });

  it("are each once in a deployment, beside the claims that are rendered by themselves", () => {
    const names = [...objects, ...templateClaims(plan, objects)]
      .filter(({ kind }) => kind === "PersistentVolumeClaim")
      .map(({ metadata }) => metadata.name);
    assert.deepEqual(
      names.sort(),
      plan.workloads.flatMap(({ claims }) => claims.flatMap((claim) => claim.objects)).sort(),
    );
    assert.equal(new Set(names).size, names.length);
  });
});
