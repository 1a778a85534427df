import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { planVm } from "../../../components/core/planning/vm/plan";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { renderBundle } from "../../../components/core/rendering/bundle-files";
import { findRelease, releases, isAtLeast } from "../../../components/core/product/releases";
import { deviations, differences, vendorServices, type ComposeService } from "../../support/vendor-comparison";

function rendered(release: string): Record<string, ComposeService> {
  const specification = parseSpecification({
    cloud: "aws",
    region: "us-east-1",
    release,
    size: "S",
    access: { allowedCidrs: ["10.0.0.0/8"] },
  });
  const bundle = renderBundle(planVm(specification), specification);
  const text = bundle.files.find((file) => file.path === "compose.yaml")?.text ?? "";
  return (parse(text) as { services: Record<string, ComposeService> }).services;
}

describe("the rendered compose file", () => {
  const ours = rendered("7.5.4453");
  const found = vendorServices().flatMap((vendor) => differences(vendor, ours[vendor.service]));
  const document = readFileSync(join(__dirname, "../../../docs/deviations.md"), "utf8");

  it("equals the vendor's at 7.5.4453 in meaning but for the listed deviations", () => {
    const unexplained = found.filter((line) => !Object.values(deviations).some((pattern) => pattern.test(line)));
    assert.deepEqual(unexplained, []);
  });

  it("has no service the vendor's has not", () => {
    const known = new Set(vendorServices().map((vendor) => vendor.service));
    assert.deepEqual(
      Object.keys(ours).filter((name) => !known.has(name)),
      [],
    );
  });

  for (const [id, pattern] of Object.entries(deviations))
    it(`really deviates in ${id}, and docs/deviations.md says why`, () => {
      assert.ok(
        found.some((line) => pattern.test(line)),
        "nothing deviates in this way any more",
      );
      assert.match(document, new RegExp(`^\\| \`${id}\` +\\|`, "m"));
    });

  for (const release of releases.filter((r) => isAtLeast(r.version, "6.0.0") && r.deployable.compose))
    it(`names at ${release.version} exactly the images the vendor pins there, by digest`, () => {
      const images = Object.values(rendered(release.version)).map((service) => service["image"]);
      const pinned = Object.entries(findRelease(release.version)?.images ?? {}).map(
        ([repository, { tag, digest }]) => `index.docker.io/sourcegraph/${repository}:${tag}@${digest}`,
      );
      assert.deepEqual([...new Set(images)].sort(), pinned.sort());
    });
});
