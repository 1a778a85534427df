import assert from "node:assert/strict";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import { machineImageOf, machineImages } from "../../../../components/core/planning/vm/machine-images";
import { planVm } from "../../../../components/core/planning/vm/plan";

const aws = {
  cloud: "aws",
  region: "us-east-1",
  release: "7.5.4453",
  size: "S",
  access: { allowedCidrs: ["10.0.0.0/8"] },
};
const gcp = { ...aws, cloud: "gcp", region: "us-central1", gcp: { project: "acme-prod" } };
const imageFor = (config: object, image: string) =>
  planVm(parseSpecification({ ...config, machine: { image } })).machine?.image;

describe("the image a machine starts from", () => {
  it("is Debian's, by exact name, unless another is asked for", () => {
    assert.deepEqual(machineImageOf("aws", undefined), machineImages.aws);
    assert.deepEqual(planVm(parseSpecification(gcp)).machine?.image, machineImages.gcp);
  });

  it("is on AWS one of the account by its name, or any by its id", () => {
    const name = "sourcegraph-7-5-4453-1a2b3c4d5e-2026-11-22T05-17-36.123Z";
    assert.deepEqual(imageFor(aws, name), { name, owner: "self" });
    const id = "ami-0123456789abcdef0";
    assert.deepEqual(imageFor(aws, id), { name: id, owner: "self", id });
  });

  it("is on Google Cloud one of the project by its name, or one of another by its whole name", () => {
    assert.deepEqual(imageFor(gcp, "sourcegraph-7-5-4453-1a2b3c4d5e"), {
      name: "sourcegraph-7-5-4453-1a2b3c4d5e",
      owner: "acme-prod",
    });
    assert.deepEqual(imageFor(gcp, "projects/acme-images/global/images/sourcegraph-7-5-4453"), {
      name: "sourcegraph-7-5-4453",
      owner: "acme-images",
    });
  });

  it("is refused where it can be none, and on a Docker Engine", () => {
    const refused = (config: object, image: string) => {
      assert.throws(
        () => imageFor(config, image),
        (error: Error) => {
          message = error.message;
          return true;
        },
      );
      return message.split("\n").filter((line) => line.includes("'machine"));
    };
    let message = "";
    assert.deepEqual(refused(aws, "ami-xyz"), [
      `  - 'machine.image' must be the id of an image such as ami-0123456789abcdef0, or its exact name, got "ami-xyz"`,
    ]);
    assert.deepEqual(refused(gcp, "Sourcegraph_7"), [
      `  - 'machine.image' must be the name of an image, or projects/PROJECT/global/images/NAME, got "Sourcegraph_7"`,
    ]);
    assert.deepEqual(refused({ cloud: "local", release: "7.5.4453" }, "ami-0123456789abcdef0"), [
      `  - 'machine' has no meaning for cloud local, got {"image":"ami-0123456789abcdef0"}; remove it`,
    ]);
  });

  it("comes with a word where its container images are not those that are pulled", () => {
    const noticesWith = (host: string) =>
      planVm(
        parseSpecification({ ...aws, machine: { image: "ami-0123456789abcdef0" }, registry: { host } }),
      ).notices.filter((notice) => notice.includes("machine image"));
    assert.deepEqual(noticesWith("mirror.example.com/sourcegraph"), [
      "container images come from mirror.example.com/sourcegraph, not from the machine image, which holds them under the vendor's names; leave 'registry' out, or give 127.0.0.1:5000/sourcegraph",
    ]);
    assert.deepEqual(noticesWith("127.0.0.1:5000/sourcegraph"), []);
  });
});
