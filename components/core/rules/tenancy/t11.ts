import { valueAt, type Graph, type GraphResource } from "../graph";
import { daysOf, retentions, valuesAt, type Retention } from "../retention";
import type { Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, unseen, type Sight } from "../sights";
import { inCells, keptDays } from "./cells";

function sightOf(value: unknown, retention: Retention, term: number | undefined): Sight {
  const { input } = retention;
  const fix = term === undefined ? "state cellTerms.offboardingDays" : `keep it ${term} days at most`;
  if (isHidden(value)) return unseen(`${input} is ${inText(value)}`, fix);
  const { given, days } = daysOf(value, retention);
  const told =
    given === undefined
      ? `${input} is not set, which keeps it ${days === "ever" ? "for ever" : `${days} days`}`
      : `${input} keeps it ${days === "ever" ? "for ever" : `${days} days`}`;
  if (term === undefined) return bad(`${told}, and the cell states no term`, fix);
  return days === "ever" || days > term ? bad(`${told}, and the term leaves ${term}`, fix) : good(`${told} of ${term}`);
}

/** Versions of objects that are kept, which end only by a rule. */
function ofVersions(graph: Graph, resource: GraphResource, term: number | undefined): Sight[] {
  const versioned =
    resource.type === "aws:s3/bucketVersioning" &&
    valueAt(resource.inputs, "versioningConfiguration.status") === "Enabled";
  if (!versioned) return [];
  const [bucket] = graph.referred(resource, "bucket");
  const rules = graph
    .ofType("aws:s3/bucketLifecycleConfiguration")
    .filter((each) => bucket !== undefined && graph.referred(each, "bucket").includes(bucket))
    .flatMap(({ inputs }) => valuesAt(inputs, "rules.*.noncurrentVersionExpiration.noncurrentDays"));
  const retention: Retention = { input: "noncurrentVersionExpiration.noncurrentDays", unset: "ever" };
  return [
    sightOf(
      rules.find((days) => days !== undefined),
      retention,
      term,
    ),
  ];
}

/** Backups end when a tenant has left. */
export const t11: Rule = {
  id: "B-T11",
  severity: "high",
  statement: "Backups end within the term that is promised to a tenant who leaves.",
  proof: "retention of backups, snapshots, deleted objects, versions and logs against the term less the days of grace",
  judge: (graph) =>
    inCells(graph, "B-T11").flatMap((resource) => {
      const term = keptDays(graph.factsOf(resource));
      const sights = [
        ...(retentions[resource.type] ?? []).flatMap((retention) =>
          valuesAt(resource.inputs, retention.input).map((value) => sightOf(value, retention, term)),
        ),
        ...ofVersions(graph, resource, term),
      ];
      return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
    }),
};
