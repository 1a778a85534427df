import assert from "node:assert/strict";
import { judge, type Watched } from "../../../../components/core/planning/fleet/gate";

const to = "7.5.4453";
const gate = { failures: 0, errorPercent: 1, healthyMinutes: 5 };
const minute = 60_000;
const seen = (more: Partial<Watched> = {}) =>
  judge(gate, to, {
    release: to,
    url: "https://acme.example.com",
    isHealthy: true,
    healthyFor: 0,
    watchedFor: 0,
    ...more,
  });

describe("the gate of an instance after its upgrade", () => {
  it("lets it through when it was healthy for as long as the gate says", () => {
    assert.deepEqual(seen({ healthyFor: 5 * minute, watchedFor: 7 * minute }), { verdict: "passed" });
  });

  it("looks every ten seconds, the last time just when the time is over", () => {
    assert.deepEqual(seen(), { verdict: "watch", milliseconds: 10_000 });
    assert.deepEqual(seen({ healthyFor: 5 * minute - 400, watchedFor: 5 * minute }), {
      verdict: "watch",
      milliseconds: 400,
    });
    assert.deepEqual(seen({ isHealthy: false, watchedFor: 10 * minute - 300 }), {
      verdict: "watch",
      milliseconds: 300,
    });
  });

  it("forgives a break, and counts anew from it, within twice the time", () => {
    assert.equal(seen({ isHealthy: false, watchedFor: 4 * minute }).verdict, "watch");
    assert.deepEqual(seen({ healthyFor: 4 * minute, watchedFor: 10 * minute }), {
      verdict: "failed",
      reason: "https://acme.example.com was not healthy for 5 minutes without a break within 10 minutes",
    });
  });

  it("fails one that reports another release or none, or of whose requests too many fail", () => {
    assert.deepEqual(seen({ release: "7.4.0" }), {
      verdict: "failed",
      reason: "it reports 7.4.0 after the update, not 7.5.4453",
    });
    const { release: _, ...without } = { release: to, isHealthy: true, healthyFor: 0, watchedFor: 0 };
    assert.deepEqual(judge(gate, to, without), {
      verdict: "failed",
      reason: "it reports no release after the update, not 7.5.4453",
    });
    assert.deepEqual(seen({ errorPercent: 1 }), {
      verdict: "failed",
      reason: "1 % of its requests fail, and 1 % is the limit",
    });
    assert.equal(seen({ errorPercent: 0.9, healthyFor: 5 * minute }).verdict, "passed");
  });

  it("does not ask one without an address, or where no time is wanted", () => {
    const silent = { release: to, isHealthy: false, healthyFor: 0, watchedFor: 0 };
    assert.deepEqual(judge(gate, to, silent), { verdict: "passed" });
    assert.deepEqual(judge({ ...gate, healthyMinutes: 0 }, to, { ...silent, url: "https://x" }), {
      verdict: "passed",
    });
  });
});
