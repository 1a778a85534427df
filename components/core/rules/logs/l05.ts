import { appliesTo } from "../applicability";
import type { BoundaryFacts } from "../facts";
import { valueAt, type Graph, type GraphResource } from "../graph";
import { entriesOf, type Entry } from "../network/listeners";
import type { Judgement, Rule } from "../rule";
import { bad, good, judgedBy, listAt, type Sight } from "../sights";

/** A health check from outside. */
interface Check {
  readonly resource: GraphResource;
  readonly facts: BoundaryFacts;
  readonly host?: string;
  /** Whether it shows nothing and expects a refusal. */
  readonly negative: boolean;
}

const refusals = [401, 403];

function googleNegative({ inputs }: GraphResource): boolean {
  const accepted = listAt(inputs, "httpCheck.acceptedResponseStatusCodes").map((each) => valueAt(each, "statusValue"));
  return accepted.length > 0 && accepted.every((each) => typeof each === "number" && refusals.includes(each));
}

const readers: Readonly<
  Record<string, (resource: GraphResource) => { readonly host?: unknown; readonly negative: boolean }>
> = {
  "gcp:monitoring/uptimeCheckConfig": (resource) => ({
    host: valueAt(resource.inputs, "monitoredResource.labels.host"),
    negative: googleNegative(resource),
  }),
  "aws:route53/healthCheck": ({ inputs }) => ({ host: inputs.fqdn, negative: inputs.invertHealthcheck === true }),
  "aws:synthetics/canary": () => ({ negative: false }),
};

function checksOf(graph: Graph): Check[] {
  return graph.ofType(...Object.keys(readers)).flatMap((resource): Check[] => {
    const read = readers[resource.type]?.(resource);
    if (read === undefined) return [];
    const facts = graph.factsOf(resource);
    const negative = facts.probe === undefined ? read.negative : facts.probe === "without-credentials";
    return [{ resource, facts, negative, ...(typeof read.host === "string" ? { host: read.host } : {}) }];
  });
}

/** Whether an alarm is made from a check. */
function isWatched(graph: Graph, { resource }: Check): boolean {
  return graph
    .ofType("gcp:monitoring/alertPolicy", "aws:cloudwatch/metricAlarm")
    .some((alarm) => Object.keys(alarm.refers).some((input) => graph.referred(alarm, input).includes(resource)));
}

function isOf(check: Check, { facts, hosts }: Entry): boolean {
  if (check.host !== undefined && hosts.length > 0) return hosts.includes(check.host);
  return facts.service !== undefined && check.facts.service === facts.service && check.facts.zone === facts.zone;
}

function sightsOf(graph: Graph, entry: Entry, checks: readonly Check[]): Sight[] {
  const own = checks.filter((check) => isOf(check, entry));
  return [
    { negative: false, what: "expects success with credentials" },
    { negative: true, what: "expects 401 or 403 without credentials" },
  ].map(({ negative, what }): Sight => {
    const found = own.filter((check) => check.negative === negative);
    if (found.length === 0) return bad(`no health check from outside ${what}`, `add one that ${what}, and an alarm`);
    const names = found.map(({ resource: { name } }) => name).join(", ");
    return found.some((check) => isWatched(graph, check))
      ? good(`${names} ${what}`)
      : bad(`no alarm watches ${names}`, `add an alarm on ${names}`);
  });
}

/** That a listener serves whom it should, and refuses the rest, is tried from outside. */
export const l05: Rule = {
  id: "B-L05",
  severity: "medium",
  statement: "Each external listener has a health check from outside, a negative check, and an alarm on both.",
  proof:
    "the checks of the host names of every listener for machines and employees, what each expects, and the alarms made from them",
  judge: (graph) => {
    const checks = checksOf(graph);
    return entriesOf(graph)
      .filter(
        ({ resource: { type }, facts: { plane } }) =>
          (plane === "machine" || plane === "human") && !/certificate$/i.test(type),
      )
      .filter(({ facts }) => appliesTo("B-L05", facts))
      .map((entry): Judgement => judgedBy(entry.resource.urn, sightsOf(graph, entry, checks)));
  },
};
