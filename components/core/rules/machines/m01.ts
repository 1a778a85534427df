import { connectionsOf, inWords, type Connection } from "../edges";
import { valueAt, type Graph, type GraphResource } from "../graph";
import { grantsOf } from "../identities/grants";
import type { Rule } from "../rule";
import { bad, good, judgedBy, listAt, unseen, type Sight } from "../sights";
import { clientGrantsOf, concerns, crossingsOf, endText, grantText, sameEnd, scopeNameOf } from "./clients";

const client = "give the caller a client with a scope of the callee";

/** Whether the callee asks the issuer about the tokens it is shown; the issuer itself need not. */
function asksIssuer(graph: Graph, { to }: Connection): boolean {
  return (
    to.zone === "identity" ||
    connectionsOf(graph).some(({ edge, from }) => edge.contract === "introspection" && sameEnd(from, to))
  );
}

function ofClient(graph: Graph, connection: Connection): Sight[] {
  const { from, to, edge } = connection;
  const grants = clientGrantsOf(graph).filter((grant) => sameEnd(grant.from, from) && sameEnd(grant.to, to));
  // Whoever only asks about tokens shows its client to the issuer that made it; no scope is needed for that.
  if (grants.length === 0 && edge.contract === "introspection" && to.zone === "identity")
    return [good(`it shows its own client to ${endText(to)}, which made it`)];
  if (grants.length === 0) return [bad("no right of the caller at the callee is stated", client)];
  const scopes = grants.map(({ edge: { scope } }) => scope).join(", ");
  return asksIssuer(graph, connection)
    ? [
        good(
          `it shows a token with ${scopes}, ${to.zone === "identity" ? "which the callee issues" : `about which ${endText(to)} asks the issuer`}`,
        ),
      ]
    : [
        bad(
          `${endText(to)} does not ask the issuer about tokens`,
          "state its connection to identity for introspection",
        ),
      ];
}

/** Whether what stands before the callee looks at the audience of a token. */
function checksAudience({ type, inputs }: GraphResource): boolean {
  if (type !== "aws:lb/listenerRule" && type !== "aws:alb/listenerRule") return false;
  const types = listAt(inputs, "actions").map((action) => valueAt(action, "type"));
  const claims = listAt(inputs, "actions").flatMap((action) => listAt(action, "jwtValidation.additionalClaims"));
  return types[0] === "jwt-validation" && claims.some((claim) => valueAt(claim, "name") === "aud");
}

function ofIdentity(graph: Graph, { to }: Connection): Sight[] {
  const ofCallee = (resource: GraphResource): boolean => sameEnd(to, { service: "", ...graph.factsOf(resource) });
  const rule = graph.resources.find((resource) => checksAudience(resource) && ofCallee(resource));
  if (rule !== undefined) return [good(`${rule.name} looks at the audience of its token`)];
  const invoker = grantsOf(graph).find(
    ({ actions, resource, principals }) =>
      actions.some((action) => ["roles/run.invoker", "roles/iap.httpsResourceAccessor"].includes(action)) &&
      !principals.some((principal) => principal.startsWith("all")) &&
      ofCallee(resource),
  );
  if (invoker !== undefined) return [good(`${invoker.resource.name} admits ${invoker.principals.join(", ")} only`)];
  return [
    unseen(
      "nothing here checks for whom its token is",
      "state it in the stack of the callee, or give the caller a client",
    ),
  ];
}

function ofConnection(graph: Graph, connection: Connection): Sight[] {
  const { credential = "none" } = connection.edge;
  switch (credential) {
    case "oauth-client":
      return ofClient(graph, connection);
    case "identity":
      return ofIdentity(graph, connection);
    case "none":
      return [bad("the caller shows nothing", client)];
    default:
      return [bad(`the caller shows a ${credential.replaceAll("-", " ")}, which names no callee`, client)];
  }
}

/** What machines show is for one callee. */
export const m01: Rule = {
  id: "B-M01",
  severity: "critical",
  statement: "Every connection between zones carries a credential that is for its callee alone.",
  proof: "the credential of every connection between zones, the scope it is given, and whether the callee checks it",
  probe: "a token without the scope has to be refused with 403 by every callee",
  judge: (graph) => [
    ...crossingsOf(graph, "B-M01").map((connection) => judgedBy(inWords(connection), ofConnection(graph, connection))),
    ...clientGrantsOf(graph)
      .filter((grant) => concerns("B-M01", grant))
      .map((grant) => {
        const [segment = ""] = grant.edge.scope.split("::");
        const wanted = scopeNameOf(graph, grant.to, grant.edge.honours);
        const fix = `give it a scope of ${wanted}`;
        return judgedBy(grantText(grant), [
          segment === wanted
            ? good(`it is for ${segment}`)
            : bad(`it is for ${segment}, and the callee is ${wanted}`, fix),
        ]);
      }),
  ],
};
