import { appliesTo } from "../applicability";
import { valueAt, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, listAt, property, unseen, type Sight } from "../sights";

const unset = (value: unknown): boolean => value === undefined;

const managed: Readonly<Record<string, (inputs: GraphResource["inputs"]) => Sight[]>> = {
  "aws:elasticache/replicationGroup": (inputs) => [
    property(inputs, "snapshotRetentionLimit", { is: [0], fix: "set snapshotRetentionLimit to 0" }),
    property(inputs, "finalSnapshotIdentifier", { is: unset, fix: "remove finalSnapshotIdentifier" }),
  ],
  "gcp:redis/instance": (inputs) => [
    property(inputs, "persistenceConfig.persistenceMode", {
      is: ["DISABLED"],
      fix: "set persistenceConfig.persistenceMode to DISABLED",
    }),
  ],
  "gcp:memorystore/instance": (inputs) => [
    property(inputs, "persistenceConfig.mode", { is: ["DISABLED"], fix: "set persistenceConfig.mode to DISABLED" }),
  ],
};

const pods = ["kubernetes:apps/v1/StatefulSet", "kubernetes:apps/v1/Deployment"];

/** What the pods of a cache show; nothing for what is no cache. */
function podSights({ inputs }: GraphResource): Sight[] {
  const cache = listAt(inputs, "spec.template.spec.containers").find((container) =>
    /(^|\/)[^/]*(redis|valkey)[^/]*$/.test(String(valueAt(container, "image"))),
  );
  if (cache === undefined) return [];
  const claims = [
    ...listAt(inputs, "spec.volumeClaimTemplates"),
    ...listAt(inputs, "spec.template.spec.volumes").filter(
      (volume) => valueAt(volume, "persistentVolumeClaim") !== undefined,
    ),
  ];
  const words = [...listAt(cache, "command"), ...listAt(cache, "args")];
  const save = words.indexOf("--save");
  const off = 'start it with --save ""';
  return [
    claims.length === 0
      ? good("it has no claim")
      : bad("it keeps its data on a claim", "give it an emptyDir in place of the claim"),
    save < 0
      ? unseen("its arguments do not say whether it saves", off)
      : words[save + 1] === ""
        ? good("save is off")
        : bad(`it saves: ${String(words[save + 1])}`, off),
  ];
}

/** Caches of the admin zone keep nothing. */
export const d04: Rule = {
  id: "B-D04",
  severity: "high",
  alone: true,
  statement: "Caches of the admin zone do not persist.",
  proof:
    "the inputs for snapshots and persistence of every cache, and the volumes and arguments of those that are pods",
  judge: (graph) =>
    [...graph.ofType(...Object.keys(managed)), ...graph.ofType(...pods)].flatMap((resource) => {
      if (!appliesTo("B-D04", graph.factsOf(resource))) return [];
      const sights = managed[resource.type]?.(resource.inputs) ?? podSights(resource);
      return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
    }),
};
