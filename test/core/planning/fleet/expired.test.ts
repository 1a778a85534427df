import assert from "node:assert/strict";
import fc from "fast-check";
import { RefusedError } from "../../../../components/core/errors";
import { expiredInstances } from "../../../../components/core/planning/fleet/deletion";
import { outOfRollouts } from "../../../../components/core/planning/fleet/life";
import { instanceTypes } from "../../../../components/core/planning/fleet/schema";
import { fleetOf, instanceFile } from "../../../support/fleet";

describe("what has expired", () => {
  const day = fc
    .integer({ min: 0, max: 60 })
    .map((days) => new Date(Date.UTC(2026, 10, 22 + days)).toISOString().slice(0, 10));
  const instances = fc.array(
    fc.record({
      type: fc.constantFrom(...instanceTypes),
      expires: day,
      state: fc.constantFrom(undefined, "extracted" as const, "leaving" as const),
    }),
    { maxLength: 8 },
  );

  it("is passed over by rollouts from the day after its last one on, and not on that day", () => {
    const fleet = fleetOf([instanceFile(1, { type: "trial", expires: "2026-11-22" })], { expiryDays: { trial: 100 } });
    const [trial] = fleet.instances;
    assert.ok(trial);
    assert.equal(outOfRollouts(trial, "2026-11-22"), undefined);
    assert.equal(
      outOfRollouts(trial, "2026-11-23"),
      "its last day 2026-11-22 is past; 'sgbox fleet reap customer-1' removes it, a later day in instances/0.yaml keeps it",
    );
  });

  it("never holds one whose last day is not past, one of production, or one in the hands of a person", () => {
    fc.assert(
      fc.property(instances, day, (given, today) => {
        const fleet = fleetOf(
          given.map(({ type, expires, state }, number) =>
            instanceFile(number, { type, expires, ...(state === undefined ? {} : { state }) }),
          ),
          { expiryDays: { trial: 100, replica: 100 } },
        );
        const reaped = new Set(expiredInstances(fleet.instances, today).map(({ id }) => id));
        for (const { id, type, expires = "", state } of fleet.instances)
          assert.equal(reaped.has(id), expires < today && type !== "production" && state !== "extracted", id);
      }),
    );
  });

  it("is refused by name where it has not, with every reason", () => {
    const { instances: all } = fleetOf([
      instanceFile(0, { type: "trial", expires: "2026-11-30" }),
      instanceFile(1, { expires: "2026-11-25" }),
      instanceFile(2, { type: "replica", expires: "2026-11-26" }),
    ]);
    assert.throws(
      () => expiredInstances(all, "2026-11-27", ["customer-0", "customer-1", "src-00000002", "nobody"]),
      (error: unknown) => {
        assert.ok(error instanceof RefusedError);
        assert.equal(
          error.message,
          `refused, because only what has expired is reaped:
  - 'instances' has "nobody", which is neither the id nor the slug of an instance
  - 'instances/0.yaml' lives until the end of 2026-11-30, and today is 2026-11-27; it is not reaped
  - 'instances/1.yaml' is production, which is deleted by 'sgbox fleet delete' only; it is not reaped`,
        );
        return true;
      },
    );
    assert.deepEqual(
      expiredInstances(all, "2026-11-27", ["customer-2"]).map(({ slug }) => slug),
      ["customer-2"],
    );
  });
});
