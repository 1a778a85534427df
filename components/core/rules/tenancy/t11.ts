import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, unseen, type Sight } from "../sights";
import { inCells, keptDays } from "./cells";

/** How long something keeps copies: the input, how many of its unit make a day, and what it means where it is not set. */
interface Retention {
  readonly input: string;
  readonly perDay?: number;
  /** Days where it is not set; `ever` where it then never ends; nothing is kept where this is absent too. */
  readonly unset?: number | "ever";
}

const second = 86400;

const retentions: Readonly<Record<string, readonly Retention[]>> = {
  "aws:rds/instance": [{ input: "backupRetentionPeriod", unset: 0 }],
  "aws:rds/cluster": [{ input: "backupRetentionPeriod", unset: 1 }],
  "aws:elasticache/replicationGroup": [{ input: "snapshotRetentionLimit", unset: 0 }],
  "aws:backup/plan": [{ input: "rules.*.lifecycle.deleteAfter", unset: "ever" }],
  "aws:backup/vaultLockConfiguration": [{ input: "minRetentionDays", unset: 0 }],
  "aws:cloudwatch/logGroup": [{ input: "retentionInDays", unset: "ever" }],
  "gcp:sql/databaseInstance": [
    { input: "settings.backupConfiguration.backupRetentionSettings.retainedBackups", unset: 7 },
    { input: "settings.backupConfiguration.transactionLogRetentionDays", unset: 7 },
  ],
  "gcp:storage/bucket": [{ input: "softDeletePolicy.retentionDurationSeconds", perDay: second, unset: 7 }],
  "gcp:gkebackup/backupPlan": [{ input: "retentionPolicy.backupRetainDays", unset: "ever" }],
  "gcp:logging/projectBucketConfig": [{ input: "retentionDays", unset: 30 }],
  "gcp:pubsub/topic": [{ input: "messageRetentionDuration", perDay: second, unset: 0 }],
};

/** Values at a path, in which `*` stands for every element of a list. */
function valuesAt(inputs: unknown, input: string): unknown[] {
  const [before = "", after] = input.split(".*.");
  const value = valueAt(inputs, before);
  if (after === undefined || !Array.isArray(value)) return [value];
  return value.map((each) => valueAt(each, after));
}

function sightOf(value: unknown, { input, perDay = 1, unset = 0 }: Retention, term: number | undefined): Sight {
  const fix = term === undefined ? "state cellTerms.offboardingDays" : `keep it ${term} days at most`;
  if (isHidden(value)) return unseen(`${input} is ${inText(value)}`, fix);
  const given = value === undefined || value === null ? undefined : Number.parseFloat(inText(value)) / perDay;
  const days = input === "retentionInDays" && given === 0 ? "ever" : (given ?? unset);
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
