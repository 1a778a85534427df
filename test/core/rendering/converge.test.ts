import assert from "node:assert/strict";
import {
  backupScript,
  convergeScript,
  drillScript,
  fetchText,
  ordersScript,
  restoreScript,
  setupText,
} from "../../../components/core/rendering/converge";

describe("programs of the machine", () => {
  const programs = { convergeScript, fetchText, setupText, backupScript, restoreScript, drillScript, ordersScript };

  it("stop at the first error, also inside a pipe, and never trace what they do", () => {
    for (const [name, text] of Object.entries(programs)) {
      assert.match(text, /^#!\/bin\/bash\n(#[^\n]*\n)+set -euo pipefail\n/, name);
      assert.doesNotMatch(text, /\bset -[a-z]*x|xtrace/, name);
    }
  });

  it("make a file system in one place only, after the disk was found blank", () => {
    const all = Object.values(programs).join("\n");
    assert.equal(all.match(/\bmkfs\b/g)?.length, 1);
    assert.ok(setupText.indexOf("cmp -sn 4194304") < setupText.indexOf("mkfs.xfs"));
    assert.doesNotMatch(all, /mkfs[^\n]* -f\b|wipefs/);
  });

  it("have one place for what is particular to a machine", () => {
    assert.equal(setupText.split("# {{machine}}\n").length, 2);
  });
});
