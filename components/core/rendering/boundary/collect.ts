import { connectionsOf, endOf, type EdgeEnd } from "../../rules/edges";
import { inOrder, nameOf, type Finding, type RuleException, type Verdicts } from "../../rules/engine";
import { zones, type BoundaryFacts } from "../../rules/facts";
import { valueAt, type Graph, type GraphResource } from "../../rules/graph";
import { grantsOf, identityTypes, type Grant } from "../../rules/identities/grants";
import { entriesOf, firstAction, listenerTypes } from "../../rules/network/listeners";
import { daysOf, retentions, valuesAt } from "../../rules/retention";
import type { Rule } from "../../rules/rule";
import { isHidden } from "../../rules/sights";
import { keyOf, keyTypes, storesOf, type Store } from "../../rules/stores";
import { workloadsOf, type Workload } from "../../rules/workloads";
import type {
  BoundaryReport,
  ReportedConnection,
  ReportedCredential,
  ReportedException,
  ReportedFinding,
  ReportedIdentity,
  ReportedKey,
  ReportedListener,
  ReportedPlace,
  ReportedRight,
  ReportedScope,
  ReportedStore,
} from "./model";

/** What a report on boundaries is made from. */
export interface JudgedGraph {
  readonly graph: Graph;
  readonly verdicts: Verdicts;
  readonly rules: readonly Rule[];
  readonly exceptions: readonly RuleException[];
  /** What was judged, such as `Pulumi.prod.yaml`. */
  readonly of: string;
  /** Day against which the exceptions are held. */
  readonly day: string;
  /** Credentials that deployments hold of each other. */
  readonly credentials?: readonly ReportedCredential[];
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Once each, sorted. */
function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(byText);
}

/** Plain data in a fixed order: once each, sorted by all they say. */
function sorted<Each>(list: readonly Each[]): Each[] {
  const texts = new Map(list.map((each) => [JSON.stringify(each), each]));
  return [...texts].sort(([a], [b]) => byText(a, b)).map(([, each]) => each);
}

function placeOf({ zone, cell, tenant }: BoundaryFacts): ReportedPlace {
  return {
    ...(zone === undefined ? {} : { zone }),
    ...(cell === undefined ? {} : { cell }),
    ...(tenant === undefined ? {} : { tenant }),
  };
}

/** Where a finding belongs: its resource, the caller of its edge, or the zone that it begins with. */
function placeOfFinding({ of }: Finding, graph: Graph): ReportedPlace & { readonly type?: string } {
  const resource = graph.find(of);
  if (resource !== undefined) return { type: resource.type, ...placeOf(graph.factsOf(resource)) };
  const zone = zones.find((each) => of.startsWith(`${each}/`) || of.startsWith(`${each} on `));
  return zone === undefined ? {} : { zone };
}

function findingsOf({ graph, verdicts, rules }: JudgedGraph): ReportedFinding[] {
  const order = new Map(rules.map(({ id }, index) => [id, index]));
  const findings = verdicts.findings.map((finding): ReportedFinding => {
    const { rule, of, verdict, because, fix, exception } = finding;
    return {
      rule,
      of: nameOf(of),
      ...placeOfFinding(finding, graph),
      verdict,
      because,
      ...(fix === undefined ? {} : { fix }),
      ...(exception === undefined ? {} : { exceptedUntil: exception.expires }),
    };
  });
  return sorted(findings).sort((a, b) => (order.get(a.rule) ?? 0) - (order.get(b.rule) ?? 0));
}

/** How long a store keeps copies, as it says itself. */
function keptOf(resource: GraphResource): string[] {
  return (retentions[resource.type] ?? []).flatMap((retention) =>
    valuesAt(resource.inputs, retention.input).map((value) => {
      const what = retention.input.split(".").at(-1) ?? "";
      if (isHidden(value)) return `${what}: known only after the deployment`;
      const { days } = daysOf(value, retention);
      return `${what}: ${days === "ever" ? "for ever" : `${days} ${days === 1 ? "day" : "days"}`}`;
    }),
  );
}

/** Claims and volumes that hold data without being a store of a cloud: by their type, and by who says to keep data there. */
const claimKinds: Readonly<Record<string, string>> = {
  "kubernetes:core/v1/PersistentVolumeClaim": "claim",
  "docker:index/volume": "volume",
};

function publicOf({ resource, kind }: Store, { findings }: Verdicts): ReportedStore["public"] {
  const found = findings.find(({ rule, of }) => rule === "B-N04" && of === resource.urn);
  if (found !== undefined) return ({ holds: "no", broken: "YES", unproven: "unproven" } as const)[found.verdict];
  return kind.closed === undefined ? "by nature not" : "not judged";
}

function storesIn({ graph, verdicts }: JudgedGraph): ReportedStore[] {
  const kept = graph.stated.flatMap(({ edge, by }) => (edge.kind === "stores" ? [{ edge, by }] : []));
  const reported = (
    resource: GraphResource,
    kind: string,
    more: Pick<ReportedStore, "keys" | "public">,
  ): ReportedStore => {
    const facts = graph.factsOf(resource);
    const { owner, tenancy } = facts;
    const edges = kept.filter(({ edge, by }) => edge.to === resource.name && by.cell === facts.cell);
    const said = unique(edges.map(({ edge }) => edge.dataClass)) as NonNullable<ReportedStore["classes"]>;
    const classes = facts.dataClasses ?? (said.length === 0 ? undefined : said);
    return {
      name: resource.name,
      type: resource.type,
      kind,
      ...placeOf(facts),
      ...(owner === undefined ? {} : { owner }),
      ...(tenancy === undefined ? {} : { tenancy }),
      ...(classes === undefined ? {} : { classes }),
      writers: unique(edges.map(({ edge }) => edge.from)),
      ...more,
      kept: unique(keptOf(resource)),
    };
  };
  const clouds = storesOf(graph).map((store) => {
    const key = keyOf(graph, store);
    const names = unique((key?.keys ?? []).map(({ name }) => name));
    const keys = names.length > 0 ? names : [key?.value === undefined ? "the provider's own" : "of another program"];
    return reported(store.resource, store.kind.what, { keys, public: publicOf(store, verdicts) });
  });
  const seen = new Set(storesOf(graph).map(({ resource }) => resource));
  const claims = graph.resources.flatMap((resource) => {
    const kind = claimKinds[resource.type];
    return kind === undefined || seen.has(resource)
      ? []
      : [reported(resource, kind, { keys: ["of what it is on"], public: "by nature not" })];
  });
  return sorted([...clouds, ...claims]);
}

function listenersOf(graph: Graph): ReportedListener[] {
  const entries = entriesOf(graph).filter(({ resource: { type } }) => !type.endsWith("ertificate"));
  const listed = (
    { name, type }: GraphResource,
    facts: BoundaryFacts,
    hosts: readonly string[],
    paths: readonly string[],
  ): ReportedListener => ({
    name,
    type,
    ...placeOf(facts),
    ...(facts.plane === undefined ? {} : { plane: facts.plane }),
    ...(facts.service === undefined ? {} : { service: facts.service }),
    hosts: unique(hosts),
    paths: unique(paths),
  });
  return sorted([
    ...entries.map(({ resource, facts, hosts, paths }) => listed(resource, facts, hosts, paths)),
    ...graph.ofType(...listenerTypes).map((resource) => {
      const [port, first] = [valueAt(resource.inputs, "port"), firstAction(resource)];
      const action = typeof first === "string" ? first : "what is known only after the deployment";
      return listed(resource, graph.factsOf(resource), [], [`otherwise ${action}, port ${String(port)}`]);
    }),
  ]);
}

function endText({ zone, service }: EdgeEnd): string {
  return zone === undefined ? service : `${zone}/${service}`;
}

const cellOf = ({ cell }: BoundaryFacts): { readonly cell?: string } => (cell === undefined ? {} : { cell });

/** Whether what a cell states of somebody is of its own: of those who answer no plane but the inside, or keep data in it. */
function ownOf(graph: Graph): (service: string, cell: string) => boolean {
  const names = graph.stated.flatMap(({ edge, by: { cell } }) => {
    if (cell === undefined) return [];
    if (edge.kind === "stores") return [`${cell} ${edge.from}`];
    const inside = edge.kind === "connects" && (edge.plane ?? "internal") === "internal";
    return inside ? [`${cell} ${edge.from}`, `${cell} ${edge.to}`] : [];
  });
  const own = new Set(names);
  return (service, cell) => own.has(`${cell} ${service}`);
}

function connectionsIn(graph: Graph): ReportedConnection[] {
  const inCell = ownOf(graph);
  return sorted(
    connectionsOf(graph).map(({ edge, by, from, to }): ReportedConnection => {
      const { port, contract, credential, over, plane, carries } = edge;
      return {
        from: endText(from),
        to: endText(to),
        ...(port === undefined ? {} : { port }),
        plane: plane ?? "internal",
        ...(contract === undefined ? {} : { contract }),
        ...(credential === undefined ? {} : { credential }),
        ...(over === undefined ? {} : { over }),
        carries: unique(carries ?? []) as ReportedConnection["carries"],
        ...(by.cell === undefined || !inCell(edge.from, by.cell) ? {} : { fromCell: by.cell }),
        ...(by.cell === undefined || !inCell(edge.to, by.cell) ? {} : { toCell: by.cell }),
      };
    }),
  );
}

function scopesIn(graph: Graph): ReportedScope[] {
  return sorted(
    graph.stated.flatMap(({ edge, by }): ReportedScope[] => {
      if (edge.kind !== "issues") return [];
      const { scope, client, tokenSeconds } = edge;
      const [caller, callee] = [endText(endOf(edge.from, by)), endText(endOf(edge.to, by))];
      return [
        { caller, callee, scope, client, ...(tokenSeconds === undefined ? {} : { tokenSeconds }), ...cellOf(by) },
      ];
    }),
  );
}

/** Who gets a grant: identities of the program by name, everybody else as they are named. */
function granted({ grantees, principals, unseen }: Grant): string[] {
  const names = unique([...grantees.map(({ name }) => name), ...principals]);
  return names.length === 0 && unseen ? ["known only after the deployment"] : names;
}

function keysIn(graph: Graph, grants: readonly Grant[]): ReportedKey[] {
  const under = storesOf(graph).map((store) => ({ store, keys: keyOf(graph, store)?.keys ?? [] }));
  const giving = new Set(grants.map(({ resource }) => resource));
  return sorted(
    graph.ofType(...keyTypes).map((key): ReportedKey => {
      const facts = graph.factsOf(key);
      const encrypts = under.filter(({ keys }) => keys.includes(key)).map(({ store }) => store.resource.name);
      const named = graph.resources
        .filter((each) => !giving.has(each) && Object.values(each.refers).some((urns) => urns.includes(key.urn)))
        .map(({ name }) => name);
      return {
        name: key.name,
        type: key.type,
        ...placeOf(facts),
        whose: facts.keyOwner === "customer" ? "the customer" : "us",
        encrypts: unique(encrypts),
        named: unique(named).filter((name) => !encrypts.includes(name) && name !== key.name),
        users: unique(grants.filter(({ targets }) => targets.includes(key)).flatMap(granted)),
      };
    }),
  );
}

/** Whether a workload runs as an identity: by what it is made from, or by name within its namespace. */
function runsAs(graph: Graph, { resource, identity: { input, value } }: Workload, identity: GraphResource): boolean {
  const [top = input] = input.split(".");
  if (graph.referred(resource, top).includes(identity)) return true;
  const at = (each: GraphResource, path: string): unknown => valueAt(each.inputs, `metadata.${path}`);
  return (
    identity.type === "kubernetes:core/v1/ServiceAccount" &&
    typeof value === "string" &&
    value === at(identity, "name") &&
    at(resource, "namespace") === at(identity, "namespace") &&
    graph.factsOf(resource).cell === graph.factsOf(identity).cell
  );
}

function identitiesIn(graph: Graph): ReportedIdentity[] {
  const workloads = workloadsOf(graph);
  return sorted(
    graph.ofType(...identityTypes).map((identity): ReportedIdentity => ({
      name: identity.name,
      type: identity.type,
      ...placeOf(graph.factsOf(identity)),
      runs: unique(
        workloads
          .filter((workload) => runsAs(graph, workload, identity))
          .map(({ resource }) => graph.factsOf(resource).service ?? resource.name),
      ),
    })),
  );
}

function rightsIn(graph: Graph, grants: readonly Grant[]): ReportedRight[] {
  return sorted(
    grants.map((grant): ReportedRight => {
      const { resource, actions, targets, names, scope, condition } = grant;
      const wide = scope === "resource" ? [] : [`all of the ${scope}`];
      const on = targets.length > 0 ? targets.map(({ name }) => name) : [...wide, ...names];
      return {
        by: resource.name,
        type: resource.type,
        ...placeOf(graph.factsOf(resource)),
        to: granted(grant),
        may: unique(actions),
        on: unique(on),
        ...(condition === undefined ? {} : { when: condition }),
      };
    }),
  );
}

const dayLength = 24 * 60 * 60 * 1000;

function exceptionsIn({ exceptions, verdicts, day }: JudgedGraph): ReportedException[] {
  return sorted(
    exceptions.map((exception): ReportedException => ({
      ...exception,
      daysLeft: Math.round((Date.parse(exception.expires) - Date.parse(day)) / dayLength),
      covers: verdicts.findings.some(
        (finding) =>
          finding.exception?.rule === exception.rule &&
          finding.exception.resource === exception.resource &&
          finding.exception.expires === exception.expires,
      ),
    })),
  );
}

/** The report on a graph that was judged. */
export function boundaryReport(judged: JudgedGraph): BoundaryReport {
  const { verdicts, rules, of, day, credentials = [] } = judged;
  const graph = inOrder(judged.graph);
  const grants = grantsOf(graph);
  const ordered = { ...judged, graph };
  return {
    report: "boundaries",
    schema: 1,
    of,
    day,
    problems: verdicts.problems,
    rules: rules.map(({ id, severity, statement, proof, probe, absolute }) => ({
      id,
      severity,
      statement,
      proof,
      ...(probe === undefined ? {} : { probe }),
      ...(absolute === undefined ? {} : { absolute }),
    })),
    findings: findingsOf(ordered),
    stores: storesIn(ordered),
    listeners: listenersOf(graph),
    connections: connectionsIn(graph),
    scopes: scopesIn(graph),
    keys: keysIn(graph, grants),
    identities: identitiesIn(graph),
    rights: rightsIn(graph, grants),
    exceptions: exceptionsIn(ordered),
    credentials: sorted(credentials),
  };
}
