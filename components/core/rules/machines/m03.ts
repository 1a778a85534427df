import { connectionsOf, inWords, type Connection } from "../edges";
import type { Contract } from "../facts";
import type { Rule } from "../rule";
import { bad, good, judgedBy, type Sight } from "../sights";
import { concerns } from "./clients";

/** What a token that is made from a licence opens. */
const opened: readonly Contract[] = ["model-call", "licence-check", "telemetry", "ping"];

function sightsOf({ edge: { contract, plane } }: Connection): Sight[] {
  if (plane !== undefined && plane !== "machine")
    return [bad(`it opens a listener of plane ${plane}`, "let only listeners of machines take it")];
  if (contract !== undefined && opened.includes(contract)) return [good(`it opens ${contract}`)];
  return [
    bad(
      `it opens ${contract ?? "what no contract names"}, and is made for ${opened.join(", ")} only`,
      "give the caller a client",
    ),
  ];
}

/** Tokens that are made from a licence open little. */
export const m03: Rule = {
  id: "B-M03",
  severity: "high",
  alone: true,
  statement: "Tokens that are made from a licence open only what was made for them.",
  proof: "contract and plane of every connection on which such a token is shown",
  judge: (graph) =>
    connectionsOf(graph)
      .filter(({ edge }) => edge.credential === "licence-token")
      .filter((connection) => concerns("B-M03", connection))
      .map((connection) => judgedBy(inWords(connection), sightsOf(connection))),
};
