import { strict as assert } from "node:assert";
import fc from "fast-check";
import { cellLimits, pressureOf } from "../../../../components/core/planning/multi-tenant/capacity";
import { placeTenant } from "../../../../components/core/planning/multi-tenant/placement";
import { multiTenantPlan } from "../../../support/multi-tenant";

const limits = cellLimits({ targetMaxTenants: 500, gbPerTenant: 25 });

describe("how full a cell is", () => {
  it("is sized for 40 % of what tenants may have, with half of it for the index", () => {
    assert.deepEqual(limits, {
      targetMaxTenants: 500,
      pressureTenants: 425,
      gbPerTenant: 25,
      gitDiskGb: 5000,
      indexDiskGb: 2500,
      pressureDisk: 0.7,
      closedDisk: 0.85,
    });
  });

  it("is under pressure above 85 % of its tenants and closed at all of them", () => {
    const states = [425, 426, 499, 500].map((tenants) => pressureOf(limits, { tenants, disk: 0.1 }));
    assert.deepEqual(states, [
      { state: "open", by: [] },
      { state: "pressure", by: ["tenants"] },
      { state: "pressure", by: ["tenants"] },
      { state: "closed", by: ["tenants"] },
    ]);
  });

  it("is closed by its disks though there are few tenants", () => {
    const states = [0.7, 0.71, 0.85].map((disk) => pressureOf(limits, { tenants: 3, disk }));
    assert.deepEqual(states, [
      { state: "open", by: [] },
      { state: "pressure", by: ["disk"] },
      { state: "closed", by: ["disk"] },
    ]);
  });

  it("never gets less full by one more tenant or a fuller disk", () => {
    const order = ["open", "pressure", "closed"];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 0, max: 6000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (targetMaxTenants, tenants, disk, more, fuller) => {
          const of = cellLimits({ targetMaxTenants, gbPerTenant: 25 });
          const before = pressureOf(of, { tenants, disk });
          const after = pressureOf(of, { tenants: tenants + more, disk: Math.max(disk, fuller) });
          assert.ok(order.indexOf(after.state) >= order.indexOf(before.state));
          assert.equal(before.state === "open", before.by.length === 0);
        },
      ),
    );
  });
});

describe("where a tenant is put", () => {
  const { cells } = multiTenantPlan();
  const empty = { tenants: 0, disk: 0 };

  it("is the least full cell of its tier, of two as full the first by name", () => {
    const fills = { "cell-1": { tenants: 250, disk: 0.1 }, "cell-2": { tenants: 49, disk: 0.1 }, acme: empty };
    assert.deepEqual(placeTenant(cells, fills, { tier: "pooled" }), { cell: "cell-2", pressure: false });
    const same = { "cell-1": empty, "cell-2": empty };
    assert.deepEqual(placeTenant([...cells].reverse(), same, { tier: "pooled" }), { cell: "cell-1", pressure: false });
  });

  it("says that the cell is under pressure", () => {
    const fills = { "cell-2": { tenants: 90, disk: 0.1 } };
    assert.deepEqual(placeTenant(cells, fills, { tier: "pooled" }), { cell: "cell-2", pressure: true });
  });

  it("is nowhere when all are full, drained or silent", () => {
    assert.deepEqual(
      placeTenant(
        cells,
        { "cell-1": { tenants: 500, disk: 0 }, "cell-2": { tenants: 1, disk: 0.9 } },
        { tier: "pooled" },
      ),
      { refused: "at capacity: cell-1, cell-2 take no tenants" },
    );
    assert.deepEqual(placeTenant(cells, {}, { tier: "pooled" }), {
      refused: "at capacity: cell-1, cell-2 take no tenants",
    });
    const drained = cells.map((cell) => ({ ...cell, state: "draining" as const }));
    assert.deepEqual(placeTenant(drained, { "cell-1": empty, "cell-2": empty }, { tier: "pooled" }), {
      refused: "at capacity: cell-1, cell-2 take no tenants",
    });
  });

  it("is in the region its data has to be in, or nowhere", () => {
    assert.deepEqual(placeTenant(cells, { "cell-1": empty }, { tier: "pooled", residency: "us-" }), {
      cell: "cell-1",
      pressure: false,
    });
    assert.deepEqual(placeTenant(cells, { "cell-1": empty }, { tier: "pooled", residency: "eu" }), {
      refused: "no cell of tenancy pooled in eu",
    });
  });

  it("never takes a closed cell, one of another tier, or one elsewhere", () => {
    const fill = fc.record({
      tenants: fc.integer({ min: 0, max: 600 }),
      disk: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("cell-1", "cell-2", "acme", "bank"), fill),
        fc.constantFrom("pooled" as const, "isolated" as const, "dedicated" as const, "byok" as const),
        fc.constantFrom(undefined, "us", "eu"),
        (fills, tier, residency) => {
          const placed = placeTenant(cells, fills, { tier, ...(residency === undefined ? {} : { residency }) });
          if (!("cell" in placed)) return;
          const cell = cells.find(({ name }) => name === placed.cell);
          const reported = fills[placed.cell];
          assert.ok(cell && reported);
          assert.equal(cell.tenancy, tier === "isolated" ? "pooled" : tier);
          assert.ok(residency === undefined || cell.region.startsWith(residency));
          assert.notEqual(pressureOf(cell.limits, reported).state, "closed");
        },
      ),
    );
  });
});
