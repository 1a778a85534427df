import { appliesTo } from "../applicability";
import { unknownValue, valueAt } from "../graph";
import type { Judgement, Rule } from "../rule";
import { keyOf, storesOf } from "../stores";
import { ownerOfKey } from "./key-owner";

/** Every store has a key of the program. */
export const k01: Rule = {
  id: "B-K01",
  severity: "critical",
  statement: "Every store outside development is encrypted with a key that is managed by the customer.",
  proof: "the key's input of every store is made from a key of the program, and encryption is not switched off",
  judge: (graph) =>
    storesOf(graph).flatMap((store): Judgement[] => {
      const { resource, kind } = store;
      const facts = graph.factsOf(resource);
      if (facts.stage === "development" || !appliesTo("B-K01", facts)) return [];
      const key = keyOf(graph, store);
      const of = resource.urn;
      const fix = `set ${kind.key} to a key of this zone`;
      if (kind.encrypted !== undefined && valueAt(resource.inputs, kind.encrypted) === false)
        return [{ of, verdict: "broken", because: `${kind.encrypted} is false`, fix: `set ${kind.encrypted} to true` }];
      if (key === undefined)
        return [{ of, verdict: "broken", because: `no ${kind.keyOn?.type ?? "companion"} names its key`, fix }];
      const [first] = key.keys;
      if (first !== undefined) return [{ of, verdict: "holds", because: `${key.input} is ${first.name}` }];
      if (key.value === undefined || key.value === null)
        return [{ of, verdict: "broken", because: `${key.input} is not set, so the provider's own key is used`, fix }];
      if (key.value === unknownValue)
        return [{ of, verdict: "unproven", because: `${key.input} is known only after the deployment`, fix }];
      const owner = ownerOfKey(key.value);
      if (owner !== undefined && facts.modes?.includes("byok") === true && facts.admits?.includes(owner) === true)
        return [{ of, verdict: "holds", because: `${key.input} is of the customer's account ${owner}` }];
      return [
        {
          of,
          verdict: "unproven",
          because: `${key.input} is a key that this program did not make`,
          fix: `${fix}, or declare whose it is`,
        },
      ];
    }),
};
