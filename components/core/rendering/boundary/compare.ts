import { counted } from "../../product/counted";
import {
  cellsText,
  classesText,
  connectionText,
  connectionCells,
  listenerCells,
  placeText,
  rightCells,
  shownText,
  storeCells,
  verdictText,
} from "./report";
import type { BoundaryReport, ReportedFinding } from "./model";
import type { Section } from "../section";

/** Something that two reports do not say alike. */
export interface Change {
  /** `new` and `gone` of the whole; `changed` where both know it. */
  readonly change: "new" | "gone" | "changed";
  /** What it is, in words. */
  readonly what: string;
  /** What the older report says; absent for what is new. */
  readonly before?: string;
  /** What the newer one says; absent for what is gone. */
  readonly after?: string;
}

/** What changed from one report to another, by what it is about. Each list is in a fixed order. */
export interface BoundaryChanges {
  /** What was judged then, and on which day. */
  readonly from: { readonly of: string; readonly day: string };
  readonly to: { readonly of: string; readonly day: string };
  /** What speaks against the boundaries: broken and unproven. */
  readonly findings: readonly Change[];
  readonly rules: readonly Change[];
  readonly stores: readonly Change[];
  readonly listeners: readonly Change[];
  readonly reach: readonly Change[];
  readonly scopes: readonly Change[];
  readonly keys: readonly Change[];
  readonly identities: readonly Change[];
  readonly rights: readonly Change[];
  readonly exceptions: readonly Change[];
  readonly credentials: readonly Change[];
}

/** Names of the lists of changes, with their titles, in the order of a review. */
const changeTitles = {
  findings: "What speaks against it",
  exceptions: "Exceptions",
  reach: "Who may reach what",
  listeners: "What answers from outside",
  scopes: "What services may ask of each other",
  rights: "Rights",
  identities: "Identities",
  stores: "Where data rests",
  keys: "Keys",
  credentials: "Credentials between deployments",
  rules: "Rules",
} as const satisfies Readonly<Record<Exclude<keyof BoundaryChanges, "from" | "to">, string>>;

/** Names of the lists of changes. */
type ChangeList = keyof typeof changeTitles;

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What each name says, all of it where several have one name. */
function named<Each>(
  list: readonly Each[],
  name: (each: Each) => string,
  says: (each: Each) => string,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string[]>();
  for (const each of list) texts.set(name(each), [...(texts.get(name(each)) ?? []), says(each)]);
  return new Map([...texts].map(([key, all]) => [key, [...new Set(all)].sort(byText).join("\n")]));
}

/** Compares two lists by name. */
function compared<Each>(
  [before, after]: readonly [readonly Each[], readonly Each[]],
  name: (each: Each) => string,
  says: (each: Each) => string,
): Change[] {
  const [old, now] = [named(before, name, says), named(after, name, says)];
  return [...new Set([...old.keys(), ...now.keys()])].sort(byText).flatMap((what): Change[] => {
    const [was, is] = [old.get(what), now.get(what)];
    if (was === is) return [];
    if (was === undefined) return [{ change: "new", what, ...(is === undefined ? {} : { after: is }) }];
    if (is === undefined) return [{ change: "gone", what, before: was }];
    return [{ change: "changed", what, before: was, after: is }];
  });
}

/** Words and their meaning, without those that have none. */
function told(parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts)
    .filter(([, value]) => value !== "")
    .map(([word, value]) => `${word} ${value}`)
    .join("; ");
}

const weak = ({ findings }: BoundaryReport): ReportedFinding[] => findings.filter(({ verdict }) => verdict !== "holds");

/** What changed from an older report to a newer one. */
export function compareReports(before: BoundaryReport, after: BoundaryReport): BoundaryChanges {
  const both = <Each>(list: (report: BoundaryReport) => readonly Each[]) => [list(before), list(after)] as const;
  return {
    from: { of: before.of, day: before.day },
    to: { of: after.of, day: after.day },
    findings: compared(
      both(weak),
      ({ rule, of }) => `${rule} ${of}`,
      (finding) => `${verdictText(finding)}: ${shownText(finding)}`,
    ),
    exceptions: compared(
      both(({ exceptions }) => exceptions),
      ({ rule, resource }) => `${rule} ${resource}`,
      ({ expires, owner, reason, covers }) => told({ until: expires, owner, covers: covers ? "" : "nothing", reason }),
    ),
    reach: compared(
      both(({ connections }) => connections),
      (connection) => [connectionText(connection), cellsText(connection)].filter((each) => each !== "").join(", "),
      (connection) => {
        const [, plane = "", contract = "", credential = "", carries = "", over = ""] = connectionCells(connection);
        return told({ plane, contract, credential, carries, over });
      },
    ),
    listeners: compared(
      both((report) => report.listeners),
      ({ name }) => name,
      (listener) => {
        const [, zone = "", plane = "", service = "", hosts = ""] = listenerCells(listener);
        return told({ zone, plane, service, hosts, paths: listener.paths.join(", ") });
      },
    ),
    scopes: compared(
      both(({ scopes }) => scopes),
      ({ caller, callee, client, scope }) => `${caller} at ${callee}: ${scope} by ${client}`,
      ({ tokenSeconds }) => told({ "token lives": tokenSeconds === undefined ? "unstated" : `${tokenSeconds} s` }),
    ),
    rights: compared(
      both((report) => report.rights),
      ({ by, type }) => `${by} (${type})`,
      (right) => {
        const [, may = "", on = "", when = ""] = rightCells(right);
        return told({ to: right.to.join(", "), may, on, when });
      },
    ),
    identities: compared(
      both(({ identities }) => identities),
      ({ name, type }) => `${name} (${type})`,
      (identity) => told({ zone: placeText(identity), runs: identity.runs.join(", ") }),
    ),
    stores: compared(
      both(({ stores }) => stores),
      ({ name, type }) => `${name} (${type})`,
      (store) => {
        const [, , zone = "", owner = "", , key = "", open = "", kept = ""] = storeCells(store);
        return told({ zone, owner, holds: classesText(store), key, public: open, kept });
      },
    ),
    keys: compared(
      both(({ keys }) => keys),
      ({ name, type }) => `${name} (${type})`,
      (key) =>
        told({
          zone: placeText(key),
          of: key.whose,
          encrypts: key.encrypts.join(", "),
          "used by": key.users.join(", "),
        }),
    ),
    credentials: compared(
      both(({ credentials }) => credentials),
      ({ name, holder }) => `${name} of ${holder}`,
      ({ kind, scope, kept, blastRadius, rotation }) =>
        told({ kind, opens: scope, kept, "whoever has it can": blastRadius, rotation: rotation.join(", ") }),
    ),
    rules: compared(
      both(({ rules }) => rules),
      ({ id }) => id,
      ({ severity, statement, proof, probe = "", absolute }) =>
        told({ severity, statement, proof, probe, exception: absolute === true ? "never" : "possible" }),
    ),
  };
}

/** Findings that are new or got worse: what a reviewer has to look at first. */
function worse({ findings }: BoundaryChanges): Change[] {
  return findings.filter(
    ({ change, before = "", after = "" }) =>
      change === "new" || (change === "changed" && after.startsWith("broken:") && !before.startsWith("broken:")),
  );
}

const lists = Object.keys(changeTitles) as ChangeList[];

/** How many changes there are in all. */
export function changeCount(changes: BoundaryChanges): number {
  return lists.reduce((sum, list) => sum + changes[list].length, 0);
}

/** What changed, as sections. */
export function changeSections(changes: BoundaryChanges): Section[] {
  const { from } = changes;
  const all = changeCount(changes);
  const count = (list: ChangeList, change: Change["change"]): string =>
    String(changes[list].filter((each) => each.change === change).length);
  const bad = worse(changes).length;
  const overview: Section = {
    id: "changes",
    title: "Boundaries, compared",
    summary:
      all === 0
        ? `as they were in the report on ${from.of} of ${from.day}`
        : `${counted(all, "change")} since the report on ${from.of} of ${from.day}${bad === 0 ? ", none of them for the worse" : `, ${counted(bad, "finding")} for the worse`}`,
    columns:
      all === 0
        ? []
        : [{ title: "" }, ...["new", "gone", "changed"].map((title) => ({ title, align: "right" as const }))],
    rows:
      all === 0
        ? []
        : lists
            .filter((list) => changes[list].length > 0)
            .map((list) => [changeTitles[list], count(list, "new"), count(list, "gone"), count(list, "changed")]),
  };
  return [
    overview,
    ...lists
      .filter((list) => changes[list].length > 0)
      .map((list): Section => ({
        id: `changes-${list}`,
        title: `${changeTitles[list]}: changes`,
        summary: counted(changes[list].length, "change"),
        columns: ["change", "what", "before", "now"].map((title) => ({ title })),
        rows: changes[list].map(({ change, what, before = "", after = "" }) => [change, what, before, after]),
      })),
  ];
}
