import { connectionsOf, inWords, type Connection } from "../rules/edges";
import { nameOf, type Finding, type RuleException, type Verdicts } from "../rules/engine";
import { zones, type BoundaryFacts, type Zone } from "../rules/facts";
import type { Graph, GraphResource } from "../rules/graph";
import type { Rule } from "../rules/rule";
import { keyOf, keyTypes, storesOf } from "../rules/stores";
import type { Section } from "./section";

/** What a report on boundaries is made from. */
export interface JudgedGraph {
  readonly graph: Graph;
  readonly verdicts: Verdicts;
  readonly rules: readonly Rule[];
  readonly exceptions: readonly RuleException[];
}

const unknown = "not stated";

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sorted by their cells, so that two reports can be compared line by line. */
function sorted(rows: readonly (readonly string[])[]): (readonly string[])[] {
  return [...rows].sort((a, b) => byText(a.join("\0"), b.join("\0")));
}

/** The zone of what a finding is of: a resource, an edge in words, which begins with the zone of its caller, or a zone on a cloud. */
function zoneOf({ of }: Finding, graph: Graph): Zone | undefined {
  const resource = graph.find(of);
  if (resource !== undefined) return graph.factsOf(resource).zone;
  return zones.find((zone) => of.startsWith(`${zone}/`) || of.startsWith(`${zone} on `));
}

function verdictText({ verdict, exception }: Finding): string {
  return exception === undefined ? verdict : `${verdict}, excepted until ${exception.expires}`;
}

function overview({ verdicts, rules }: JudgedGraph): Section {
  const of = (verdict: Finding["verdict"]) => verdicts.findings.filter((finding) => finding.verdict === verdict);
  const silent = rules.filter(({ id }) => !verdicts.findings.some(({ rule }) => rule === id));
  const ids = (findings: readonly Finding[]) => [...new Set(findings.map(({ rule }) => rule))].join(", ");
  return {
    id: "verdict",
    title: "Boundaries",
    summary:
      verdicts.problems.length === 0
        ? "may be deployed"
        : `${verdicts.problems.length} ${verdicts.problems.length === 1 ? "reason" : "reasons"} against it`,
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

function zoneSections({ graph, verdicts, rules }: JudgedGraph): Section[] {
  const places: readonly (Zone | undefined)[] = [...zones, undefined];
  return places.flatMap((zone): Section[] => {
    const findings = verdicts.findings.filter((finding) => zoneOf(finding, graph) === zone);
    if (findings.length === 0) return [];
    const proofs = new Map(rules.map(({ id, proof }) => [id, proof]));
    return [
      {
        id: `zone-${zone ?? "none"}`,
        title: zone === undefined ? "Without a zone" : `Zone ${zone}`,
        summary: `${findings.filter(({ verdict }) => verdict === "holds").length} of ${findings.length} hold`,
        columns: ["rule", "severity", "what is looked at", "resource", "verdict", "what shows it"].map((title) => ({
          title,
        })),
        rows: sorted(
          findings.map((finding) => [
            finding.rule,
            finding.severity,
            proofs.get(finding.rule) ?? "",
            nameOf(finding.of),
            verdictText(finding),
            finding.verdict === "holds" || finding.fix === undefined
              ? finding.because
              : `${finding.because}; ${finding.fix}`,
          ]),
        ),
      },
    ];
  });
}

function factCells({ zone, owner, dataClasses }: BoundaryFacts): string[] {
  return [zone ?? unknown, owner ?? unknown, dataClasses === undefined ? unknown : dataClasses.join(", ") || "none"];
}

function storesSection({ graph }: JudgedGraph): Section {
  const rows = storesOf(graph).map((store) => {
    const { resource, kind } = store;
    const key = keyOf(graph, store);
    return [
      resource.name,
      kind.what,
      ...factCells(graph.factsOf(resource)),
      key?.keys.map(({ name }) => name).join(", ") ||
        (key?.value === undefined ? "the provider's own" : "of another program"),
    ];
  });
  return {
    id: "stores",
    title: "Where data rests",
    summary: `${rows.length} stores`,
    columns: ["store", "kind", "zone", "owner", "data classes", "key"].map((title) => ({ title })),
    rows: sorted(rows),
  };
}

function reachCells(connection: Connection): string[] {
  const { edge } = connection;
  const { contract, credential, carries, over, plane } = edge;
  return [
    inWords(connection),
    plane ?? "internal",
    contract ?? "",
    credential ?? "none stated",
    (carries ?? []).join(", "),
    over ?? "",
  ];
}

function reachSection({ graph }: JudgedGraph): Section[] {
  const rows = connectionsOf(graph).map(reachCells);
  if (rows.length === 0) return [];
  return [
    {
      id: "reach",
      title: "Who may reach what",
      summary: `${rows.length} connections, everything else is refused`,
      columns: ["connection", "plane", "contract", "credential", "carries", "over"].map((title) => ({ title })),
      rows: sorted(rows),
    },
  ];
}

/** Resources whose inputs are made from a key. */
function usersOf(graph: Graph, key: GraphResource): string[] {
  const users = graph.resources.filter(({ refers }) => Object.values(refers).some((urns) => urns.includes(key.urn)));
  return [...new Set(users.map(({ name }) => name))].sort(byText);
}

function keysSection({ graph }: JudgedGraph): Section[] {
  const rows = graph.ofType(...keyTypes).map((key) => {
    const { zone, keyOwner } = graph.factsOf(key);
    return [key.name, zone ?? unknown, keyOwner === "customer" ? "the customer" : "us", usersOf(graph, key).join(", ")];
  });
  if (rows.length === 0) return [];
  return [
    {
      id: "keys",
      title: "Keys",
      columns: ["key", "zone", "whose", "used by"].map((title) => ({ title })),
      rows: sorted(rows),
    },
  ];
}

function exceptionsSection({ exceptions }: JudgedGraph): Section[] {
  if (exceptions.length === 0) return [];
  return [
    {
      id: "exceptions",
      title: "Exceptions",
      columns: ["rule", "resource", "until", "owner", "reason"].map((title) => ({ title })),
      rows: sorted(
        exceptions.map(({ rule, resource, expires, owner, reason }) => [rule, resource, expires, owner, reason]),
      ),
    },
  ];
}

function probesSection({ rules, verdicts }: JudgedGraph): Section[] {
  const about = new Set(verdicts.findings.map(({ rule }) => rule));
  const rows = rules.flatMap(({ id, statement, probe }) =>
    probe !== undefined && about.has(id) ? [[id, statement, probe]] : [],
  );
  if (rows.length === 0) return [];
  return [
    {
      id: "probes",
      title: "What infrastructure cannot prove",
      columns: ["rule", "statement", "what stands in"].map((title) => ({ title })),
      rows,
    },
  ];
}

/** The verdict on a graph as a report: by zone, with what each store holds, who reaches what, keys, exceptions and probes. */
export function boundarySections(judged: JudgedGraph): Section[] {
  return [
    overview(judged),
    ...zoneSections(judged),
    storesSection(judged),
    ...reachSection(judged),
    ...keysSection(judged),
    ...exceptionsSection(judged),
    ...probesSection(judged),
  ];
}
