import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import { renderManifests } from "../../../../components/core/rendering/manifests/manifests";
import { chartWorkloads } from "../../../support/chart-comparison";
import { kubernetesSpecification } from "../../../support/kubernetes-plans";
import { manifestDeviations, manifestDifferences } from "../../../support/manifest-comparison";

describe("the rendered manifests", () => {
  const ours = renderManifests(planKubernetes(kubernetesSpecification({ overrides: { searcher: { storageGb: 26 } } })));
  const workloads = chartWorkloads().filter((workload) => workload["name"] !== "jaeger");
  const found = workloads.flatMap((workload) => manifestDifferences(workload, ours));
  const document = readFileSync(join(__dirname, "../../../../docs/deviations.md"), "utf8");

  it("mean what the vendor's chart means at 7.5.4453, sizes aside, but for the listed deviations", () => {
    const unexplained = found.filter(
      (line) => !Object.values(manifestDeviations).some((pattern) => pattern.test(line)),
    );
    assert.deepEqual(unexplained, []);
  });

  it("have no workload the chart has not", () => {
    const known = new Set(workloads.map((workload) => workload["name"]));
    const rendered = ours.filter(({ kind }) => ["Deployment", "StatefulSet", "DaemonSet"].includes(kind));
    assert.deepEqual(
      rendered.map(({ metadata }) => metadata.name).filter((name) => !known.has(name)),
      [],
    );
  });

  for (const [id, pattern] of Object.entries(manifestDeviations))
    it(`really deviate in ${id}, and docs/deviations.md says why`, () => {
      assert.ok(
        found.some((line) => pattern.test(line)),
        "nothing deviates in this way any more",
      );
      assert.match(document, new RegExp(`^\\| \`${id}\` +\\|`, "m"));
    });
});
