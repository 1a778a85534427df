import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { recorded } from "../support/aws-vm";
import { identitiesOf } from "../support/recorder";

const fixture = join(__dirname, "..", "identity", "aws-vm.json");

describe("Names of SourcegraphVm on AWS", () => {
  for (const which of ["least", "full"] as const)
    it(`are those of the last release: ${which} deployment`, async () => {
      const released = (JSON.parse(readFileSync(fixture, "utf8")) as Record<string, string[]>)[which] ?? [];
      const declared = identitiesOf((await recorded(which)).resources);
      const gone = released.filter((identity) => !declared.includes(identity));
      const added = declared.filter((identity) => !released.includes(identity));
      assert.deepEqual(
        gone,
        [],
        "resources of the last release are no longer declared under their name and parent, so an update would delete them: give each an alias and a line under 'Expected preview changes' in CHANGELOG.md, then write test/identity/aws-vm.json anew",
      );
      assert.deepEqual(
        added,
        [],
        "resources are new: add a line under 'Expected preview changes' in CHANGELOG.md and the lines below to test/identity/aws-vm.json",
      );
    });
});
