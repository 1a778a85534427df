import { appliesTo } from "../applicability";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy } from "../sights";

/** Credentials that live until somebody removes them, by the input that names whose they are. */
const credentials: Readonly<Record<string, string>> = {
  "aws:iam/accessKey": "user",
  "aws:iam/serviceSpecificCredential": "userName",
  "aws:iam/userLoginProfile": "user",
  "gcp:serviceaccount/key": "serviceAccountId",
  "gcp:storage/hmacKey": "serviceAccountEmail",
};

const holders = ["aws:iam/user", "gcp:serviceaccount/account"];
const fix = "remove it; let the workload take on a role or a service account instead";

const isToken = ({ type, inputs }: GraphResource): boolean =>
  type === "kubernetes:core/v1/Secret" && valueAt(inputs, "type") === "kubernetes.io/service-account-token";

const isCredential = (resource: GraphResource): boolean => resource.type in credentials || isToken(resource);

function ownersOf(graph: Graph, resource: GraphResource): GraphResource[] {
  return graph.referred(resource, credentials[resource.type] ?? "metadata");
}

/** No credential of the cloud lives long. */
export const i02: Rule = {
  id: "B-I02",
  severity: "high",
  alone: true,
  statement: "There are no long-lived credentials of the cloud.",
  proof: "access keys, keys of service accounts, passwords of users and tokens of service accounts among the resources",
  judge: (graph) => {
    const judged = graph.resources.filter((resource) => appliesTo("B-I02", graph.factsOf(resource)));
    const found = judged.filter(isCredential);
    const owners = new Set(found.flatMap((resource) => ownersOf(graph, resource)));
    return [
      ...found.map(({ urn, type }) => judgedBy(urn, [bad(`${type} lives until somebody removes it`, fix)])),
      ...judged
        .filter((resource) => holders.includes(resource.type) && !owners.has(resource))
        .map(({ urn }) => judgedBy(urn, [good("no key is made for it")])),
    ];
  },
};
