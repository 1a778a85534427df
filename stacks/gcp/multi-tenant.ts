import * as pulumi from "@pulumi/pulumi";
import { multiTenantManifest, parseMultiTenantManifest } from "../../components/core/planning/multi-tenant/manifest";
import { planMultiTenant } from "../../components/core/planning/multi-tenant/plan";
import { checkMultiTenantTransition } from "../../components/core/planning/multi-tenant/transition";
import { Cell } from "../../components/multi-tenant-backend/gcp-cell";
import { MultiTenantEnvironment } from "../../components/multi-tenant-backend/gcp-environment";
import { declareTenants } from "../../components/multi-tenant-backend/gcp-tenant";
import type { DeclareMultiTenant } from "../program";

/** Declares an environment of the multi-tenant backend on Google Cloud, its cells, and those of its tenants that are resources. */
export const declareMultiTenant: DeclareMultiTenant = (name, { specification, secrets, previous }) => {
  const plan = planMultiTenant(specification);
  const last = parseMultiTenantManifest(previous);
  checkMultiTenantTransition(last, plan, specification.acknowledge);
  const { tags } = specification;
  const environment = new MultiTenantEnvironment(name, { plan, tags });
  const { logs, images, namesZone, namesProvider, originSecrets } = environment;
  const cells = Object.fromEntries(
    plan.cells.map((cell) => {
      const kubernetes = last?.cells[cell.name]?.kubernetes;
      const made = new Cell(cell.name, {
        plan,
        secrets,
        tags,
        logs,
        images,
        originSecret: originSecrets[cell.name] ?? "",
        namesProject: plan.environment.names.account.id,
        ...(kubernetes === undefined ? {} : { previous: kubernetes }),
        ...(namesZone === undefined ? {} : { namesZone }),
        ...(namesProvider === undefined ? {} : { namesProvider }),
      });
      return [cell.name, made];
    }),
  );
  declareTenants(plan, cells, tags);
  const manifests = pulumi.all(Object.fromEntries(Object.entries(cells).map(([of, { manifest }]) => [of, manifest])));
  return {
    manifest: manifests.apply((known) => multiTenantManifest(plan, known)),
    published: {
      cells: Object.fromEntries(
        Object.entries(cells).map(([of, { origin, capacity, egressAddresses }]) => [
          of,
          { origin, capacity, egressAddresses },
        ]),
      ),
      offboarding: plan.environment.offboarding,
      placement: environment.placement,
    },
    next: pulumi
      .all(Object.values(cells).map(({ next }) => next))
      .apply((all) => all.filter((each) => each !== "").join("\n")),
  };
};
