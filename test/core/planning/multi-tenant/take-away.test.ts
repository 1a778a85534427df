import { strict as assert } from "node:assert";
import { planMultiTenant } from "../../../../components/core/planning/multi-tenant/plan";
import { planDrain } from "../../../../components/core/planning/multi-tenant/procedures/drain";
import { planOffboarding } from "../../../../components/core/planning/multi-tenant/procedures/offboarding";
import { tenantReference } from "../../../../components/core/planning/multi-tenant/procedures/procedure";
import { specifyMultiTenant } from "../../../../components/core/planning/multi-tenant/specify";
import { checkMultiTenantTransition } from "../../../../components/core/planning/multi-tenant/transition";
import { multiTenantManifest } from "../../../../components/core/planning/multi-tenant/manifest";
import { multiTenantConfig, multiTenantPlan } from "../../../support/multi-tenant";

describe("taking a tenant's cell away by the last step of its procedure", () => {
  const actionsOf = (cloud: "aws" | "gcp") => {
    const plan = multiTenantPlan(cloud);
    const { steps } = planOffboarding(plan, tenantReference(plan, "acme"));
    return steps.find(({ id }) => id === "destroy-cell")?.actions ?? [];
  };

  it("lifts guards, deletes what holds the network, and lifts the protection of that cell alone, in this order", () => {
    for (const cloud of ["aws", "gcp"] as const) {
      const said = actionsOf(cloud).map((action) => {
        if (action.kind === "config") return `${action.path}${action.value === undefined ? "" : `=${action.value}`}`;
        return action.kind === "command" ? action.text.split(" ").slice(0, 3).join(" ") : action.kind;
      });
      assert.deepEqual(said, [
        "deletionProtection=false",
        "sgbox up",
        ...(cloud === "aws"
          ? ["aws rds describe-db-instances", "aws elasticache describe-replication-groups"]
          : ["gcloud sql instances", "gcloud redis instances"]),
        "pulumi stack export",
        "deletionProtection",
        "acknowledge=drained:acme",
        "acknowledge=purged:acme",
        "multiTenant.tenants.acme",
        "multiTenant.cells.acme",
        "sgbox up",
      ]);
    }
  });

  it("is the same where a cell was drained, without a tenant", () => {
    const plan = multiTenantPlan("gcp");
    const whole = actionsOf("gcp");
    const drained = planDrain(plan, "acme", []).steps.at(-1)?.actions;
    assert.deepEqual(
      drained,
      whole.filter(
        (action) => action.kind !== "config" || !/^purged:|^multiTenant\.tenants/.test(action.value ?? action.path),
      ),
    );
  });

  it("acknowledges all that the update asks for, which is refused without any of it", () => {
    const before = multiTenantConfig("gcp");
    const section = before.multiTenant;
    assert.ok(section?.tenants?.["acme"]);
    const left = {
      ...section,
      tenants: { ...section.tenants, acme: { ...section.tenants["acme"], state: "deleted" as const } },
    };
    const previous = multiTenantManifest(planMultiTenant(specifyMultiTenant({ ...before, multiTenant: left })));
    const { acme: _cell, ...cells } = section.cells;
    const { acme: _tenant, ...tenants } = section.tenants;
    const after = planMultiTenant(specifyMultiTenant({ ...before, multiTenant: { ...section, cells, tenants } }));
    const acknowledged = actionsOf("gcp").flatMap((action) =>
      action.kind === "config" && action.path === "acknowledge" ? (action.value ?? []) : [],
    );
    assert.doesNotThrow(() => checkMultiTenantTransition(previous, after, acknowledged));
    for (const missing of acknowledged)
      assert.throws(
        () =>
          checkMultiTenantTransition(
            previous,
            after,
            acknowledged.filter((each) => each !== missing),
          ),
        new RegExp(missing),
      );
  });
});
