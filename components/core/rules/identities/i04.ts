import { appliesTo } from "../applicability";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, listAt, textsAt, unseen, type Sight } from "../sights";
import { grantsOf, type Grant } from "./grants";

/** Domains whose addresses anybody can have. */
const publicMail = [
  "gmail.com",
  "googlemail.com",
  "outlook.com",
  "hotmail.com",
  "yahoo.com",
  "icloud.com",
  "proton.me",
];

/** Roles that let somebody through the proxy of a page, and no further. */
const proxyRole = "roles/iap.httpsResourceAccessor";

const toGroup = "give it to a group of the company";

function companyOf(graph: Graph, resource: GraphResource): readonly string[] {
  const own = graph.factsOf(resource).companyDomains;
  return own ?? graph.resources.flatMap((other) => graph.factsOf(other).companyDomains ?? []);
}

/** What a principal shows; nothing where it is no person and no group. */
function ofPrincipal(principal: string, company: readonly string[]): Sight[] {
  const [kind = "", ...rest] = principal.split(":");
  const name = rest.join(":");
  const domain = name.split("@").at(-1) ?? "";
  if (name.startsWith("system:")) return [];
  if (kind === "user" || kind === "User") return [bad(`it is given to the person ${name}`, toGroup)];
  if (kind !== "group" && kind !== "Group" && kind !== "domain") return [];
  if (publicMail.includes(domain))
    return [bad(`it is given to ${principal}, where anybody can have an address`, toGroup)];
  if (company.length === 0)
    return [
      unseen(`it is given to ${principal}, and no component states the domains of the company`, "state companyDomains"),
    ];
  if (!company.includes(domain))
    return [bad(`it is given to ${principal}, which is not of ${company.join(", ")}`, toGroup)];
  return kind === "domain"
    ? [bad(`it is given to everybody of ${domain}`, toGroup)]
    : [good(`it is given to ${principal}`)];
}

/** Whether a right to more than a page ends; a cluster knows no end, so there the group has to have one. */
function end({ resource, actions, condition }: Grant): Sight[] {
  if (!resource.type.startsWith("gcp:") || actions.every((action) => action === proxyRole)) return [];
  if (condition?.includes("request.time") === true) return [good(`until ${condition}`)];
  return [
    bad(
      `${actions.join(", ")} has no end`,
      "give it a condition with an end, or through an entitlement that is asked for",
    ),
  ];
}

function ofGrant(graph: Graph, grant: Grant): Sight[] {
  const { resource, principals, grantees, unseen: notSeen } = grant;
  const binds = resource.type.startsWith("gcp:") || resource.type.startsWith("kubernetes:");
  if (binds && notSeen && principals.length === 0 && grantees.length === 0)
    return [unseen("whom it is given to is known only after the deployment", toGroup)];
  const people = grant.principals.flatMap((principal) => ofPrincipal(principal, companyOf(graph, grant.resource)));
  return people.length === 0
    ? []
    : [...people, ...(people.every(({ verdict }) => verdict === "holds") ? end(grant) : [])];
}

function ofEntitlement(graph: Graph, resource: GraphResource): Sight[] {
  if (resource.type !== "gcp:privilegedaccessmanager/entitlement") return [];
  const company = companyOf(graph, resource);
  const longest = valueAt(resource.inputs, "maxRequestDuration");
  const principals = listAt(resource.inputs, "eligibleUsers").flatMap((users) => textsAt(users, "principals"));
  return [
    ...principals.flatMap((principal) => ofPrincipal(principal, company)),
    ...(isHidden(longest) ? [] : [good(`it ends after ${inText(longest)}`)]),
  ];
}

function ofAssignment({ type, inputs }: GraphResource): Sight[] {
  if (type !== "aws:ssoadmin/accountAssignment") return [];
  const { principalType } = inputs;
  if (isHidden(principalType)) return [unseen(`principalType is ${inText(principalType)}`, toGroup)];
  return [
    principalType === "GROUP"
      ? good("principalType is GROUP, whose sessions end")
      : bad(`principalType is ${inText(principalType)}`, toGroup),
  ];
}

const readOnly = ["SELECT", "USAGE", "CONNECT"];

/** What people may do in a database. */
function ofDatabase(graph: Graph, resource: GraphResource): Sight[] {
  const { type, inputs } = resource;
  if (type === "gcp:sql/user") {
    if (inputs.type === "CLOUD_IAM_USER")
      return [bad("type is CLOUD_IAM_USER, which is a person", "make it CLOUD_IAM_GROUP")];
    if (inputs.type !== "CLOUD_IAM_GROUP") return [];
    return textsAt(inputs, "databaseRoles").includes("cloudsqlsuperuser")
      ? [bad("databaseRoles has cloudsqlsuperuser", "give the group a role that may only read")]
      : [good(`databaseRoles is ${textsAt(inputs, "databaseRoles").join(", ") || "none"}`)];
  }
  if (type !== "postgresql:index/grant" || graph.factsOf(resource).plane !== "human") return [];
  const more = textsAt(inputs, "privileges").filter((privilege) => !readOnly.includes(privilege));
  return more.length === 0
    ? [good(`operators may ${textsAt(inputs, "privileges").join(", ")}`)]
    : [bad(`operators may ${more.join(", ")}`, `leave ${readOnly.join(", ")}`)];
}

/** People have rights only through groups of the company. */
export const i04: Rule = {
  id: "B-I04",
  severity: "high",
  alone: true,
  statement: "People get rights of admins and operators only through groups of the company, and operators for a time.",
  proof:
    "members of every role that is given, entitlements, assignments of the sign-in of AWS, rights of people in databases",
  judge: (graph) => {
    const grants = grantsOf(graph);
    return graph.resources
      .filter((resource) => appliesTo("B-I04", graph.factsOf(resource)))
      .flatMap((resource) => {
        const sights = [
          ...grants.filter((grant) => grant.resource === resource).flatMap((grant) => ofGrant(graph, grant)),
          ...ofEntitlement(graph, resource),
          ...ofAssignment(resource),
          ...ofDatabase(graph, resource),
        ];
        return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
      });
  },
};
