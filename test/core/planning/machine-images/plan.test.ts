import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError } from "../../../../components/core/errors";
import {
  planMachineImages,
  preparedImagesOf,
  type MachineImagesRequest,
} from "../../../../components/core/planning/machine-images/plan";
import { planVm } from "../../../../components/core/planning/vm/plan";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import { renderMachineImage } from "../../../../components/core/rendering/machine-image";

const least: MachineImagesRequest = { name: "sourcegraph", cloud: "aws", releases: ["7.5.4453"] };
const known = ["6.4.0", "6.12.5040", "7.0.2", "7.3.1", "7.4.0", "7.5.4453"].filter((release) => {
  try {
    planMachineImages({ ...least, releases: [release] });
    return true;
  } catch {
    return false;
  }
});

function messageOf(request: MachineImagesRequest): string {
  try {
    planMachineImages(request);
  } catch (error) {
    assert.ok(error instanceof InputError);
    return error.message;
  }
  return assert.fail("nothing was refused");
}

const namesOf = (request: MachineImagesRequest): Record<string, string> =>
  Object.fromEntries(
    planMachineImages(request).images.map((image) => [image.release, renderMachineImage(request.name, image).name]),
  );

describe("machine images", () => {
  it("hold every image that the containers of a deployment run, by digest", () => {
    const images = new Map(preparedImagesOf("7.5.4453").map(({ repository, digest }) => [repository, digest]));
    const specification = parseSpecification({ cloud: "local", release: "7.5.4453", tracing: true });
    for (const { image } of planVm(specification).containers) assert.equal(images.get(image.repository), image.digest);
    assert.ok(images.has("migrator"));
  });

  it("are made of Debian by exact name, of the newest releases, three unless more are asked for", () => {
    const releases = known.slice(0, 4);
    const plan = planMachineImages({ ...least, releases });
    assert.deepEqual(
      [plan.images.map(({ release }) => release), plan.dropped],
      [[...releases].reverse().slice(0, 3), [releases[0]]],
    );
    assert.deepEqual(plan.images[0]?.base, { name: "debian-13-amd64-20251117-2299", owner: "136693071363" });
    assert.deepEqual(planMachineImages({ ...least, releases, keep: 4 }).dropped, []);
  });

  it("are called by name, release and a digest of their content", () => {
    assert.match(namesOf(least)["7.5.4453"] ?? "", /^sourcegraph-7-5-4453-[0-9a-f]{10}$/);
  });

  it("get another name with another content, and only then", () => {
    const name = (request: Partial<MachineImagesRequest>) => namesOf({ ...least, ...request })["7.5.4453"];
    const changes: Partial<MachineImagesRequest>[] = [
      {},
      { cloud: "gcp" },
      { packagesOf: "2026-11-01" },
      { packagesOf: "2026-12-01" },
      { from: "mirror.example.com/sourcegraph" },
    ];
    assert.equal(new Set(changes.map(name)).size, changes.length);
    assert.equal(name({ releases: ["7.4.0", "7.5.4453"], keep: 1 }), name({}));
  });

  it("stay as they are when a release is added, and depend on no order", () => {
    assert.ok(known.length >= 4, known.join(", "));
    fc.assert(
      fc.property(fc.shuffledSubarray(known, { minLength: 2 }), fc.integer({ min: 1, max: 6 }), (releases, keep) => {
        const [added = "", ...before] = releases;
        const then = namesOf({ ...least, releases: before, keep });
        const now = namesOf({ ...least, releases, keep });
        assert.deepEqual(namesOf({ ...least, releases: [...before, added].reverse(), keep }), now);
        for (const [release, name] of Object.entries(now)) if (release !== added) assert.equal(then[release], name);
        const plan = planMachineImages({ ...least, releases, keep });
        assert.ok(plan.images.length <= keep);
        assert.deepEqual([...plan.images.map(({ release }) => release), ...plan.dropped].sort(), [...releases].sort());
      }),
      { numRuns: 30 },
    );
  });

  it("are refused with every problem at once", () => {
    assert.equal(
      messageOf({
        name: "Sourcegraph",
        cloud: "aws",
        releases: ["7.5.4453", "7.5.4453", "7.5.1"],
        keep: 0,
        packagesOf: "2026-13-01",
        from: "https://mirror.example.com",
      }),
      `the machine images cannot be made:
  - 'name' must be 2 to 24 lower-case letters, digits and dashes, got "Sourcegraph"
  - 'releases.1' is 7.5.4453, which is there twice; remove one of them
  - 'releases.2' is "7.5.1", which is not a known release; nearest to it: 7.5.0 and 7.5.4453; the newest is 7.5.4453
  - 'keep' must be a whole number from 1 to 20, got 0
  - 'packagesOf' must be a day such as 2026-11-01, got "2026-13-01"
  - 'from' must be a registry and prefix such as mirror.example.com/sourcegraph, without a login, got "https://mirror.example.com"`,
    );
    assert.match(messageOf({ ...least, releases: [] }), /'releases' is empty; name at least one release$/);
  });
});
