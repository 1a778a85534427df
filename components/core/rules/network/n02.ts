import { appliesTo } from "../applicability";
import type { GraphResource } from "../graph";
import { grantsOf, identityPolicyTypes, type Grant } from "../identities/grants";
import type { Judgement, Rule } from "../rule";
import { bad, good, judgedBy, property, unseen, type Sight } from "../sights";

const everybody =
  /^(allUsers|allAuthenticatedUsers|\*|User:system:anonymous|Group:system:(unauthenticated|authenticated))$/;

/** Keys of conditions that say how somebody comes in, and nothing of who it is. */
const howOnly =
  /^(aws:(SecureTransport|RequestedRegion|CurrentTime|EpochTime|UserAgent|Referer)|s3:(TlsVersion|x-amz-.*|prefix|max-keys))$/i;

/** Whether a condition of AWS limits who comes in. */
function limitsWho(condition: string): boolean {
  const conditions = JSON.parse(condition) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  return Object.values(conditions).some((each) => Object.keys(each).some((key) => !howOnly.test(key)));
}

function grantSight({ principals, grantees, condition, unseen: hidden, resource }: Grant): Sight {
  const anyone = principals.find((principal) => everybody.test(principal));
  if (anyone !== undefined && (condition === undefined || !resource.type.startsWith("aws:") || !limitsWho(condition)))
    return bad(
      `it lets ${anyone} in without a condition${condition === undefined ? "" : " on who it is"}`,
      "name the identities that may",
    );
  if (identityPolicyTypes.includes(resource.type) && grantees.length > 0)
    return good(`it lets ${grantees.map(({ name }) => name).join(", ")} in`);
  if (hidden)
    return unseen("whom it lets in is known only after the deployment", "name identities that are known before");
  return good(
    `it lets ${principals.join(", ") || "nobody unnamed"} in${condition === undefined ? "" : " under a condition"}`,
  );
}

const own: Readonly<Record<string, (resource: GraphResource) => Sight[]>> = {
  "gcp:cloudrunv2/service": ({ inputs }) => [
    property(inputs, "invokerIamDisabled", { is: (value) => value !== true, fix: "remove invokerIamDisabled" }),
  ],
  "aws:lambda/functionUrl": ({ inputs }) => [
    property(inputs, "authorizationType", { is: ["AWS_IAM"], fix: "set authorizationType to AWS_IAM" }),
  ],
  "aws:lambda/permission": ({ inputs }) => {
    const limits = ["sourceArn", "sourceAccount", "principalOrgId"].filter((input) => inputs[input] !== undefined);
    const fix = "name the principal, or set sourceArn";
    return limits.length > 0
      ? [good(`it is limited by ${limits.join(", ")}`)]
      : [property(inputs, "principal", { is: (value) => value !== "*", fix })];
  },
};

/** Nobody anonymous is let in. */
export const n02: Rule = {
  id: "B-N02",
  severity: "critical",
  alone: true,
  statement: "Nobody anonymous may invoke a workload.",
  proof: "the members of every grant, the switches that turn the check off, and the policies of resources",
  judge: (graph) => {
    const sights = new Map<GraphResource, Sight[]>();
    const add = (resource: GraphResource, found: readonly Sight[]): void => {
      if (appliesTo("B-N02", graph.factsOf(resource)))
        sights.set(resource, [...(sights.get(resource) ?? []), ...found]);
    };
    for (const grant of grantsOf(graph)) add(grant.resource, [grantSight(grant)]);
    for (const resource of graph.ofType(...Object.keys(own))) add(resource, own[resource.type]?.(resource) ?? []);
    return [...sights].map(([{ urn }, found]): Judgement => judgedBy(urn, found));
  },
};
