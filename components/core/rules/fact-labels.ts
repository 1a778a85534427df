import type { Boundary, BoundaryFacts, StoredClass } from "./facts";
import { factTags, shortType } from "./graph";
import { labelText } from "./label-text";
import { storeKindOf } from "./stores";

/** Inputs of tags and labels that are not `tags` or `labels`; stores of these types without one have none. */
const otherInputs: Readonly<Record<string, string | undefined>> = {
  "gcp:sql/databaseInstance": "settings.userLabels",
  "gcp:container/cluster": "resourceLabels",
  "gcp:logging/projectBucketConfig": undefined,
};

/** Classes in the order of labels. */
const worstFirst: readonly StoredClass[] = [
  "user-data",
  "identity",
  "secret",
  "operational",
  "configuration",
  "public-code",
];

/** Input of a store in which its tags or labels are; undefined for what is no store, or has none. All change in place. */
export function labelInputOf(token: string): string | undefined {
  const type = shortType(token);
  if (storeKindOf({ type }) === undefined) return undefined;
  if (type in otherInputs) return otherInputs[type];
  return type.startsWith("aws:") ? "tags" : "labels";
}

/** Classes of data as one label, worst first. */
export function classLabel(classes: readonly StoredClass[]): string {
  return worstFirst.filter((each) => classes.includes(each)).join("_");
}

/** Classes that a label tells. */
function classesIn(label: string): StoredClass[] {
  return worstFirst.filter((each) => label.split("_").includes(each));
}

function labelsOf(facts: BoundaryFacts): Record<string, string> {
  const { zone, owner, cell, tenant } = facts;
  const texts = { zone, owner, cell, tenant };
  return Object.fromEntries(
    Object.entries(texts).flatMap(([fact, text]) =>
      text === undefined ? [] : [[factTags[fact as keyof typeof texts], labelText(text)]],
    ),
  );
}

/**
 * Labels of a store with the facts that a component states of it beside those it has. What is nearer to the store has
 * labelled it before, and counts; classes that are stated of the very store add up.
 */
export function withFacts(
  { facts, children = {} }: Boundary,
  { type, name }: { readonly type: string; readonly name: string },
  labels: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const own = { ...children[shortType(type)], ...children[name] };
  const had = labels[factTags.dataClasses];
  const known = typeof had === "string" ? classesIn(had) : undefined;
  const classes =
    own.dataClasses === undefined ? (known ?? facts.dataClasses) : [...new Set([...(known ?? []), ...own.dataClasses])];
  return {
    ...labelsOf({ ...facts, ...own }),
    ...labels,
    ...(classes === undefined || classes.length === 0 ? {} : { [factTags.dataClasses]: classLabel(classes) }),
  };
}
