import { counted } from "../../product/counted";
import { zones, type StoredClass, type Zone } from "../../rules/facts";
import type {
  BoundaryReport,
  ReportedConnection,
  ReportedFinding,
  ReportedListener,
  ReportedPlace,
  ReportedRight,
  ReportedStore,
} from "./model";
import type { Section } from "../section";

const unknown = "not stated";

/** A zone with its cell, in words. */
export function placeText({ zone, cell, tenant }: ReportedPlace): string {
  const within = [cell, tenant].filter((each) => each !== undefined);
  return `${zone ?? unknown}${within.length === 0 ? "" : ` (${within.join(", ")})`}`;
}

/** The verdict of a finding, with the exception that covers it. */
export function verdictText({ verdict, exceptedUntil }: ReportedFinding): string {
  return exceptedUntil === undefined ? verdict : `${verdict}, excepted until ${exceptedUntil}`;
}

/** What shows a finding, and what would mend it. */
export function shownText({ verdict, because, fix }: ReportedFinding): string {
  return verdict === "holds" || fix === undefined ? because : `${because}; ${fix}`;
}

/** A connection in words. */
export function connectionText({ from, to, port }: ReportedConnection): string {
  return `${from} to ${to}${port === undefined ? "" : ` at ${port}`}`;
}

/** Cells that a connection is of, in words. */
export function cellsText({ fromCell, toCell }: ReportedConnection): string {
  if (fromCell === toCell) return fromCell ?? "";
  return `${fromCell === undefined ? "" : `from ${fromCell}`}${toCell === undefined ? "" : `to ${toCell}`}`;
}

/** Classes of a store, in words. */
export function classesText({ classes }: ReportedStore): string {
  return classes === undefined ? unknown : classes.join(", ") || "none";
}

/** The first few of many names, and how many more there are. */
function namesText(names: readonly string[], most = 12): string {
  return names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}

function columns(...titles: readonly string[]): Section["columns"] {
  return titles.map((title) => ({ title }));
}

/** What the report says in one phrase. */
export function summaryText({ problems }: BoundaryReport): string {
  return problems.length === 0 ? "may be deployed" : `${counted(problems.length, "reason")} against it`;
}

function overview(report: BoundaryReport): Section {
  const { findings, rules } = report;
  const of = (verdict: ReportedFinding["verdict"]) => findings.filter((finding) => finding.verdict === verdict);
  const silent = rules.filter(({ id }) => !findings.some(({ rule }) => rule === id));
  const ids = (list: readonly ReportedFinding[]) => [...new Set(list.map(({ rule }) => rule))].join(", ");
  return {
    id: "verdict",
    title: "Boundaries",
    summary: summaryText(report),
    columns: [{ title: "" }, { title: "", align: "right" }, { title: "" }],
    rows: [
      ["holds", String(of("holds").length), ""],
      ["broken", String(of("broken").length), ids(of("broken"))],
      ["unproven", String(of("unproven").length), ids(of("unproven"))],
      ["rules that are about nothing here", String(silent.length), silent.map(({ id }) => id).join(", ")],
    ],
    notes: [
      "judged from what the program declares, before anything is deployed; a critical rule that cannot be shown to hold counts as broken",
    ],
  };
}

/** Findings by zone, in the order of zones; those of none last. */
export function findingsByZone({
  findings,
}: BoundaryReport): { readonly zone?: Zone; readonly findings: readonly ReportedFinding[] }[] {
  return [...zones, undefined].flatMap((zone) => {
    const own = findings.filter((finding) => finding.zone === zone);
    return own.length === 0 ? [] : [{ ...(zone === undefined ? {} : { zone }), findings: own }];
  });
}

/** Title of the part of a report that is about a zone. */
export function zoneTitle(zone: Zone | undefined): string {
  return zone === undefined ? "Without a zone" : `Zone ${zone}`;
}

function zoneSections(report: BoundaryReport): Section[] {
  const ruleOf = new Map(report.rules.map((rule) => [rule.id, rule]));
  return findingsByZone(report).map(({ zone, findings }) => ({
    id: `zone-${zone ?? "none"}`,
    title: zoneTitle(zone),
    summary: `${findings.filter(({ verdict }) => verdict === "holds").length} of ${findings.length} hold`,
    columns: columns("rule", "severity", "what has to be so", "resource", "verdict", "what shows it"),
    rows: findings.map((finding) => [
      finding.rule,
      ruleOf.get(finding.rule)?.severity ?? "",
      ruleOf.get(finding.rule)?.statement ?? "",
      finding.of,
      verdictText(finding),
      shownText(finding),
    ]),
  }));
}

/** A section of a list; nothing where the list is empty. */
function listed<Each>(
  list: readonly Each[],
  section: Omit<Section, "rows" | "columns"> & { readonly titles: readonly string[] },
  row: (each: Each) => readonly string[],
): Section[] {
  const { titles, ...more } = section;
  return list.length === 0 ? [] : [{ ...more, columns: columns(...titles), rows: list.map(row) }];
}

/** Cells of a store. */
export function storeCells(store: ReportedStore): string[] {
  const { name, kind, owner, keys, kept, writers } = store;
  return [
    name,
    kind,
    placeText(store),
    owner ?? unknown,
    classesText(store),
    keys.join(", "),
    store.public,
    kept.join(", "),
    namesText(writers),
  ];
}

/** Cells of a listener. */
export function listenerCells(listener: ReportedListener): string[] {
  const { name, plane, service, hosts, paths } = listener;
  return [name, placeText(listener), plane ?? unknown, service ?? unknown, hosts.join(", "), namesText(paths)];
}

/** Cells of a connection. */
export function connectionCells(connection: ReportedConnection): string[] {
  const { plane, contract, credential, carries, over } = connection;
  return [
    connectionText(connection),
    plane,
    contract ?? "",
    credential ?? "none stated",
    carries.join(", "),
    over ?? "",
    cellsText(connection),
  ];
}

/** Cells of a right. */
export function rightCells({ by, to, may, on, when }: ReportedRight): string[] {
  return [
    namesText(to),
    namesText(may) || "known only after the deployment",
    namesText(on) || "what it names",
    when ?? "",
    by,
  ];
}

function exceptionState({ daysLeft, covers }: { readonly daysLeft: number; readonly covers: boolean }): string {
  if (daysLeft < 0) return `over for ${counted(-daysLeft, "day")}`;
  return `${counted(daysLeft, "day")} left${covers ? "" : ", covers nothing"}`;
}

const storedClasses: readonly StoredClass[] = [
  "user-data",
  "identity",
  "secret",
  "operational",
  "configuration",
  "public-code",
];

/** Zones and cells that have stores, each once, in the order of zones; those of none last. */
export function storePlaces({ stores }: Pick<BoundaryReport, "stores">): ReportedPlace[] {
  const order = (zone: Zone | undefined): number => (zone === undefined ? zones.length : zones.indexOf(zone));
  const places = stores.map(({ zone, cell }): ReportedPlace => ({
    ...(zone === undefined ? {} : { zone }),
    ...(cell === undefined ? {} : { cell }),
  }));
  return [...new Map(places.map((place) => [placeText(place), place])).values()].sort(
    (a, b) => order(a.zone) - order(b.zone) || (placeText(a) < placeText(b) ? -1 : 1),
  );
}

/** Which class of data rests in which zone, and in which stores. */
function classMap({ stores }: BoundaryReport): Section {
  const known = storedClasses.filter((each) => stores.some(({ classes = [] }) => classes.includes(each)));
  const silent = stores.some(({ classes }) => classes === undefined);
  const rows = storePlaces({ stores }).map((place) => {
    const own = stores.filter(({ zone, cell }) => zone === place.zone && cell === place.cell);
    const names = (of: readonly ReportedStore[]): string => {
      const text = namesText(
        of.map(({ name }) => name),
        6,
      );
      return of.length < 2 ? text : `${of.length}: ${text}`;
    };
    return [
      placeText(place),
      ...known.map((each) => names(own.filter(({ classes = [] }) => classes.includes(each)))),
      ...(silent ? [names(own.filter(({ classes }) => classes === undefined))] : []),
    ];
  });
  return {
    id: "classes",
    title: "Which data rests in which zone",
    columns: columns("zone", ...known, ...(silent ? [unknown] : [])),
    rows,
    notes: ["an empty cell is a class that rests nowhere in that zone"],
  };
}

/** Where data rests: every store with what it holds. */
export function dataSections(report: BoundaryReport): Section[] {
  const { stores, keys } = report;
  return [
    ...(stores.length === 0 ? [] : [classMap(report)]),
    {
      id: "stores",
      title: "Where data rests",
      summary: counted(stores.length, "store"),
      columns: columns("store", "kind", "zone", "owner", "data classes", "key", "public", "kept", "written by"),
      rows: stores.map(storeCells),
    },
    ...listed(
      keys,
      {
        id: "keys",
        title: "Keys and who may use them",
        summary: counted(keys.length, "key"),
        titles: ["key", "zone", "whose", "encrypts", "who may use it", "named by"],
      },
      (key) => [
        key.name,
        placeText(key),
        key.whose,
        namesText(key.encrypts) || "no store",
        namesText(key.users) || "nobody by name",
        namesText(key.named),
      ],
    ),
  ];
}

/** Who may reach what, and who may do what. */
export function reachSections({ listeners, connections, scopes, identities, rights }: BoundaryReport): Section[] {
  return [
    ...listed(
      listeners,
      {
        id: "listeners",
        title: "What answers from outside",
        titles: ["listener", "zone", "plane", "service", "hosts", "paths"],
      },
      listenerCells,
    ),
    ...listed(
      connections,
      {
        id: "reach",
        title: "Who may reach what",
        summary: `${counted(connections.length, "connection")}, everything else is refused`,
        titles: ["connection", "plane", "contract", "credential", "carries", "over", "cell"],
      },
      connectionCells,
    ),
    ...listed(
      scopes,
      {
        id: "scopes",
        title: "What services may ask of each other",
        titles: ["caller", "callee", "scope", "client", "token lives"],
      },
      ({ caller, callee, scope, client, tokenSeconds }) => [
        caller,
        callee,
        scope,
        client,
        tokenSeconds === undefined ? "" : `${tokenSeconds} s`,
      ],
    ),
    ...listed(
      identities,
      { id: "identities", title: "Identities", titles: ["identity", "zone", "type", "what runs as it"] },
      (identity) => [identity.name, placeText(identity), identity.type, namesText(identity.runs)],
    ),
    ...listed(rights, { id: "rights", title: "Rights", titles: ["who", "may", "on", "when", "given by"] }, rightCells),
  ];
}

/** Credentials between deployments, what is excepted, and what only a probe can show. */
export function trustSections({ credentials, exceptions, rules, findings }: BoundaryReport): Section[] {
  const about = new Set(findings.map(({ rule }) => rule));
  return [
    ...listed(
      credentials,
      {
        id: "credentials",
        title: "Credentials between deployments",
        titles: ["credential", "held by", "kind", "opens", "kept", "whoever has it can"],
      },
      ({ name, holder, kind, scope, kept, blastRadius }) => [name, holder, kind, scope, kept, blastRadius],
    ),
    ...listed(
      credentials.flatMap(({ name, rotation }) => rotation.map((step, index) => ({ name, step, index }))),
      { id: "rotation", title: "How credentials are replaced", titles: ["credential", "", "step"] },
      ({ name, step, index }) => [name, String(index + 1), step],
    ),
    ...listed(
      exceptions,
      {
        id: "exceptions",
        title: "Exceptions",
        titles: ["rule", "resource", "until", "state", "owner", "reason"],
      },
      (exception) => {
        const { rule, resource, expires, owner, reason } = exception;
        return [rule, resource, expires, exceptionState(exception), owner, reason];
      },
    ),
    ...listed(
      rules.filter(({ id, probe }) => probe !== undefined && about.has(id)),
      {
        id: "probes",
        title: "What infrastructure cannot prove",
        titles: ["rule", "statement", "what stands in"],
      },
      ({ id, statement, probe }) => [id, statement, probe ?? ""],
    ),
  ];
}

function rulesSection({ rules }: BoundaryReport): Section[] {
  return listed(
    rules,
    { id: "rules", title: "What is looked at", titles: ["rule", "severity", "exception", "what is looked at"] },
    ({ id, severity, absolute, proof }) => [id, severity, absolute === true ? "never" : "possible", proof],
  );
}

/** A report as sections: by zone, with what each store holds, who reaches what, keys, exceptions and probes. */
export function boundarySections(report: BoundaryReport): Section[] {
  return [
    overview(report),
    ...zoneSections(report),
    ...dataSections(report),
    ...reachSections(report),
    ...trustSections(report),
    ...rulesSection(report),
  ];
}
