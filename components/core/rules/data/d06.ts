import { appliesTo } from "../applicability";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, isHidden, judgedBy, listAt, property, unseen, type Sight } from "../sights";
import { parsed } from "../workloads";

const set = (value: unknown): boolean => value !== undefined && value !== "";

/** Names of fields in which content arrives, or what is made from it. */
const content = /prompt|completion|quer(y|ies)(_?text)?$|question|topic|summar|keyword|snippet|source_?code/i;

/** What stands between a topic and the dataset that a subscription writes to. */
function subscription(graph: Graph, resource: GraphResource): Sight[] {
  const { inputs } = resource;
  if (valueAt(inputs, "bigqueryConfig") === undefined && valueAt(inputs, "cloudStorageConfig") === undefined) return [];
  const [topic] = graph.referred(resource, "topic");
  const fix = "set filter, or give the topic a schema of the fields that may pass";
  if (listAt(inputs, "messageTransforms").length > 0) return [good("messageTransforms drops what may not pass")];
  if (topic !== undefined && graph.referred(topic, "schemaSettings").length > 0)
    return [good(`${topic.name} has a schema`)];
  const filter = property(inputs, "filter", { is: set, fix });
  if (filter.verdict !== "broken") return [filter];
  return [bad(`it writes ${topic?.name ?? "its topic"} straight to where it is kept, without filter or schema`, fix)];
}

function firehose({ inputs }: GraphResource): Sight[] {
  const destinations = Object.keys(inputs).filter((name) =>
    /^(extendedS3|redshift|opensearch)Configuration$/.test(name),
  );
  return (destinations.length === 0 ? ["extendedS3Configuration"] : destinations).map((destination) =>
    property(inputs, `${destination}.processingConfiguration.enabled`, {
      is: [true],
      fix: `enable ${destination}.processingConfiguration with a function that drops the fields that may not pass`,
    }),
  );
}

/** Every name of a field in a schema of Avro, or the words of another. */
function fieldNames(definition: unknown): string[] {
  if (Array.isArray(definition)) return definition.flatMap(fieldNames);
  if (definition === null || typeof definition !== "object") return [];
  const { name, fields, type, items } = definition as Readonly<Record<string, unknown>>;
  const own = typeof name === "string" && fields === undefined ? [name] : [];
  return [...own, ...[fields, type, items].flatMap(fieldNames)];
}

function schema({ inputs }: GraphResource): Sight[] {
  const { definition } = inputs;
  if (isHidden(definition))
    return [unseen("definition is known only after the deployment", "give the definition as text")];
  const avro = parsed(definition);
  const names =
    avro === undefined
      ? [...String(definition).matchAll(/(\w+)\s*=\s*\d+\s*[;[]/g)].map(([, name = ""]) => name)
      : fieldNames(avro);
  const wrong = names.filter((name) => content.test(name));
  return wrong.length === 0
    ? [good(`it lets pass ${names.join(", ") || "no field"}`)]
    : [
        bad(
          `it lets pass ${wrong.join(", ")}, made from what users wrote`,
          `remove ${wrong.join(", ")} from the schema`,
        ),
      ];
}

const dataset = ({ inputs }: GraphResource): Sight[] => {
  const path = ["defaultTableExpirationMs", "defaultPartitionExpirationMs"].find((each) => set(inputs[each]));
  return [property(inputs, path ?? "defaultTableExpirationMs", { is: set, fix: "set defaultTableExpirationMs" })];
};

const looks: Readonly<Record<string, (graph: Graph, resource: GraphResource) => Sight[]>> = {
  "gcp:pubsub/subscription": subscription,
  "gcp:pubsub/schema": (_, resource) => schema(resource),
  "gcp:bigquery/dataset": (_, resource) => dataset(resource),
  "aws:kinesis/firehoseDeliveryStream": (_, resource) => firehose(resource),
};

/** Events of the admin zone carry no content. */
export const d06: Rule = {
  id: "B-D06",
  severity: "high",
  statement: "Event sinks of the admin zone carry no content.",
  proof:
    "filter, schema or transform between every stream and where it is kept, the fields of schemas, and the retention of datasets",
  probe: "a lint of the schema at each release; canary events with a known text that must not arrive in the dataset",
  judge: (graph) =>
    graph.ofType(...Object.keys(looks)).flatMap((resource) => {
      if (!appliesTo("B-D06", graph.factsOf(resource))) return [];
      const sights = looks[resource.type]?.(graph, resource) ?? [];
      return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
    }),
};
