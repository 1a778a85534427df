import { RefusedError } from "../components/core/errors";
import { boundarySections, type JudgedGraph } from "../components/core/rendering/boundary-report";
import type { Section } from "../components/core/rendering/section";
import { judgeGraph, refuseBroken } from "../components/core/rules/engine";
import { rules } from "../components/core/rules/rules";
import type { PlannedStack } from "./planned";

/** What the rules say about what a stack would declare. */
export function judgeBoundaries({ graph, specification }: PlannedStack, today: string): JudgedGraph {
  const { exceptions } = specification.boundaries;
  return { graph, rules, exceptions, verdicts: judgeGraph(graph, rules, exceptions, today) };
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
function reasons({ specification }: PlannedStack, { verdicts: { problems } }: JudgedGraph): Section[] {
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
export function boundaryReport(planned: PlannedStack, judged: JudgedGraph): Section[] {
  const [overview, ...rest] = boundarySections(judged);
  const sections = [...(overview === undefined ? [] : [overview]), ...reasons(planned, judged), ...rest];
  return sections.map((section) => ({ ...section, id: `boundary-${section.id}` }));
}
