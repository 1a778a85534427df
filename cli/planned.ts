import { planAdmin } from "../components/core/planning/admin/plan-admin";
import type { AdminSpecification } from "../components/core/planning/admin/specification";
import { parseStack, type MultiTenantStackSpecification } from "../components/core/planning/config/parse-stack";
import type { DataResource } from "../components/core/planning/data-safety";
import { planKubernetes } from "../components/core/planning/kubernetes/plan";
import { planMultiTenant } from "../components/core/planning/multi-tenant/plan";
import { planVm } from "../components/core/planning/vm/plan";
import { adminDrawingOf } from "../components/core/rendering/admin/drawing";
import { adminSections, type ReportedAdminPlan } from "../components/core/rendering/admin/report";
import { renderBundle } from "../components/core/rendering/bundle-files";
import { drawingOf, type Drawing } from "../components/core/rendering/drawing/drawing";
import { kubernetesDrawingOf } from "../components/core/rendering/kubernetes-drawing";
import { kubernetesSections, type ReportedKubernetesPlan } from "../components/core/rendering/kubernetes-report";
import { renderManifests } from "../components/core/rendering/manifests/manifests";
import { multiTenantDrawingOf } from "../components/core/rendering/multi-tenant/drawing";
import { multiTenantSections, type ReportedMultiTenantPlan } from "../components/core/rendering/multi-tenant/report";
import { planSections, type Detail, type ReportedPlan } from "../components/core/rendering/plan-report";
import type { Section } from "../components/core/rendering/section";
import { declaredBy, type Declared } from "./declared";
import { readStackFile, type StackFile } from "./stack-file";
import type { Terminal } from "./terminal";

/** A stack file of a machine with everything that follows from it. */
export interface PlannedVm extends ReportedPlan, Pick<Declared, "graph"> {
  readonly shape: "vm";
  readonly stack: StackFile;
}

/** A stack file of a deployment on Kubernetes with everything that follows from it. */
export interface PlannedKubernetes extends ReportedKubernetesPlan, Pick<Declared, "graph"> {
  readonly shape: "kubernetes";
  readonly stack: StackFile;
}

/** A stack file of support services with everything that follows from it. */
export interface PlannedAdmin extends ReportedAdminPlan, Pick<Declared, "graph"> {
  readonly shape: "admin";
  readonly stack: StackFile;
  readonly specification: AdminSpecification;
}

/** A stack file of the multi-tenant backend with everything that follows from it. */
export interface PlannedMultiTenant extends ReportedMultiTenantPlan, Pick<Declared, "graph"> {
  readonly shape: "multi-tenant";
  readonly stack: StackFile;
  readonly specification: MultiTenantStackSpecification;
}

/** A stack file of an instance with everything that follows from it; a monolith is one. */
export type PlannedInstance = PlannedVm | PlannedKubernetes;

/** A stack file with everything that follows from it. */
export type PlannedStack = PlannedInstance | PlannedAdmin | PlannedMultiTenant;

/**
 * Reads a stack file, or the sample, and decides, renders and declares it. No engine, no credentials.
 * @throws InputError, RefusedError with every problem
 */
export async function planStack(file: string | undefined, terminal: Terminal): Promise<PlannedStack> {
  const stack = readStackFile(file, terminal);
  const specification = parseStack(stack.config, stack.files);
  switch (specification.shape) {
    case "admin": {
      const plan = planAdmin(specification);
      return { shape: "admin", stack, specification, plan, ...(await declaredBy(stack)) };
    }
    case "multi-tenant": {
      const plan = planMultiTenant(specification);
      return { shape: "multi-tenant", stack, specification, plan, ...(await declaredBy(stack)) };
    }
    case "kubernetes": {
      const plan = planKubernetes(specification);
      const objects = renderManifests(plan);
      return { shape: "kubernetes", stack, specification, plan, objects, ...(await declaredBy(stack)) };
    }
    case "vm": {
      const plan = planVm(specification);
      const bundle = renderBundle(plan, specification);
      return { shape: "vm", stack, specification, plan, bundle, ...(await declaredBy(stack)) };
    }
  }
}

/** The report of a planned stack. */
export function sectionsOf(planned: PlannedStack, detail: Detail): Section[] {
  switch (planned.shape) {
    case "vm":
      return planSections(planned, detail);
    case "kubernetes":
      return kubernetesSections(planned, detail);
    case "admin":
      return adminSections(planned, detail);
    case "multi-tenant":
      return multiTenantSections(planned, detail);
  }
}

/** What a planned stack's drawing shows. */
export function drawingOfStack(planned: PlannedStack): Drawing {
  switch (planned.shape) {
    case "vm":
      return drawingOf(planned.plan, planned.specification);
    case "kubernetes":
      return kubernetesDrawingOf(planned.plan, planned.specification);
    case "admin":
      return adminDrawingOf(planned.plan);
    case "multi-tenant":
      return multiTenantDrawingOf(planned.plan);
  }
}

const cloudNames: Readonly<Record<string, string>> = { aws: "AWS", gcp: "Google Cloud" };

/** What a stack is, in a few words. */
export function headlineOf({ shape, plan }: PlannedStack): string {
  const cloud = cloudNames[plan.cloud] ?? plan.cloud;
  switch (shape) {
    case "vm":
    case "kubernetes":
      return `Sourcegraph ${plan.release} on ${plan.cloud}`;
    case "admin":
      return `Support services of zone ${plan.zone} on ${cloud}`;
    case "multi-tenant":
      return `Multi-tenant backend ${plan.name} on ${cloud}`;
  }
}

/** Everything of a stack that holds data and must not be lost. */
export function dataResourcesOf({ plan }: PlannedStack): readonly DataResource[] {
  return "cells" in plan ? plan.cells.flatMap((cell) => cell.plan.dataResources) : plan.dataResources;
}
