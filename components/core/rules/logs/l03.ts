import { appliesTo } from "../applicability";
import type { GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, property, type Sight } from "../sights";
import { keyTypes } from "../stores";

const guard = (path: string): ((inputs: GraphResource["inputs"]) => Sight[]) => {
  const wanted = { is: [true], fix: `set ${path} to true` };
  return (inputs) => [property(inputs, path, wanted)];
};

const unforced = (inputs: GraphResource["inputs"]): Sight[] => [
  property(inputs, "forceDestroy", { is: [false], byDefault: false, fix: "remove forceDestroy" }),
];

const looks: Readonly<Record<string, (inputs: GraphResource["inputs"]) => Sight[]>> = {
  "aws:rds/instance": guard("deletionProtection"),
  "aws:rds/cluster": guard("deletionProtection"),
  "gcp:sql/databaseInstance": (inputs) => [
    property(inputs, "deletionProtection", { is: [true], byDefault: true, fix: "set deletionProtection to true" }),
    property(inputs, "settings.deletionProtectionEnabled", {
      is: [true],
      fix: "set settings.deletionProtectionEnabled to true",
    }),
  ],
  "aws:s3/bucket": unforced,
  "gcp:storage/bucket": unforced,
  ...Object.fromEntries(keyTypes.map((type) => [type, (): Sight[] => []])),
};

/** What keeps data is not lost by accident. */
export const l03: Rule = {
  id: "B-L03",
  severity: "medium",
  alone: true,
  statement: "Stateful resources are guarded.",
  proof: "the cloud's own guard of databases, and the engine's of databases, keys and buckets, in production",
  judge: (graph) =>
    graph.ofType(...Object.keys(looks)).flatMap((resource) => {
      const facts = graph.factsOf(resource);
      const { stage = "production" } = facts;
      if (stage !== "production" || !appliesTo("B-L03", facts)) return [];
      if (facts.rebuildable === true) return [judgedBy(resource.urn, [good("what it holds can be made again")])];
      const kept = resource.protected
        ? good("it is protected")
        : resource.retained
          ? good("it stays when it leaves the program")
          : bad("it is not protected", "set its option protect");
      return [judgedBy(resource.urn, [kept, ...(looks[resource.type]?.(resource.inputs) ?? [])])];
    }),
};
