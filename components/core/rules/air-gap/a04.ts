import { appliesTo } from "../applicability";
import type { BoundaryFacts } from "../facts";
import { valueAt, type Graph, type GraphResource } from "../graph";
import { ownerOfKey } from "../keys/key-owner";
import type { Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, unseen, type Sight } from "../sights";
import { keyOf, keyTypes, storesOf, type Store } from "../stores";

const fix = "use the key that the customer owns";

const isByok = ({ modes, tenancy }: BoundaryFacts): boolean => modes?.includes("byok") === true || tenancy === "byok";

/** Why a key is the customer's; undefined where it is ours. */
function ownedBy(graph: Graph, key: GraphResource): string | undefined {
  const level = valueAt(key.inputs, "versionTemplate.protectionLevel");
  if (graph.factsOf(key).keyOwner === "customer") return "which the customer owns";
  if (key.type === "aws:kms/externalKey") return "whose material the customer has";
  if (valueAt(key.inputs, "customKeyStoreId") !== undefined) return "which is in a key store of the customer";
  return level === "EXTERNAL" || level === "EXTERNAL_VPC" ? `whose level is ${level}` : undefined;
}

function ofKey(graph: Graph, key: GraphResource, input: string): Sight {
  const why = ownedBy(graph, key);
  return why === undefined
    ? bad(`${input} is ${key.name}, which is ours`, fix)
    : good(`${input} is ${key.name}, ${why}`);
}

function ofStore(graph: Graph, store: Store): Sight[] {
  const key = keyOf(graph, store);
  const { account, admits = [] } = graph.factsOf(store.resource);
  if (key === undefined || (key.keys.length === 0 && (key.value === undefined || key.value === null)))
    return [bad("no key is set, so it is under one of the provider", fix)];
  if (key.keys.length > 0) return key.keys.map((each) => ofKey(graph, each, key.input));
  if (isHidden(key.value)) return [unseen(`${key.input} is ${inText(key.value)}`, fix)];
  const owner = ownerOfKey(key.value);
  if (owner === undefined || account === undefined)
    return [
      unseen(
        `${key.input} is ${inText(key.value)}, and nothing states whose it is`,
        "state account, and the customer's in admits",
      ),
    ];
  if (owner === account) return [bad(`${key.input} is of our account ${owner}`, fix)];
  return admits.includes(owner)
    ? [good(`${key.input} is of the customer's account ${owner}`)]
    : [unseen(`${key.input} is of account ${owner}, which nothing states to be the customer's`, "state it in admits")];
}

/** With a key of the customer's nothing stays readable without it. */
export const a04: Rule = {
  id: "B-A04",
  severity: "critical",
  statement: "Where the customer brings a key, it is that of every store, backups and logs too.",
  proof: "the key of every store, whose it is, and that there is no other key to fall back to",
  probe: "the customer takes the key back in a rehearsal, and nothing can be read any more",
  judge: (graph) => {
    const judged = (resource: GraphResource): boolean => {
      const facts = graph.factsOf(resource);
      return isByok(facts) && appliesTo("B-A04", { ...facts, modes: [...(facts.modes ?? []), "byok"] });
    };
    return [
      ...storesOf(graph)
        .filter(({ resource }) => judged(resource))
        .map((store) => judgedBy(store.resource.urn, ofStore(graph, store))),
      ...graph
        .ofType(...keyTypes)
        .filter(judged)
        .map((key) => {
          const why = ownedBy(graph, key);
          return judgedBy(key.urn, [
            why === undefined ? bad("it is a key of ours to fall back to", "remove it") : good(`it is a key ${why}`),
          ]);
        }),
    ];
  },
};
