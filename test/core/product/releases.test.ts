import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError, RefusedError } from "../../../components/core/errors";
import {
  chartOnlyReleases,
  compareReleases,
  findRelease,
  isAtLeast,
  isChartOnly,
  nearestReleases,
  newestComposeRelease,
  normalizeRelease,
  oldestRenderableRelease,
  parseRelease,
  releases,
  requireRenderable,
} from "../../../components/core/product/releases";

describe("the release catalogue", () => {
  it("holds 129 compose releases in ascending order and the five that exist as a chart only", () => {
    assert.equal(releases.length, 129);
    for (const [index, release] of releases.entries()) {
      const next = releases[index + 1];
      if (next !== undefined) assert.ok(compareReleases(release.version, next.version) < 0, release.version);
    }
    assert.deepEqual(chartOnlyReleases, ["5.3.11625", "5.5.3956", "6.0.2687", "7.4.2513", "7.6.0"]);
    assert.equal(newestComposeRelease, "7.5.4453");
  });

  it("pins every image of every release by digest", () => {
    for (const { version, images } of releases) {
      assert.ok(Object.keys(images).length >= 20, version);
      for (const [name, { digest }] of Object.entries(images))
        assert.match(digest, /^sha256:[0-9a-f]{64}$/, `${version} ${name}`);
    }
  });

  it("honours the one image the compose file pins at another version", () => {
    const odd = releases.flatMap(({ version, images }) =>
      Object.entries(images).flatMap(([name, { tag }]) => (tag === version ? [] : [[version, name, tag]])),
    );
    assert.deepEqual(odd, [["5.1.0", "prometheus", "5.0.6"]]);
  });

  it("marks as not deployable by compose only the release whose images are in a private registry", () => {
    const unpullable = releases.filter(({ deployable }) => !deployable.compose);
    assert.deepEqual(
      unpullable.map(({ version, deployable }) => ({ version, deployable })),
      [
        {
          version: "5.3.16323",
          deployable: {
            compose: false,
            kubernetes: false,
            reason:
              "its compose file names images in the private registry us-central1-docker.pkg.dev/sourcegraph-ci/rfc795-internal",
          },
        },
      ],
    );
  });

  it("finds a release with or without a leading v, and no chart-only or unknown one", () => {
    assert.equal(findRelease("7.5.4453")?.date, "2026-07-22");
    assert.equal(findRelease("v7.5.4453"), findRelease("7.5.4453"));
    assert.equal(findRelease("7.6.0"), undefined);
    assert.ok(isChartOnly("v7.6.0"));
    assert.equal(findRelease("latest"), undefined);
  });

  it("orders by number, never by text or by date", () => {
    assert.ok(compareReleases("5.3.9104", "5.3.12303") < 0);
    assert.ok(compareReleases("5.9.17785", "6.0.0") < 0);
    assert.ok((findRelease("5.9.17785")?.date ?? "") > (findRelease("6.0.0")?.date ?? ""));
    assert.ok(isAtLeast("6.10.0", "6.9.2509"));
    assert.ok(!isAtLeast("6.9.2509", "6.10.0"));
  });

  it("reads a version only when it is three plain numbers", () => {
    assert.deepEqual(parseRelease("v6.12.5040"), { major: 6, minor: 12, patch: 5040 });
    assert.equal(normalizeRelease("v6.12.5040"), "6.12.5040");
    for (const text of ["", "6.12", "6.12.x", "06.1.0", "6.1.0-rc.1", "6.1.0+build", "latest"]) {
      assert.equal(parseRelease(text), undefined, text);
    }
  });

  it("names the neighbours of any version", () => {
    const versions = releases.map(({ version }) => version);
    fc.assert(
      fc.property(fc.nat(9), fc.nat(14), fc.nat(20_000), (major, minor, patch) => {
        const version = `${major}.${minor}.${patch}`;
        const near = nearestReleases(version, versions);
        assert.ok(near.length >= 1 && near.length <= 2);
        for (const candidate of versions) {
          const [low, high] = near.length === 2 ? near : [undefined, undefined];
          if (low === undefined || high === undefined) continue;
          const between = compareReleases(candidate, low) > 0 && compareReleases(candidate, high) < 0;
          assert.ok(!between || candidate === version, `${candidate} is nearer to ${version}`);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("a release to render", () => {
  it("may be any from 6.0.0 to the newest that can be pulled", () => {
    const accepted = releases.filter(({ version }) => isAtLeast(version, oldestRenderableRelease));
    for (const release of accepted) assert.equal(requireRenderable(release.version), release);
    assert.equal(accepted.at(-1)?.version, newestComposeRelease);
  });

  const wrong: Record<string, string> = {
    "9.9.9": `'release' is "9.9.9", which is not a known release; nearest to it: 7.5.4453; the newest is 7.5.4453`,
    "6.11.7": `'release' is "6.11.7", which is not a known release; nearest to it: 6.11.0 and 6.11.1446; the newest is 7.5.4453`,
    latest: `'release' is "latest", which is not a version; give three numbers such as 7.5.4453`,
    "7.6.0": `'release' is "7.6.0", which exists for Kubernetes only; nearest to it for docker compose: 7.5.4453`,
    "7.4.2513": `'release' is "7.4.2513", which exists for Kubernetes only; nearest to it for docker compose: 7.4.0 and 7.5.0`,
    "5.3.16323": `'release' is "5.3.16323", which cannot be pulled: its compose file names images in the private registry us-central1-docker.pkg.dev/sourcegraph-ci/rfc795-internal; nearest to it: 6.0.0`,
  };
  for (const [version, message] of Object.entries(wrong)) {
    it(`is wrong input when it is ${version}`, () => {
      assert.throws(
        () => requireRenderable(version),
        (error) => {
          assert.ok(error instanceof InputError);
          assert.equal(error.message, `the configuration is not valid:\n  - ${message}`);
          return true;
        },
      );
    });
  }

  it("is refused when it is older, naming the property it was written in", () => {
    assert.throws(
      () => requireRenderable("5.11.6271", "environment.release"),
      (error) => {
        assert.ok(error instanceof RefusedError);
        assert.equal(
          error.message,
          "refused:\n  - 'environment.release' is \"5.11.6271\", which is known to the upgrade planner, but files are rendered exactly from 6.0.0 on; choose 6.0.0 or newer, the newest is 7.5.4453",
        );
        return true;
      },
    );
  });
});
