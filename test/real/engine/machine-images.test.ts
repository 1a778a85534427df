import assert from "node:assert/strict";
import * as path from "node:path";
import { Engine } from "../../support/engine";
import { repository, requireToolchain } from "../../support/toolchain";

/** A program of the one component, out of its sources: the rest of the library need not be compiled for it. */
const program = (releases: readonly string[]) => `
require(${JSON.stringify(require.resolve("tsx/cjs"))});
const { MachineImagePipeline } = require(${JSON.stringify(path.join(repository, "components/machine-images/aws.ts"))});
const images = new MachineImagePipeline("sourcegraph", {
  region: "us-west-2", vpcId: "vpc-0123456789abcdef0", subnetId: "subnet-0123456789abcdef0", keep: 2,
  rebuild: { schedule: "cron(0 3 1 * ? *)" },
  releases: ${JSON.stringify(releases)},
});
exports.images = images.images;
`;

/** On two shared cores: half a minute, beside much else two. */
describe("machine images of AWS on the real engine, with a cloud that stands in", function () {
  this.timeout(180_000);
  this.bail(true); // one test goes on where the one before it ended
  let engine: Engine;
  const imageKinds = [
    "component",
    "distributionConfiguration",
    "image",
    "imagePipeline",
    "imageRecipe",
    "lifecyclePolicy",
  ];

  /** What was done to what images are made of: `create image 7-5-0`, sorted. */
  const ofImages = (changes: readonly string[]): string[] =>
    changes
      .flatMap((change) => {
        const [, done, kind, release] =
          /^(\S+) aws:imagebuilder\/(\w+):\w+ sourcegraph-([\d-]+)-[0-9a-f]{10}$/.exec(change) ?? [];
        return done === undefined ? [] : [`${done} ${kind ?? ""} ${release ?? ""}`];
      })
      .sort();
  const each = (done: string, release: string) => imageKinds.map((kind) => `${done} ${kind} ${release}`);

  before(async function () {
    const bin = requireToolchain(this);
    engine = await Engine.start({
      bin,
      program: program(["7.4.0", "7.5.0"]),
      config: { "aws:region": "us-west-2" },
      timeoutMs: 150_000,
    });
  });
  after(() => engine?.stop());

  it("are made while the update waits, and told by their ids", async () => {
    const { code, stdout, stderr, changes } = await engine.up();
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    assert.deepEqual(ofImages(changes), [...each("create", "7-4-0"), ...each("create", "7-5-0")].sort());
    assert.match(engine.exportState(), /"ami-/);
  });

  it("change nothing while nothing changes", async () => {
    assert.deepEqual((await engine.preview()).changes, []);
  });

  it("get one more with a new release, and let go of the one over the count, which the clean-up of AWS deletes", async () => {
    engine.writeProgram(program(["7.4.0", "7.5.0", "7.5.4453"]));
    const { code, stdout, changes } = await engine.up();
    assert.equal(code, 0, stdout);
    const others = changes.filter((change) => !change.includes("aws:imagebuilder/"));
    assert.deepEqual(others, []);
    assert.deepEqual(
      ofImages(changes).filter((change) => change.startsWith("create")),
      each("create", "7-5-4453"),
    );
    assert.deepEqual(
      ofImages(changes).filter((change) => !change.startsWith("create")),
      each("delete", "7-4-0"),
    );
    assert.equal(engine.cloud().all("aws:imagebuilder/image:Image").length, 3);
    // The pipeline goes; what deletes the images that it has made stays, beside that of the program's own.
    assert.equal(engine.cloud().all("aws:imagebuilder/imagePipeline:ImagePipeline").length, 2);
    assert.equal(engine.cloud().all("aws:imagebuilder/lifecyclePolicy:LifecyclePolicy").length, 4);
  });
});
