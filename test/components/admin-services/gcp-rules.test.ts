import assert from "node:assert/strict";
import { AdminServices } from "../../../components/admin-services/gcp";
import { judgeGraph, nameOf, type Verdicts } from "../../../components/core/rules/engine";
import { rules } from "../../../components/core/rules/rules";
import { graphBy } from "../../support/program-graph";
import { adminConfigs, adminSecrets, plannedAdmin, uncheckedBy } from "../../support/gcp-admin";
import type { AdminStackConfig } from "../../../components/core/planning/admin/specified-admin";
import type { AdminConfig } from "../../../components/core/planning/config/config";

async function judged(admin: AdminConfig, more: Partial<AdminStackConfig> = {}): Promise<Verdicts> {
  const plan = plannedAdmin(admin, more);
  const build = () => void new AdminServices({ plan, secrets: adminSecrets(plan), enforce: false });
  return judgeGraph(await graphBy(build), rules, [], "2026-11-21");
}

/** Findings of resources here; what instances of customers show is no resource of this stack. */
function found({ findings }: Verdicts, verdict: "broken" | "unproven"): string[] {
  return findings
    .filter((finding) => finding.verdict === verdict && !finding.of.startsWith("single-tenant/"))
    .map(({ rule, of }) => `${rule} ${nameOf(of)}`)
    .sort();
}

describe("the rules over AdminServices on Google Cloud", function () {
  this.timeout(120_000);

  for (const zone of ["admin", "identity", "dotcom"] as const)
    it(`finds nothing broken in the default stack of zone ${zone}, and nothing unproven`, async () => {
      const verdicts = await judged(adminConfigs[zone]);
      assert.deepEqual(found(verdicts, "broken"), []);
      assert.deepEqual(found(verdicts, "unproven"), []);
    });

  it("finds nothing broken behind an edge, nor where licences are signed by a key", async () => {
    const verdicts = await judged({ ...adminConfigs.admin, edge: "cloudflare", licenceSigning: "key" });
    assert.deepEqual(found(verdicts, "broken"), []);
    assert.ok(verdicts.findings.some(({ rule, verdict }) => rule === "B-K04" && verdict === "holds"));
  });

  it("finds a service that is left to check its callers alone", async () => {
    const verdicts = await judged(adminConfigs.admin, uncheckedBy("admin-pings"));
    assert.deepEqual(found(verdicts, "broken"), ["B-N02 admin-pings"]);
  });

  it("cannot prove that audit logs leave where no project is named for them", async () => {
    const { auditSink: _auditSink, ...without } = adminConfigs.admin;
    const verdicts = await judged(without);
    assert.deepEqual(found(verdicts, "broken"), []);
    assert.deepEqual(found(verdicts, "unproven"), ["B-L02 admin on Google"]);
  });
});
