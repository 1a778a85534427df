import assert from "node:assert/strict";
import fc from "fast-check";
import { changedBy, changeMessage } from "../../../../components/core/planning/fleet/last-change";

describe("who made an update", () => {
  it("is whom its message names, whatever it was for", () => {
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^[a-z][a-z0-9._-]{0,20}$/), (what, by) => {
        assert.equal(changedBy({ message: changeMessage(what, by), environment: { "git.author": "other" } }), by);
      }),
    );
    assert.equal(changeMessage("rollout of 7.5.4453", "ann"), "sgbox fleet: rollout of 7.5.4453, by ann");
  });

  it("is the author of the commit where a person ran Pulumi, and nobody where that is not known", () => {
    assert.equal(changedBy({ message: "Raise, by bob", environment: { "git.author": "Ann" } }), "Ann");
    assert.equal(changedBy({ environment: { "git.committer": "Cat" } }), "Cat");
    assert.equal(changedBy({}), undefined);
  });
});
