import assert from "node:assert/strict";
import { fixedProblems, type FixedSetting } from "../../../components/core/planning/fixed-settings";

interface Place {
  readonly region: string;
  readonly zones: readonly string[];
  readonly size: string;
}

const fixed: readonly FixedSetting<Place>[] = [
  { key: "region", path: "place.region", because: "stores do not move" },
  { key: "zones", path: "zones" },
];

const deployed: Place = { region: "us-east-1", zones: ["a", "b"], size: "S" };

describe("settings that cannot change", () => {
  it("have no problem where they stay what they are, by value, and nothing else is looked at", () => {
    assert.deepEqual(fixedProblems(fixed, deployed, { ...deployed, zones: ["a", "b"], size: "XL" }, "move"), []);
  });

  it("are named all at once: what is deployed, what it would become, why it cannot, and what to do instead", () => {
    assert.deepEqual(fixedProblems(fixed, deployed, { region: "us-west-2", zones: ["b", "a"], size: "S" }, "move"), [
      {
        path: "place.region",
        message: "is deployed as us-east-1, and cannot become us-west-2: stores do not move; keep it, or move",
      },
      { path: "zones", message: 'is deployed as ["a","b"], and cannot become ["b","a"]; keep it, or move' },
    ]);
  });
});
