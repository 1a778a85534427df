import { appliesTo } from "../applicability";
import { valueAt, type Graph, type GraphResource } from "../graph";
import { grantsOf } from "../identities/grants";
import type { Judgement, Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, listAt, property, unseen, type Sight } from "../sights";

const place = (graph: Graph, resource: GraphResource): string => {
  const { zone = "no zone", account } = graph.factsOf(resource);
  return account === undefined ? zone : `${zone} (${account})`;
};

/** Whether records go where the zone cannot delete them, and who may write there. */
function leaves(graph: Graph, resource: GraphResource, input: string): Sight[] {
  const targets = graph.referred(resource, input);
  const fix = "send it to an account or project that is only for logs";
  if (targets.length === 0)
    return [
      isHidden(resource.inputs[input])
        ? unseen(`${input} is ${inText(resource.inputs[input])}`, fix)
        : good(`${input} is ${inText(resource.inputs[input])}, which is not of this program`),
    ];
  return targets.map((target) =>
    place(graph, target) === place(graph, resource)
      ? bad(`${input} is ${target.name} of its own ${place(graph, resource)}`, fix)
      : good(`${input} is ${target.name} of ${place(graph, target)}`),
  );
}

const write =
  /^(roles\/(storage\.objectCreator|logging\.(bucketWriter|logWriter)|pubsub\.publisher|bigquery\.dataEditor)|s3:(PutObject|GetBucketAcl|GetBucketLocation))$/;

/** Identities of the zone that may do more than write where its records go. */
function writers(graph: Graph, resource: GraphResource, input: string): Sight[] {
  const targets = graph.referred(resource, input);
  const { zone } = graph.factsOf(resource);
  return grantsOf(graph)
    .filter((grant) => grant.targets.some((target) => targets.includes(target)))
    .flatMap((grant) => {
      const more = grant.actions.filter((action) => !write.test(action));
      const own = grant.grantees.filter((grantee) => graph.factsOf(grantee).zone === zone);
      return more.length === 0
        ? []
        : own.map(({ name }) =>
            bad(`${grant.resource.name} gives ${name} ${more.join(", ")} there`, "let the zone write only"),
          );
    });
}

/** Whether reads and writes of objects are told. */
function dataEvents(graph: Graph, trail: GraphResource): Sight[] {
  const { zone } = graph.factsOf(trail);
  const buckets = graph
    .ofType("aws:s3/bucket")
    .map((bucket) => ({ bucket, facts: graph.factsOf(bucket) }))
    .filter(({ facts }) => facts.zone === zone && facts.dataClasses?.includes("user-data") === true);
  if (buckets.length === 0) return [];
  const names = buckets.map(({ bucket }) => bucket.name).join(", ");
  const told =
    listAt(trail.inputs, "advancedEventSelectors").length > 0 ||
    listAt(trail.inputs, "eventSelectors").some((each) => listAt(each, "dataResources").length > 0);
  return [
    told
      ? good(`it tells of objects in ${names}`)
      : bad(`it does not tell of objects in ${names}`, "add an event selector for objects"),
  ];
}

function trail(graph: Graph, resource: GraphResource): Sight[] {
  const { inputs } = resource;
  const on = (path: string): Sight => property(inputs, path, { is: [true], fix: `set ${path} to true` });
  return [
    on("isMultiRegionTrail"),
    on("enableLogFileValidation"),
    property(inputs, "enableLogging", { is: [true], byDefault: true, fix: "set enableLogging to true" }),
    inputs.kmsKeyId === undefined
      ? bad("kmsKeyId is not set", "set kmsKeyId to a key for logs")
      : good("kmsKeyId is set"),
    ...dataEvents(graph, resource),
    ...leaves(graph, resource, "s3BucketName"),
    ...writers(graph, resource, "s3BucketName"),
  ];
}

/** Whether a sink leads no audit log anywhere, because its filter leaves all of them out. */
function leavesAuditOut({ inputs: { filter } }: GraphResource): boolean {
  return (
    typeof filter === "string" && filter.includes('NOT logName:"cloudaudit.googleapis.com"') && !/\bOR\b/.test(filter)
  );
}

function sink(graph: Graph, resource: GraphResource): Sight[] {
  if (leavesAuditOut(resource)) return [];
  return [
    property(resource.inputs, "disabled", { is: [false], byDefault: false, fix: "remove disabled" }),
    ...leaves(graph, resource, "destination"),
    ...writers(graph, resource, "destination"),
  ];
}

function auditConfig({ inputs }: GraphResource): Sight[] {
  const kinds = listAt(inputs, "auditLogConfigs").map((each) => valueAt(each, "logType"));
  const missing = ["DATA_READ", "DATA_WRITE"].filter((each) => !kinds.includes(each));
  const exempted = listAt(inputs, "auditLogConfigs").flatMap((each) => listAt(each, "exemptedMembers"));
  return [
    property(inputs, "service", { is: ["allServices"], fix: "set service to allServices" }),
    missing.length === 0
      ? good("reads and writes are told")
      : bad(`${missing.join(", ")} is not told`, `add ${missing.join(", ")}`),
    ...(exempted.length === 0 ? [] : [bad(`${exempted.map(inText).join(", ")} is exempted`, "remove exemptedMembers")]),
  ];
}

/** Whether a cluster tells who asked its control plane for what. */
function controlPlane({ inputs }: GraphResource): Sight[] {
  const kinds = listAt(inputs, "enabledClusterLogTypes");
  if (isHidden(inputs.enabledClusterLogTypes))
    return [unseen("enabledClusterLogTypes is hidden", "write it in the open")];
  return [
    kinds.includes("audit")
      ? good("its control plane writes an audit log")
      : bad("enabledClusterLogTypes has no audit", "add audit to enabledClusterLogTypes"),
  ];
}

/** Buckets of logs that sinks lead to keep what they have. */
function lockedBucket({ inputs }: GraphResource): Sight[] {
  return [property(inputs, "locked", { is: [true], fix: "set locked to true" })];
}

const looks: Readonly<Record<string, (graph: Graph, resource: GraphResource) => Sight[]>> = {
  "aws:cloudtrail/trail": trail,
  "gcp:logging/projectSink": sink,
  "gcp:projects/iAMAuditConfig": (_, resource) => auditConfig(resource),
  "aws:eks/cluster": (_, resource) => controlPlane(resource),
  "gcp:logging/projectBucketConfig": (graph, resource) =>
    graph
      .ofType("gcp:logging/projectSink")
      .some((each) => !leavesAuditOut(each) && graph.referred(each, "destination").includes(resource))
      ? lockedBucket(resource)
      : [],
};

/** What each cloud needs, by the provider of what is deployed in a zone. */
const needed: readonly { readonly cloud: string; readonly provider: string; readonly types: readonly string[] }[] = [
  { cloud: "AWS", provider: "aws:", types: ["aws:cloudtrail/trail"] },
  { cloud: "Google", provider: "gcp:", types: ["gcp:projects/iAMAuditConfig", "gcp:logging/projectSink"] },
];

/** Clouds of a zone in which nothing of this program tells who did what. */
function missing(graph: Graph): Judgement[] {
  const zones = [...new Set(graph.resources.map((resource) => graph.factsOf(resource).zone))];
  return zones.flatMap((zone) =>
    zone === undefined || !appliesTo("B-L02", { zone })
      ? []
      : needed.flatMap(({ cloud, provider, types }) => {
          const own = graph.resources.filter((resource) => graph.factsOf(resource).zone === zone);
          if (!own.some(({ type }) => type.startsWith(provider))) return [];
          const lacking = types.filter(
            (type) => !own.some((resource) => resource.type === type && !leavesAuditOut(resource)),
          );
          return lacking.length === 0
            ? []
            : [
                judgedBy(`${zone} on ${cloud}`, [
                  unseen(
                    `no ${lacking.join(", ")} is of this program; those of the organization cannot be seen`,
                    `make ${lacking.join(", ")}, or show the organization's`,
                  ),
                ]),
              ];
        }),
  );
}

/** Who did what is told elsewhere. */
export const l02: Rule = {
  id: "B-L02",
  severity: "high",
  statement: "Audit logs are on, leave the zone, and the zone cannot delete them.",
  proof:
    "the settings of trails, audit configurations and sinks, where they lead, and who may do more than write there",
  judge: (graph) => [
    ...graph.ofType(...Object.keys(looks)).flatMap((resource): Judgement[] => {
      if (!appliesTo("B-L02", graph.factsOf(resource))) return [];
      const sights = looks[resource.type]?.(graph, resource) ?? [];
      return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
    }),
    ...missing(graph),
  ],
};
