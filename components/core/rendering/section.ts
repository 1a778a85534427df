/** A part of a report: a heading and a table. Reports are made once and shown as text, Markdown or HTML. */
export interface Section {
  /** Stable name, e.g. for links within a page. */
  readonly id: string;
  readonly title: string;
  /** What the section says in one phrase, beside its title. */
  readonly summary?: string;
  /** All columns without a title: the rows are names and values. */
  readonly columns: readonly { readonly title: string; readonly align?: "right" }[];
  /** Rows of as many cells as there are columns. */
  readonly rows: readonly (readonly string[])[];
  /** Sentences below the table. */
  readonly notes?: readonly string[];
}

/** A section of names and values; those without a value are left out. */
export function facts(
  id: string,
  title: string,
  values: readonly (readonly [name: string, value: string | undefined])[],
): Section {
  return {
    id,
    title,
    columns: [{ title: "" }, { title: "" }],
    rows: values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  };
}
