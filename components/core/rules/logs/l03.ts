import { appliesTo } from "../applicability";
import { valueAt, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, property, type Sight } from "../sights";
import { keyTypes, storeKinds, volumeTypes } from "../stores";

const guard = (path: string): ((inputs: GraphResource["inputs"]) => Sight[]) => {
  const wanted = { is: [true], fix: `set ${path} to true` };
  return (inputs) => [property(inputs, path, wanted)];
};

const unforced = (inputs: GraphResource["inputs"]): Sight[] => [
  property(inputs, "forceDestroy", { is: [false], byDefault: false, fix: "remove forceDestroy" }),
];

/** Whether copies of a database are made. */
const copied = (inputs: GraphResource["inputs"]): Sight[] =>
  inputs.backupRetentionPeriod === 0
    ? [bad("backupRetentionPeriod is 0, so that no copy is made", "set backupRetentionPeriod to at least 1")]
    : [];

/** Kinds of stores that only the engine guards. */
const kept: readonly string[] = [
  ...storeKinds
    .filter(({ what }) => ["relational", "block", "file", "analytics", "secret", "backup"].includes(what))
    .map(({ type }) => type),
  ...volumeTypes,
  ...keyTypes,
];

const looks: Readonly<Record<string, (inputs: GraphResource["inputs"]) => Sight[]>> = {
  ...Object.fromEntries(kept.map((type) => [type, (): Sight[] => []])),
  "aws:rds/instance": (inputs) => [...guard("deletionProtection")(inputs), ...copied(inputs)],
  "aws:rds/cluster": guard("deletionProtection"),
  "aws:docdb/cluster": guard("deletionProtection"),
  "aws:dynamodb/table": guard("deletionProtectionEnabled"),
  "gcp:sql/databaseInstance": (inputs) => [
    property(inputs, "deletionProtection", { is: [true], byDefault: true, fix: "set deletionProtection to true" }),
    property(inputs, "settings.deletionProtectionEnabled", {
      is: [true],
      fix: "set settings.deletionProtectionEnabled to true",
    }),
    ...(valueAt(inputs, "settings.backupConfiguration.enabled") === false
      ? [bad("settings.backupConfiguration.enabled is false", "set settings.backupConfiguration.enabled to true")]
      : []),
  ],
  "aws:eks/cluster": guard("deletionProtection"),
  "gcp:container/cluster": (inputs) => [
    property(inputs, "deletionProtection", { is: [true], byDefault: true, fix: "set deletionProtection to true" }),
  ],
  "aws:s3/bucket": unforced,
  "gcp:storage/bucket": unforced,
};

/** What keeps data is not lost by accident. */
export const l03: Rule = {
  id: "B-L03",
  severity: "medium",
  alone: true,
  statement: "Stateful resources are guarded.",
  proof:
    "the cloud's own guard of databases and clusters, their copies, and the engine's guard of every store and key, in production",
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
