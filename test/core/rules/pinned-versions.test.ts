import assert from "node:assert/strict";
import { unknownValue } from "../../../components/core/rules/graph";
import { k05 } from "../../../components/core/rules/keys/k05";
import { graphOf, said, type Given } from "../../support/graph";

/** What B-K05 says of a service of Cloud Run with two secrets, made from these resources. */
function saysOf(versions: readonly unknown[], ...made: readonly string[]): string[] {
  const facts = { zone: "admin" } as const;
  const variable = (version: unknown, index: number) => ({
    name: `V${index}_TOKEN`,
    valueSource: { secretKeyRef: { secret: unknownValue, version } },
  });
  const given: Given[] = [
    ...made.map((name) => ({ type: "gcp:secretmanager/secretVersion", name, boundary: { facts } })),
    {
      type: "gcp:cloudrunv2/service",
      name: "run",
      inputs: { template: { containers: [{ image: "image", envs: versions.map(variable) }] } },
      refers: Object.fromEntries(made.map((name) => [`template of ${name}`, name])),
      boundary: { facts },
    },
  ];
  return said(k05, graphOf(given)).filter((line) => line.startsWith("run"));
}

describe("B-K05, of versions whose number nobody knows yet", () => {
  it("holds where the service is made from as many versions that the program makes", () =>
    assert.deepEqual(saysOf([unknownValue, unknownValue], "a", "b"), [
      "run holds: V0_TOKEN is a version that is made with it and V1_TOKEN is a version that is made with it",
    ]));

  it("is not proven where one of them may be of something else", () => {
    const open = (index: number): string => `the version of V${index}_TOKEN is known only after the deployment`;
    for (const made of [[], ["a"]])
      assert.deepEqual(saysOf([unknownValue, unknownValue], ...made), [
        `run unproven: ${open(0)} and ${open(1)}; pin V0_TOKEN to a version by number and pin V1_TOKEN to a version by number`,
      ]);
  });

  it("is broken by the latest one, whatever else the service is made from", () =>
    assert.deepEqual(saysOf(["latest", "3"], "a", "b"), [
      "run broken: V0_TOKEN is version latest of a secret; pin V0_TOKEN to a version by number",
    ]));
});
