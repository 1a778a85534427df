import { RefusedError } from "../components/core/errors";
import { adminCredentials } from "../components/core/planning/credentials/of-admin";
import { statedCredentials } from "../components/core/planning/credentials/stated";
import type { JudgedGraph } from "../components/core/rendering/boundary/collect";
import type { BoundaryReport } from "../components/core/rendering/boundary/model";
import { boundarySections } from "../components/core/rendering/boundary/report";
import { reportedCredentials } from "../components/core/rendering/credentials-report";
import type { Section } from "../components/core/rendering/section";
import { inOrder, judgeGraph, refuseBroken } from "../components/core/rules/engine";
import { rules } from "../components/core/rules/rules";
import type { PlannedStack } from "./planned";

/** What the rules say about what a stack would declare. */
export function judgeBoundaries(planned: PlannedStack, today: string): JudgedGraph {
  const { graph, specification, stack } = planned;
  const { exceptions } = specification.boundaries;
  const verdicts = judgeGraph(graph, rules, exceptions, today);
  const credentials = reportedCredentials(
    planned.shape === "admin" ? adminCredentials(planned.plan) : statedCredentials(inOrder(graph)),
  );
  return { graph, rules, exceptions, verdicts, of: stack.file, day: today, credentials };
}

/** Why the stack is refused; undefined where nothing speaks against it, or the config only wants to be told. */
export function boundaryRefusal({ specification }: PlannedStack, { verdicts }: JudgedGraph): RefusedError | undefined {
  if (!specification.boundaries.enforce) return undefined;
  try {
    refuseBroken(verdicts);
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) return error;
    throw error;
  }
}

/** What would be refused if the rules were enforced; where they are, it is among everything that is refused. */
function reasonSections({ specification }: PlannedStack, { problems }: BoundaryReport): Section[] {
  if (specification.boundaries.enforce || problems.length === 0) return [];
  return [
    {
      id: "reasons",
      title: "Reasons against it",
      summary: `told only; 'boundaries.enforce' refuses them`,
      columns: [{ title: "resource" }, { title: "why" }],
      rows: problems.map(({ path, message }) => [path, message]),
    },
  ];
}

/** The sections of the boundaries below those of data safety. */
export function boundaryParts(planned: PlannedStack, report: BoundaryReport): Section[] {
  const [overview, ...rest] = boundarySections(report);
  const sections = [...(overview === undefined ? [] : [overview]), ...reasonSections(planned, report), ...rest];
  return sections.map((section) => ({ ...section, id: `boundary-${section.id}` }));
}
