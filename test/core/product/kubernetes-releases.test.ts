import assert from "node:assert/strict";
import { InputError, RefusedError } from "../../../components/core/errors";
import {
  compareReleases,
  findRelease,
  imagePin,
  isChartOnly,
  kubernetesReleases,
  requireKubernetesRelease,
} from "../../../components/core/product/releases";

describe("the releases for Kubernetes", () => {
  it("are those with a chart from 6.0.0 on, in ascending order, those without a compose tag too", () => {
    assert.equal(kubernetesReleases[0], "6.0.0");
    assert.equal(kubernetesReleases.at(-1), "7.6.0");
    assert.deepEqual(kubernetesReleases.filter(isChartOnly), ["6.0.2687", "7.4.2513", "7.6.0"]);
    assert.deepEqual([...kubernetesReleases].sort(compareReleases), kubernetesReleases);
    assert.equal(new Set(kubernetesReleases).size, kubernetesReleases.length);
  });

  it("pin in chart and compose file the same, and in the chart three images more", () => {
    for (const version of kubernetesReleases.filter((each) => !isChartOnly(each))) {
      const helm = findRelease(version)?.helm;
      assert.equal(helm?.differsFromCompose, undefined, version);
      for (const repository of ["alpine-3.14", "redis_exporter", "jaeger-all-in-one"])
        assert.equal(imagePin(version, repository), helm?.extraImages[repository]);
    }
    assert.equal(
      imagePin("7.5.4453", "redis_exporter").digest,
      findRelease("7.5.4453")?.helm?.extraImages["redis_exporter"]?.digest,
    );
    assert.throws(() => imagePin("7.6.0", "frontend"), new Error("release 7.6.0 pins no image 'frontend'"));
  });
});

describe("a release to deploy on Kubernetes", () => {
  it("may be any with a chart when the chart deploys it, and any with known digests without", () => {
    for (const version of kubernetesReleases) {
      assert.equal(requireKubernetesRelease(`v${version}`, "helm"), version);
      if (!isChartOnly(version)) assert.equal(requireKubernetesRelease(version, "native"), version);
    }
  });

  const wrong: readonly (readonly [string, "native" | "helm", string])[] = [
    ["9.9.9", "helm", `'release' is "9.9.9", which is not a known release; nearest to it: 7.6.0; the newest is 7.6.0`],
    [
      "9.9.9",
      "native",
      `'release' is "9.9.9", which is not a known release; nearest to it: 7.5.4453; the newest is 7.5.4453`,
    ],
    ["latest", "native", `'release' is "latest", which is not a version; give three numbers such as 7.5.4453`],
    [
      "7.4.2513",
      "native",
      `'release' is "7.4.2513", which was published as a chart only, so that the digests of its images are not known here; deploy it by the chart ('kubernetes.via' "helm"); nearest to it without the chart: 7.4.0 and 7.5.0`,
    ],
  ];
  for (const [version, via, message] of wrong)
    it(`is wrong input when it is ${version} and ${via}`, () => {
      assert.throws(
        () => requireKubernetesRelease(version, via),
        (error) => {
          assert.ok(error instanceof InputError);
          assert.equal(error.message, `the configuration is not valid:\n  - ${message}`);
          return true;
        },
      );
    });

  for (const version of ["5.11.6271", "5.5.3956", "5.3.16323"])
    it(`is refused when it is as old as ${version}, naming the property it was written in`, () => {
      assert.throws(
        () => requireKubernetesRelease(version, "helm", "environment.release"),
        (error) => {
          assert.ok(error instanceof RefusedError);
          assert.equal(
            error.message,
            `refused:\n  - 'environment.release' is "${version}", which is known to the upgrade planner, but Kubernetes is served from 6.0.0 on; choose 6.0.0 or newer, the newest is 7.6.0`,
          );
          return true;
        },
      );
    });
});
