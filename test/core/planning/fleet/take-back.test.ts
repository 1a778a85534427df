import assert from "node:assert/strict";
import { stackConfigOf } from "../../../../components/core/planning/fleet/instance";
import { accepted, configDifferences, takeBackProblems } from "../../../../components/core/planning/fleet/take-back";
import { instanceFile } from "../../../support/fleet";

const given = instanceFile(1, {
  config: { ...instanceFile(1).config, tags: { team: "search" }, secrets: { licence: { secure: "v1:abc" } } },
});

describe("taking an instance back", () => {
  it("sees no difference in numbers as texts, in the order of keys, and in secrets, which are encrypted anew each time", () => {
    const runs = {
      ...stackConfigOf(given),
      deletionProtection: "true",
      access: { allowedCidrs: ["10.0.0.0/8"] },
      tags: { "instance-slug": "customer-1", team: "search", "instance-type": "production" },
      secrets: { licence: "[secret]" },
    };
    assert.deepEqual(configDifferences(stackConfigOf(given), runs), []);
  });

  it("writes what runs into the file: other values, keys more and keys less, but never the fleet's own tags", () => {
    const { size: _size, ...less } = stackConfigOf(given);
    const runs = {
      ...less,
      release: "7.4.2",
      domain: "acme.example.com",
      tags: { "instance-type": "production", "instance-slug": "customer-1", team: "ops" },
    };
    const differences = configDifferences(stackConfigOf(given), runs);
    assert.deepEqual(
      differences.map(({ key }) => key),
      ["domain", "release", "size", "tags"],
    );
    const written = accepted(given, differences);
    assert.equal(written.release, "7.4.2");
    assert.deepEqual(written.config, {
      cloud: "aws",
      region: "us-east-1",
      access: { allowedCidrs: ["10.0.0.0/8"] },
      tags: { team: "ops" },
      secrets: { licence: { secure: "v1:abc" } },
      domain: "acme.example.com",
    });
    assert.deepEqual(configDifferences(stackConfigOf(written), runs), []);
  });

  it("writes a last day that runs where the file has it, and takes away one that does not", () => {
    const given = instanceFile(1, { type: "trial" });
    const later = accepted(given, [{ key: "expires", file: given.expires, runs: "2027-01-05" }]);
    assert.deepEqual(later, { ...given, expires: "2027-01-05" });
    assert.equal(stackConfigOf(later)["expires"], "2027-01-05");
    const { expires: _expires, ...without } = given;
    assert.deepEqual(accepted(given, [{ key: "expires", file: given.expires }]), without);
  });

  it("says of each difference and each resource what speaks against it", () => {
    const problems = takeBackProblems(
      "instances/1.yaml",
      [{ key: "size", file: "XS" }],
      [{ op: "replace", type: "aws:ec2/instance:Instance", name: "src-00000001-machine" }],
    );
    assert.deepEqual(problems, [
      {
        path: "instances/1.yaml: size",
        message: 'is "XS" in the file, and nothing runs; write it into the file, or let --accept do it',
      },
      {
        path: "instances/1.yaml",
        message:
          "replace of src-00000001-machine (aws:ec2/instance:Instance) is what an update by the file would do; undo by hand what was done by hand, or deploy it from where the instance was extracted to",
      },
    ]);
  });
});
