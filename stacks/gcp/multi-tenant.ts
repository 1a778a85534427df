import * as pulumi from "@pulumi/pulumi";
import { edgeFacts, rotationSteps } from "../../components/core/planning/multi-tenant/edge-facts";
import { multiTenantManifest, parseMultiTenantManifest } from "../../components/core/planning/multi-tenant/manifest";
import { planMultiTenant } from "../../components/core/planning/multi-tenant/plan";
import { checkMultiTenantTransition } from "../../components/core/planning/multi-tenant/transition";
import { toWrite } from "../../components/multi-tenant-backend/edge-records";
import { Cell } from "../../components/multi-tenant-backend/gcp-cell";
import { Edge } from "../../components/multi-tenant-backend/gcp-edge";
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
        originSecrets: originSecrets[cell.name] ?? [],
        namesProject: plan.environment.names.account.id,
        ...(kubernetes === undefined ? {} : { previous: kubernetes }),
        ...(namesZone === undefined ? {} : { namesZone }),
        ...(namesProvider === undefined ? {} : { namesProvider }),
      });
      return [cell.name, made];
    }),
  );
  const edge =
    plan.environment.edge.kind === "global-load-balancer" && namesZone !== undefined
      ? new Edge(
          name,
          {
            plan,
            namesZone,
            cells,
            tags,
          },
          namesProvider === undefined ? {} : { provider: namesProvider },
        )
      : undefined;
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
      edge: { ...edgeFacts(plan), address: edge?.address, entries: edge?.entries ?? {}, records: edge?.records ?? [] },
    },
    next: pulumi
      .all([pulumi.all(Object.values(cells).map(({ next }) => next)), edge?.records ?? []])
      .apply(([all, records]) =>
        [...all.filter((each) => each !== ""), ...toWrite(plan, records), ...rotationSteps(plan)].join("\n"),
      ),
  };
};
