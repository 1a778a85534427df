import assert from "node:assert/strict";
import type { PlannedStack } from "../../cli/planned";
import { readDeployed, transitionRefusal, type Deployed } from "../../cli/transition";
import { InputError } from "../../components/core/errors";
import { adminStackManifest } from "../../components/core/planning/admin/manifest";
import { adminPlan, adminSections } from "../support/admin";
import { problemLines } from "../support/configs";

const plan = adminPlan("aws");
const planned = { shape: "admin", plan } as PlannedStack;

/** What is deployed, read from JSON as a file or an output gives it. */
function deployed(value: unknown): Deployed {
  const read = readDeployed(JSON.parse(JSON.stringify(value)));
  assert.ok(read);
  return read;
}

describe("sgbox check of support services against what is deployed", () => {
  it("has nothing against an update that loses nothing", () =>
    assert.equal(transitionRefusal(deployed(adminStackManifest(plan)), planned), undefined));

  it("refuses an update that would lose the database of a service", () => {
    const { billing: _billing, ...services } = adminSections.admin.services as Record<string, object>;
    const next = adminPlan("aws", { ...adminSections.admin, services });
    const refusal = transitionRefusal(deployed(adminStackManifest(plan)), { ...planned, plan: next } as PlannedStack);
    assert.deepEqual(problemLines(refusal)[0]?.split(" (")[0], "'sg-billing-main' would be removed");
  });

  it("compares with no manifest of another shape", () => {
    for (const [of, against] of [
      ["admin", { manifest: {} }],
      ["vm", { support: adminStackManifest(plan) }],
      ["multi-tenant", { support: adminStackManifest(plan) }],
    ] as const)
      assert.throws(
        () => transitionRefusal(against as Deployed, { ...planned, shape: of } as PlannedStack),
        (error) => {
          assert.ok(error instanceof InputError);
          assert.deepEqual(problemLines(error), [
            `'against' holds the manifest of another shape, and the stack is of shape ${of}; name its own`,
          ]);
          return true;
        },
      );
  });
});
