import assert from "node:assert/strict";
import { promisedCopies } from "../../components/core/planning/fleet/promise";
import { outlivingCopies } from "../../components/core/planning/fleet/retention";
import { decide } from "../../components/vm/decision";
import { allManaged } from "../support/aws-managed";
import * as aws from "../support/aws-vm";
import * as gcp from "../support/gcp-vm";
import type { Recorded } from "../support/recorder";

/** What the resources that were declared leave behind, by the names they have. */
const left = (resources: readonly Recorded[]) =>
  outlivingCopies(resources.map(({ type, name, inputs }) => ({ urn: `::${name}`, type, inputs })));

describe("the promise of what outlives a machine", () => {
  for (const [what, args] of Object.entries({
    least: aws.leastArgs,
    full: aws.fullArgs,
    managed: { ...aws.leastArgs, ...allManaged },
  }))
    it(`on AWS names exactly what its resources leave behind (${what})`, async () => {
      const { resources, error } = await aws.recordVm(args);
      assert.equal(error, undefined);
      const promised = promisedCopies(decide("aws", "sourcegraph", args).plan);
      assert.deepEqual(promised, left(resources));
      assert.ok(promised.length > 5);
    });

  for (const [what, args] of Object.entries({
    least: gcp.leastArgs,
    full: gcp.fullArgs,
    managed: { ...gcp.leastArgs, ...allManaged },
  }))
    it(`on Google Cloud names exactly what its resources leave behind (${what})`, async () => {
      const { resources, error } = await gcp.recordVm(args);
      assert.equal(error, undefined);
      const promised = promisedCopies(decide("gcp", "sourcegraph", args).plan);
      assert.deepEqual(promised, left(resources));
      assert.ok(promised.length > 3);
    });
});
