import assert from "node:assert/strict";
import { imagesOfRelease } from "../../../components/core/planning/image-list";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { planKubernetes } from "../../../components/core/planning/kubernetes/plan";
import { kubernetesReleases, isChartOnly } from "../../../components/core/product/releases";

describe("the images of a release on Kubernetes", () => {
  /** Every image that any pod of the plan runs. */
  function planned(release: string, tracing: boolean): string[] {
    const kubernetes = { storageClass: { create: false }, ingress: { className: "nginx" } };
    const config = { shape: "kubernetes", cloud: "existing", release, size: "M", tracing, kubernetes };
    const { workloads } = planKubernetes(parseSpecification(config, {}));
    const containers = workloads.flatMap(({ initContainers, containers: own }) => [...initContainers, ...own]);
    return [...new Set(containers.map(({ image }) => image.reference))].sort();
  }

  it("are those its pods run, by digest, at every release that is rendered", () => {
    const pinned = kubernetesReleases.filter((release) => !isChartOnly(release));
    assert.ok(pinned.length > 20);
    for (const release of pinned) {
      const listed = imagesOfRelease(release, "kubernetes").filter(({ optional }) => !optional);
      assert.deepEqual(listed.map(({ reference }) => reference).sort(), planned(release, false), release);
    }
  });

  it("have Jaeger among them for those who ask for it", () => {
    const listed = imagesOfRelease("7.5.4453", "kubernetes");
    assert.deepEqual(listed.map(({ reference }) => reference).sort(), planned("7.5.4453", true));
    assert.deepEqual(
      listed.filter(({ optional }) => optional).map(({ repository, services }) => [repository, services]),
      [["jaeger-all-in-one", ["jaeger"]]],
    );
  });

  it("have the newest migrator among them, which makes upgrades over several releases", () => {
    const [last] = imagesOfRelease("7.4.0", "kubernetes").slice(-1);
    assert.deepEqual(
      [last?.repository, last?.tag, last?.onlyFor, last?.reference],
      [
        "migrator",
        "7.5.4453",
        "upgrades over several releases",
        imagesOfRelease("7.5.4453").find(({ repository }) => repository === "migrator")?.reference,
      ],
    );
  });

  it("are refused where only the chart knows them", () =>
    assert.throws(() => imagesOfRelease("7.6.0", "kubernetes"), {
      message:
        "the images are not known:\n  - 'release' is \"7.6.0\", a chart only, whose digests are not known here; list the images of its rendered chart",
    }));
});
