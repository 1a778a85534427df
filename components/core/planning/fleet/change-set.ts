/** What the engine says of one step it would take, as far as a change set needs it. */
export interface EngineStep {
  /** What it would do, e.g. `create-replacement`. */
  readonly op: string;
  /** Type of the resource. */
  readonly type: string;
  /** Name of the resource in the state. */
  readonly urn: string;
  /** The resource before; absent where it is new. */
  readonly old?: { readonly protect?: boolean; readonly outputs?: Readonly<Record<string, unknown>> };
  /** The resource after; absent where it goes. */
  readonly new?: { readonly outputs?: Readonly<Record<string, unknown>> };
  /** Properties that change. */
  readonly diffs?: readonly string[] | null;
  /** Properties that change, by their path. */
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
}

/** What is done to a resource, or what became of it. */
export const resourceChanges = ["create", "update", "replace", "delete"] as const;

/** What is done to a resource. */
export type ChangeKind = (typeof resourceChanges)[number];

/** One resource that changes. */
export interface ResourceChange {
  /** What is done to it. */
  readonly change: ChangeKind;
  /** Its type. */
  readonly type: string;
  /** Its name. */
  readonly name: string;
  /** Properties that change, sorted; values are not shown, since they may be secret. */
  readonly properties: readonly string[];
  /** Whether it is there and protected, as everything is that holds data. */
  readonly protected: boolean;
}

/** What an update would change of one stack. */
export interface ChangeSet {
  /** How many resources of each change. */
  readonly counts: Readonly<Record<ChangeKind, number>>;
  /** How many protected ones are changed, replaced or deleted. */
  readonly protected: number;
  /** Every resource that changes, in the order of the engine. */
  readonly changes: readonly ResourceChange[];
}

const kinds: Readonly<Record<string, ChangeKind>> = {
  create: "create",
  import: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  delete: "delete",
  discard: "delete",
};

/** Properties a step changes: those the provider names, else those whose values differ. */
function propertiesOf({ diffs, detailedDiff, old, new: next }: EngineStep): string[] {
  const named = Object.keys(detailedDiff ?? {});
  if (named.length > 0) return named.sort();
  if (diffs !== undefined && diffs !== null && diffs.length > 0) return [...diffs].sort();
  const [before, after] = [old?.outputs ?? {}, next?.outputs ?? {}];
  if (old === undefined || next === undefined) return [];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .sort();
}

/** What the steps of a preview come to: the two or three steps of a replacement are one change. */
export function changeSetOf(steps: readonly EngineStep[]): ChangeSet {
  const changes = new Map<string, ResourceChange>();
  for (const step of steps) {
    const { op, type, urn, old } = step;
    const change = kinds[op];
    if (change === undefined || type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:")) continue;
    const known = changes.get(urn);
    changes.set(urn, {
      change,
      type,
      name: urn.split("::").at(-1) ?? "",
      properties: [...new Set([...(known?.properties ?? []), ...propertiesOf(step)])].sort(),
      protected: known?.protected === true || old?.protect === true,
    });
  }
  const all = [...changes.values()];
  const count = (kind: ChangeKind) => all.filter(({ change }) => change === kind).length;
  return {
    counts: { create: count("create"), update: count("update"), replace: count("replace"), delete: count("delete") },
    protected: all.filter((each) => each.protected && each.change !== "create").length,
    changes: all,
  };
}
