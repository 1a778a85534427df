import { inWords } from "../edges";
import type { Rule } from "../rule";
import { bad, good, judgedBy, unseen } from "../sights";
import { clientGrantsOf, concerns, crossingsOf, grantText } from "./clients";

const longest = 3600;

/** Tokens do not live long. */
export const m04: Rule = {
  id: "B-M04",
  severity: "medium",
  alone: true,
  statement: "Access tokens live at most an hour, and none that never ends crosses a zone.",
  proof: "the seconds that tokens of every client live, the credential of every connection between zones",
  judge: (graph) => [
    ...crossingsOf(graph, "B-M04").map((connection) => {
      const { credential = "none" } = connection.edge;
      return judgedBy(inWords(connection), [
        credential === "service-access-token"
          ? bad("the caller shows a service access token, which may never end", "give the caller a client")
          : good(`the caller shows ${credential.replaceAll("-", " ")}`),
      ]);
    }),
    ...clientGrantsOf(graph)
      .filter((grant) => concerns("B-M04", grant))
      .map((grant) => {
        const { tokenSeconds } = grant.edge;
        const fix = `let its tokens live ${longest} seconds at most`;
        const sight =
          tokenSeconds === undefined
            ? unseen("nothing states how long its tokens live", fix)
            : tokenSeconds > longest
              ? bad(`its tokens live ${tokenSeconds} seconds`, fix)
              : good(`its tokens live ${tokenSeconds} seconds`);
        return judgedBy(grantText(grant), [sight]);
      }),
  ],
};
