import { planKubernetes } from "../components/core/planning/kubernetes/plan";
import { planVm } from "../components/core/planning/vm/plan";
import { parseSpecification } from "../components/core/planning/config/specification";
import { renderBundle } from "../components/core/rendering/bundle-files";
import { drawingOf, type Drawing } from "../components/core/rendering/drawing";
import { kubernetesDrawingOf } from "../components/core/rendering/kubernetes-drawing";
import { kubernetesSections, type ReportedKubernetesPlan } from "../components/core/rendering/kubernetes-report";
import { renderManifests } from "../components/core/rendering/manifests/manifests";
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

/** A stack file with everything that follows from it. */
export type PlannedStack = PlannedVm | PlannedKubernetes;

/**
 * Reads a stack file, or the sample, and decides, renders and declares it. No engine, no credentials.
 * @throws InputError, RefusedError with every problem
 */
export async function planStack(file: string | undefined, terminal: Terminal): Promise<PlannedStack> {
  const stack = readStackFile(file, terminal);
  const specification = parseSpecification(stack.config, stack.files);
  if (specification.shape === "kubernetes") {
    const plan = planKubernetes(specification);
    const objects = renderManifests(plan);
    return { shape: "kubernetes", stack, specification, plan, objects, ...(await declaredBy(stack)) };
  }
  const plan = planVm(specification);
  const bundle = renderBundle(plan, specification);
  return { shape: "vm", stack, specification, plan, bundle, ...(await declaredBy(stack)) };
}

/** The report of a planned stack. */
export function sectionsOf(planned: PlannedStack, detail: Detail): Section[] {
  return planned.shape === "vm" ? planSections(planned, detail) : kubernetesSections(planned, detail);
}

/** What a planned stack's drawing shows. */
export function drawingOfStack({ shape, plan, specification }: PlannedStack): Drawing {
  return shape === "vm" ? drawingOf(plan, specification) : kubernetesDrawingOf(plan, specification);
}
