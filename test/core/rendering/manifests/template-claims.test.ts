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

  it("are what the controller would make: the template's spec, and the labels pods are selected by", () => {
    const set = objects.find(({ kind, metadata }) => kind === "StatefulSet" && metadata.name === "gitserver");
    assert.ok(set);
    const { selector, volumeClaimTemplates = [] } = workloadSpec(set) ?? {};
    const template = volumeClaimTemplates.find(({ metadata }) => metadata.name === "repos");
    const [first] = templateClaims(plan, objects).filter(({ metadata }) => metadata.name === "repos-gitserver-0");
    assert.deepEqual(first, {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        name: "repos-gitserver-0",
        namespace: "sourcegraph",
        labels: { ...template?.metadata.labels, ...selector?.matchLabels },
      },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "900Gi" } },
      },
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
