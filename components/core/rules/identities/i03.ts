import { appliesTo } from "../applicability";
import { valueAt, type Graph, type GraphResource } from "../graph";
import { judgedBy, bad, good, listAt, textsAt, unseen, type Sight } from "../sights";
import type { Rule } from "../rule";
import { grantsOf, identityPolicyTypes, type Grant } from "./grants";

/** Roles that there are only for a whole project, and with which no data can be read. */
const ofProjects: readonly string[] = [
  "roles/logging.logWriter",
  "roles/monitoring.metricWriter",
  "roles/cloudtrace.agent",
  "roles/cloudsql.client",
  "roles/cloudsql.instanceUser",
  "roles/container.defaultNodeServiceAccount",
];

/** Policies of AWS that open everything. */
const everything: readonly string[] = ["AdministratorAccess", "PowerUserAccess"];

/** Actions that tell what there is, and for most of which no resource can be named. */
const describes = /^[a-z0-9-]+:Describe\*$/;

function wideRole({ actions, scope, condition }: Grant): Sight[] {
  const named = condition?.includes("resource.name") === true;
  return actions
    .filter((action) => !named && !(scope === "project" && ofProjects.includes(action)))
    .map((action) => bad(`it gives ${action} in all of a ${scope}`, "give it for the one resource that it is for"));
}

function ofGrant(grant: Grant): Sight {
  const { resource, actions, names, scope, unseen: notSeen, targets, condition } = grant;
  if (["project", "folder", "organization"].includes(scope))
    return notSeen && actions.length === 0
      ? unseen(`its roles in a ${scope} are known only after the deployment`, "give roles that are known before")
      : (wideRole(grant)[0] ??
          good(
            `it gives ${actions.join(", ")}${condition === undefined ? ", with which no data can be read" : ` where ${condition}`}`,
          ));
  if (scope === "cluster" && actions.includes("cluster-admin"))
    return bad("it gives cluster-admin", "bind a role that names resources and verbs");
  const wide = actions.find((action) => everything.some((policy) => action.endsWith(`policy/${policy}`)));
  if (wide !== undefined) return bad(`it gives ${wide}`, "attach a policy that names actions and resources");
  if (identityPolicyTypes.includes(resource.type)) {
    if (notSeen)
      return targets.length > 0
        ? good(`it is made from ${targets.map(({ name }) => name).join(", ")}`)
        : unseen("its policy is known only after the deployment", "write it with names that are known before");
    const any = actions.find((action) => action.includes("*") && !describes.test(action));
    if (any !== undefined && names.includes("*"))
      return bad(`it gives ${any} for every resource`, "name the actions and the resources");
  }
  return good(`it gives ${actions.join(", ") || "what its rules say"} for ${targetText(grant)}`);
}

function targetText({ targets, names }: Grant): string {
  const all = [...targets.map(({ name }) => name), ...(targets.length === 0 ? names : [])];
  return all.join(", ") || "what it names";
}

const roleTypes = [
  "kubernetes:rbac.authorization.k8s.io/v1/Role",
  "kubernetes:rbac.authorization.k8s.io/v1/ClusterRole",
];

function ofRole({ inputs }: GraphResource): Sight[] {
  return listAt(inputs, "rules").map((rule) => {
    const [verbs, resources] = [textsAt(rule, "verbs"), textsAt(rule, "resources")];
    return verbs.includes("*") && resources.includes("*")
      ? bad("its verbs and its resources are *", "name the verbs and the resources")
      : good(`${verbs.join(", ")} of ${resources.join(", ") || textsAt(rule, "nonResourceURLs").join(", ")}`);
  });
}

function judgedGrants(graph: Graph): Map<GraphResource, Sight[]> {
  const sights = new Map<GraphResource, Sight[]>();
  for (const grant of grantsOf(graph)) {
    if (valueAt(grant.resource.inputs, "assumeRolePolicy") !== undefined) continue;
    sights.set(grant.resource, [...(sights.get(grant.resource) ?? []), ofGrant(grant)]);
  }
  for (const role of graph.ofType(...roleTypes)) sights.set(role, ofRole(role));
  return sights;
}

/** Rights are for resources that are named. */
export const i03: Rule = {
  id: "B-I03",
  severity: "high",
  alone: true,
  statement: "Grants name a resource.",
  proof:
    "actions and resources of every policy, the level of every role that is given, the rules of every role of a cluster",
  judge: (graph) =>
    [...judgedGrants(graph)]
      .filter(([resource]) => appliesTo("B-I03", graph.factsOf(resource)))
      .map(([{ urn }, sights]) => judgedBy(urn, sights.length === 0 ? [good("it gives nothing")] : sights)),
};
