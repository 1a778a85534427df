import { planVm } from "../components/core/planning/vm/plan";
import { parseSpecification } from "../components/core/planning/config/specification";
import { renderBundle } from "../components/core/rendering/bundle-files";
import type { ReportedPlan } from "../components/core/rendering/plan-report";
import { declaredResources } from "./declared";
import { readStackFile, type StackFile } from "./stack-file";
import type { Terminal } from "./terminal";

/** A stack file with everything that follows from it. */
export interface PlannedStack extends ReportedPlan {
  readonly stack: StackFile;
}

/**
 * Reads a stack file, or the sample, and decides, renders and declares it. No engine, no credentials.
 * @throws InputError, RefusedError with every problem
 */
export async function planStack(file: string | undefined, terminal: Terminal): Promise<PlannedStack> {
  const stack = readStackFile(file, terminal);
  const specification = parseSpecification(stack.config, stack.files);
  const plan = planVm(specification);
  const bundle = renderBundle(plan, specification);
  const resources = await declaredResources(stack);
  return { stack, specification, plan, bundle, resources };
}
