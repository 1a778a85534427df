import { appliesTo } from "../applicability";
import type { ListenerPlane } from "../facts";
import type { Judgement, Rule } from "../rule";
import { bad, good, judgedBy, unseen, type Sight } from "../sights";
import { entriesOf, isManagement, type Entry } from "./listeners";

/** Whether two planes must not be at one name. */
function apart(one: ListenerPlane, other: ListenerPlane): boolean {
  return one !== other && (one === "human" || other === "human");
}

/** Entries of another plane at the same names. */
function sharedSights({ hosts, facts: { plane = "internal" }, resource }: Entry, entries: readonly Entry[]): Sight[] {
  return hosts.flatMap((host) =>
    entries
      .filter((other) => other.resource !== resource && other.hosts.includes(host))
      .filter(({ facts }) => facts.plane !== undefined && apart(plane, facts.plane))
      .map((other) =>
        bad(
          `${host} of its ${plane} plane is also of the ${other.facts.plane ?? ""} plane at ${other.resource.name}`,
          "give the human plane a name of its own",
        ),
      ),
  );
}

function sightsOf(entry: Entry, entries: readonly Entry[]): Sight[] {
  const { hosts, paths, facts, unseen: hidden } = entry;
  const { plane = "internal" } = facts;
  const management = plane === "human" ? [] : paths.filter(isManagement);
  const found = [
    ...sharedSights(entry, entries),
    ...(management.length === 0
      ? []
      : [bad(`it serves ${management.join(", ")} on the ${plane} plane`, "serve it at a name of the human plane")]),
  ];
  if (found.length > 0) return found;
  return hidden
    ? [unseen("its hosts or paths are known only after the deployment", "give names that are known before")]
    : [good(`${hosts.join(", ") || "no name"} is of the ${plane} plane alone`)];
}

/** Management has names of its own. */
export const n08: Rule = {
  id: "B-N08",
  severity: "high",
  alone: true,
  statement: "Management interfaces never share a host name with machine or end-user planes.",
  proof: "the host names and paths of every listener, rule and certificate by plane",
  judge: (graph) => {
    const entries = entriesOf(graph).filter(({ facts: { plane } }) => plane !== undefined);
    return entries
      .filter(
        ({ facts, hosts, paths, unseen: hidden }) =>
          (hosts.length > 0 || paths.length > 0 || hidden) && appliesTo("B-N08", facts),
      )
      .map((entry): Judgement => judgedBy(entry.resource.urn, sightsOf(entry, entries)));
  },
};
