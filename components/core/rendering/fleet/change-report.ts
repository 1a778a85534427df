import { resourceChanges, type ChangeSet } from "../../planning/fleet/change-set";
import type { Section } from "../section";

/** What a look at one instance gave. */
export interface Looked {
  /** Opaque name. */
  readonly id: string;
  /** Short name for people. */
  readonly slug: string;
  /** Release it runs; absent where nothing is deployed. */
  readonly from?: string;
  /** Release it was asked for. */
  readonly to: string;
  /** What would change, or has; absent where the look failed. */
  readonly changes?: ChangeSet;
  /** Why the look failed. */
  readonly error?: string;
}

/** The first line of a message, so that a row stays one. */
function line(text: string | undefined): string {
  return (
    text
      ?.split("\n")
      .slice(0, 2)
      .map((part) => part.trim())
      .join(" ") ?? ""
  );
}

function summaryOf(looked: readonly Looked[], changed: string): string {
  const some = looked.filter(({ changes }) => (changes?.changes.length ?? 0) > 0).length;
  const failed = looked.filter(({ error }) => error !== undefined).length;
  return [`${some} of ${looked.length} ${changed}`, ...(failed === 0 ? [] : [`${failed} could not be looked at`])].join(
    ", ",
  );
}

const counts = resourceChanges.map((title) => ({ title, align: "right" as const }));

/** Change sets of a fleet as a table, with what protected data they touch. */
export function previewSections(fleet: string, looked: readonly Looked[]): Section[] {
  return [
    {
      id: "preview",
      title: `Preview of ${fleet}`,
      summary: summaryOf(looked, "would change"),
      columns: [
        { title: "instance" },
        { title: "slug" },
        { title: "from" },
        { title: "to" },
        ...counts,
        { title: "note" },
      ],
      rows: looked.map(({ id, slug, from = "", to, changes, error }) => [
        id,
        slug,
        from,
        to,
        ...resourceChanges.map((kind) => (changes === undefined ? "" : String(changes.counts[kind]))),
        changes !== undefined && changes.protected > 0
          ? `touches protected data: ${changes.changes
              .filter((each) => each.protected && each.change !== "create")
              .map(({ change, name }) => `${change} ${name}`)
              .join(", ")}`
          : line(error),
      ]),
    },
  ];
}

/** What differs from the states of a fleet as a table, a row for each resource. */
export function driftSections(fleet: string, looked: readonly Looked[]): Section[] {
  return [
    {
      id: "drift",
      title: `Drift of ${fleet}`,
      summary: summaryOf(looked, "differ from their state"),
      columns: [{ title: "instance" }, { title: "slug" }, { title: "resource" }, { title: "differs" }],
      rows: looked.flatMap(({ id, slug, changes, error }) =>
        error === undefined
          ? (changes?.changes ?? []).map(({ change, type, name, properties }) => [
              id,
              slug,
              `${type} ${name}`,
              change === "delete" ? "is gone" : properties.join(", "),
            ])
          : [[id, slug, "", line(error)]],
      ),
    },
  ];
}
