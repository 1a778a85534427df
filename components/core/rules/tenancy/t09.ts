import { appliesTo } from "../applicability";
import { valueAt, type GraphResource } from "../graph";
import { grantsOf } from "../identities/grants";
import { statementsOf, type Statement } from "../identities/policy";
import type { Rule } from "../rule";
import { bad, good, judgedBy, unseen, type Sight } from "../sights";

const policyInputs = ["policy", "assumeRolePolicy"];
const isTenantTag = (key: string): boolean => /^aws:(Principal|Resource|Request)Tag\/.*tenant/i.test(key);

/** Operators that are fulfilled where the tag is missing. */
const withoutTag = (operator: string): boolean =>
  operator.includes("Not") || operator.endsWith("IfExists") || operator.startsWith("ForAllValues:");

function ofStatement({ allows, conditions }: Statement): Sight[] {
  const named = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.keys(keys)
      .filter(isTenantTag)
      .map((key) => ({ operator, key, value: keys[key] })),
  );
  if (named.length === 0) return [];
  const present = named.some(({ operator, value }) => operator === "Null" && String(value) === "false");
  const positive = named.some(({ operator }) => operator !== "Null" && !withoutTag(operator));
  const loose = named.find(({ operator }) => withoutTag(operator));
  if (!allows || present || positive || loose === undefined)
    return [good(`${named.map(({ operator, key }) => `${operator} of ${key}`).join(" and ")} needs the tenant`)];
  return [
    bad(
      `${loose.operator} of ${loose.key} is fulfilled where the tenant is missing`,
      `add Null of ${loose.key}: false, or match it positively`,
    ),
  ];
}

function ofPolicies({ inputs }: GraphResource): Sight[] {
  return policyInputs.flatMap((input) => {
    const statements = statementsOf(valueAt(inputs, input));
    if (statements !== undefined) return statements.flatMap(ofStatement);
    return [
      unseen(`${input} is known only after the deployment`, "write its conditions so that they are known before"),
    ];
  });
}

/** Conditions of Google on tags of tenants. */
function ofCondition(condition: string | undefined): Sight[] {
  if (condition === undefined || !/resource\.(matchTag|hasTagKey)/.test(condition) || !/tenant/i.test(condition))
    return [];
  return /!\s*resource\.matchTag/.test(condition) && !condition.includes("resource.hasTagKey")
    ? [bad(`${condition} is fulfilled where the tenant is missing`, "add resource.hasTagKey, or match it positively")]
    : [good(`${condition} needs the tenant`)];
}

/** What names no tenant is refused. */
export const t09: Rule = {
  id: "B-T09",
  severity: "high",
  alone: true,
  statement: "Where data of tenants is kept apart by prefix, what names no tenant is refused.",
  proof:
    "conditions of policies on tags of tenants: a match that is turned around is fulfilled where the tag is missing",
  judge: (graph) => {
    const grants = grantsOf(graph).filter(({ resource }) => resource.type.startsWith("gcp:"));
    return graph.resources
      .filter((resource) => appliesTo("B-T09", graph.factsOf(resource)))
      .flatMap((resource) => {
        const sights = [
          ...(resource.type.startsWith("aws:") ? ofPolicies(resource) : []),
          ...grants.filter((grant) => grant.resource === resource).flatMap(({ condition }) => ofCondition(condition)),
        ];
        return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
      });
  },
};
