import assert from "node:assert/strict";
import { stringify } from "yaml";
import { InputError } from "../../../components/core/errors";
import {
  diffReleases,
  releaseFromCompose,
  releasesFromCheckout,
} from "../../../components/core/product/release-checkout";
import { findRelease, registry, releases, type Release } from "../../../components/core/product/releases";

const digest = (character: string): string => `sha256:${character.repeat(64)}`;

/** A compose file that pins what a release of the catalogue pins, a service for each image. */
function composeOf({ images, thirdPartyImages, anomalies }: Release): string {
  const prefix = anomalies.privateRegistry?.[0] ?? registry;
  const own = Object.entries(images).map(([name, pin]): [string, object] => [
    `${name}-0`,
    { image: `${prefix}/${name}:${pin.tag}@${pin.digest}` },
  ]);
  const others = Object.entries(thirdPartyImages).map(([name, tag]): [string, object] => [
    name,
    { image: `index.docker.io/${name}:${tag}@${digest("a")}` },
  ]);
  return stringify({ services: Object.fromEntries([...own, ...others]) });
}

function known(version: string): Release {
  const release = findRelease(version);
  assert.ok(release);
  return release;
}

describe("a checkout of the vendor's compose repository", () => {
  it("gives back every release of the catalogue without a difference", () => {
    const tags = releases.map((release) => ({
      tag: `v${release.version}`,
      date: release.date,
      composeText: composeOf(release),
    }));
    const found = releasesFromCheckout([...tags].reverse());
    assert.deepEqual(diffReleases(releases, found), []);
    assert.deepEqual(
      found.map(({ version }) => version),
      releases.map(({ version }) => version),
    );
  });

  it("shows the oddities of a compose file", () => {
    const odd = releaseFromCompose(composeOf(known("5.1.0")), "v5.1.0", "2023-06-28");
    assert.deepEqual(odd.anomalies, { tagNotEqualVersion: { prometheus: "5.0.6" } });
    assert.deepEqual(odd.thirdPartyImages, known("5.1.0").thirdPartyImages);
    const unpullable = releaseFromCompose(composeOf(known("5.3.16323")), "5.3.16323", "2024-05-14");
    assert.deepEqual(unpullable.anomalies, {
      privateRegistry: ["us-central1-docker.pkg.dev/sourcegraph-ci/rfc795-internal"],
    });
  });

  it("counts an image several services share once", () => {
    const image = `${registry}/frontend:8.0.0@${digest("b")}`;
    const release = releaseFromCompose(
      stringify({ services: { "frontend-0": { image }, "frontend-internal": { image } } }),
      "8.0.0",
      "2026-12-01",
    );
    assert.deepEqual(release, {
      version: "8.0.0",
      date: "2026-12-01",
      images: { frontend: { tag: "8.0.0", digest: digest("b") } },
      thirdPartyImages: {},
      anomalies: {},
    });
  });

  it("leaves out tags that are no release", () => {
    const tags = ["customer-replica", "v7.5", "v7.5.0-rc.1"].map((tag) => ({
      tag,
      date: "2026-01-01",
      composeText: "",
    }));
    assert.deepEqual(releasesFromCheckout(tags), []);
  });

  it("tells a new release, a missing tag, a moved tag and each changed, added or removed image apart", () => {
    const base = releaseFromCompose(composeOf(known("7.5.0")), "7.5.0", "2026-06-30");
    const { frontend, blobstore, ...rest } = base.images;
    assert.ok(frontend && blobstore);
    const moved = {
      ...base,
      date: "2026-07-22",
      images: {
        ...rest,
        frontend: { ...frontend, digest: digest("c") },
        newcomer: { tag: "7.5.0", digest: digest("d") },
      },
    };
    const next = { ...base, version: "7.5.9999", date: "2026-08-30" };
    const gone = { ...base, version: "7.4.0", date: "2026-06-01" };
    assert.deepEqual(diffReleases([gone, base], [moved, next]), [
      { version: "7.4.0", kind: "missing-tag", known: "2026-06-01" },
      { version: "7.5.0", kind: "moved-tag", known: "2026-06-30", found: "2026-07-22" },
      { version: "7.5.0", kind: "removed-image", image: "blobstore", known: `7.5.0@${blobstore.digest}` },
      {
        version: "7.5.0",
        kind: "changed-image",
        image: "frontend",
        known: `7.5.0@${frontend.digest}`,
        found: `7.5.0@${digest("c")}`,
      },
      { version: "7.5.0", kind: "added-image", image: "newcomer", found: `7.5.0@${digest("d")}` },
      { version: "7.5.9999", kind: "new-release", found: "2026-08-30" },
    ]);
  });

  const unreadable: [name: string, text: string, version: string, problems: string[]][] = [
    [
      "no YAML",
      "services: [",
      "8.0.0",
      [
        "'composeText' is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 12:",
      ],
    ],
    [
      "no compose file and no version",
      "a: b",
      "next",
      [
        `'version' is "next", which is not of the form X.Y.Z`,
        "'composeText' has no 'services'; give the text of docker-compose/docker-compose.yaml",
      ],
    ],
    [
      "images without a digest",
      stringify({ services: { a: { image: "index.docker.io/sourcegraph/a:8.0.0" }, b: {} } }),
      "8.0.0",
      [
        `'services.a.image' is "index.docker.io/sourcegraph/a:8.0.0", which is not of the form registry/name:tag@sha256:digest`,
        "'services.b.image' has no image",
      ],
    ],
  ];
  for (const [name, text, version, problems] of unreadable) {
    it(`is refused when it holds ${name}`, () => {
      assert.throws(
        () => releaseFromCompose(text, version, "2026-12-01"),
        (error) => {
          assert.ok(error instanceof InputError);
          assert.equal(
            error.message,
            [`the compose file of ${version} cannot be read:`, ...problems.map((problem) => `  - ${problem}`)].join(
              "\n",
            ),
          );
          return true;
        },
      );
    });
  }
});
