import { secretValue, unknownValue, valueAt } from "../graph";
import { parsed } from "../workloads";

/** A statement of a policy of AWS. */
export interface Statement {
  readonly allows: boolean;
  /** Actions; for all but some, `*`. */
  readonly actions: readonly string[];
  /** Resources, likewise. */
  readonly resources: readonly string[];
  /** Who it names: accounts, roles, services, `*`. */
  readonly principals: readonly string[];
  /** Values by operator and condition key. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const texts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === "string");

function principalsOf(value: unknown): readonly string[] {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return texts(value);
  return Object.values(value).flatMap(texts);
}

function statement(given: unknown): Statement {
  const at = (name: string): unknown =>
    valueAt(given, name) ?? valueAt(given, name.charAt(0).toLowerCase() + name.slice(1));
  return {
    allows: at("Effect") !== "Deny",
    actions: at("NotAction") === undefined ? texts(at("Action")) : ["*"],
    resources: at("NotResource") === undefined ? texts(at("Resource")) : ["*"],
    principals: at("NotPrincipal") === undefined ? principalsOf(at("Principal")) : ["*"],
    conditions: (at("Condition") ?? {}) as Statement["conditions"],
  };
}

/** Statements of a policy, given as JSON or as an object; undefined where they cannot be seen. */
export function statementsOf(policy: unknown): readonly Statement[] | undefined {
  if (policy === undefined || policy === null) return [];
  const document = parsed(policy);
  if (document === undefined || document === unknownValue || document === secretValue) return undefined;
  const given = valueAt(document, "Statement") ?? valueAt(document, "statements") ?? [];
  if (given === unknownValue || given === secretValue) return undefined;
  return (Array.isArray(given) ? given : [given]).map(statement);
}
