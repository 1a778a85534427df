import assert from "node:assert/strict";
import fc from "fast-check";
import { backupWindow, maintenanceWindow } from "../../../../components/core/planning/managed/amazon";

const day = fc.constantFrom("MO", "TU", "WE", "TH", "FR", "SA", "SU");
const hour = fc.integer({ min: 0, max: 23 });

describe("hours of maintenance and backup on AWS", () => {
  it("are written as AWS reads them, also over midnight and over the end of the week", () => {
    assert.equal(maintenanceWindow({ day: "SU", hourUtc: 4 }), "sun:04:00-sun:08:00");
    assert.equal(maintenanceWindow({ day: "SU", hourUtc: 22 }), "sun:22:00-mon:02:00");
    assert.equal(maintenanceWindow({ day: "WE", hourUtc: 20 }), "wed:20:00-thu:00:00");
    assert.equal(backupWindow(3, { day: "SU", hourUtc: 4 }), "03:00-04:00");
    assert.equal(backupWindow(4, { day: "SU", hourUtc: 4 }), "03:00-04:00");
    assert.equal(backupWindow(1, { day: "SU", hourUtc: 23 }), "22:00-23:00");
    assert.equal(backupWindow(23, { day: "SU", hourUtc: 4 }), "23:00-00:00");
  });

  it("never overlap, which AWS refuses", () =>
    fc.assert(
      fc.property(day, hour, hour, (on, maintenance, backup) => {
        const first = Number(backupWindow(backup, { day: on, hourUtc: maintenance }).slice(0, 2));
        const within = [0, 1, 2, 3].map((hours) => (maintenance + hours) % 24);
        assert.ok(!within.includes(first));
      }),
    ));
});
