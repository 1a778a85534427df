import { appliesTo } from "../applicability";
import type { BoundaryFacts } from "../facts";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Judgement, Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, listAt, property, unseen, type Sight } from "../sights";

type Look = (graph: Graph, resource: GraphResource, facts: BoundaryFacts) => Sight[];

/** Days that logs may stay: 30 in the zones of the company's services, as long as a tenant's data in a cell, else any number. */
function longest({ zone, cellTerms: { offboardingDays, graceDays = 0 } = {} }: BoundaryFacts): number | undefined {
  if (zone === "admin" || zone === "identity") return 30;
  return offboardingDays === undefined ? undefined : offboardingDays - graceDays;
}

const retention =
  (path: string, byDefault?: number): Look =>
  (_, { inputs }, facts) => {
    const most = longest(facts);
    const days = most === undefined ? "a number of days" : `${most} days or less`;
    return [
      property(inputs, path, {
        is: (value) => typeof value === "number" && value > 0 && (most === undefined || value <= most),
        ...(byDefault === undefined ? {} : { byDefault }),
        fix: `set ${path} to ${days}`,
      }),
    ];
  };

/** Settings of PostgreSQL by which values of queries reach the logs. */
function parameterSights(inputs: GraphResource["inputs"], path: string): Sight[] {
  if (isHidden(valueAt(inputs, path)))
    return [unseen(`${path} is known only after the deployment`, "set log_parameter_max_length to 0")];
  const parameters = listAt(inputs, path);
  const value = (name: string): unknown =>
    valueAt(
      parameters.find((each) => valueAt(each, "name") === name),
      "value",
    );
  const statement = value("log_statement");
  const length = value("log_parameter_max_length");
  const told = (name: string, given: unknown): string =>
    given === undefined ? `${name} is not set` : `${name} is ${inText(given)}`;
  const none = statement === undefined || statement === "none";
  return [
    isHidden(statement)
      ? unseen(told("log_statement", statement), "set log_statement to none")
      : none
        ? good(told("log_statement", statement))
        : bad(told("log_statement", statement), "set log_statement to none"),
    length === "0" || length === 0
      ? good(told("log_parameter_max_length", length))
      : isHidden(length)
        ? unseen(told("log_parameter_max_length", length), "set log_parameter_max_length to 0")
        : bad(told("log_parameter_max_length", length), "set log_parameter_max_length to 0"),
  ];
}

const parameterGroup: Look = (_, { inputs }) =>
  String(inputs.family).includes("postgresql") || String(inputs.family).startsWith("postgres")
    ? parameterSights(inputs, "parameters")
    : [];

const googleSql: Look = (_, { inputs }) => [
  ...(String(inputs.databaseVersion).startsWith("POSTGRES") ? parameterSights(inputs, "settings.databaseFlags") : []),
  ...["recordApplicationTags", "recordClientAddress"].map((each) =>
    property(inputs, `settings.insightsConfig.${each}`, {
      is: [false],
      byDefault: false,
      fix: `set settings.insightsConfig.${each} to false`,
    }),
  ),
];

const armor: Look = (_, { inputs }) => [
  property(inputs, "advancedOptionsConfig.logLevel", {
    is: ["NORMAL"],
    byDefault: "NORMAL",
    fix: "set advancedOptionsConfig.logLevel to NORMAL",
  }),
];

const gatewayMethods: Look = (_, { inputs }) => [
  property(inputs, "settings.dataTraceEnabled", {
    is: [false],
    byDefault: false,
    fix: "set settings.dataTraceEnabled to false",
  }),
];

/** A mesh logs bodies only by a filter of its own that names them. */
const mesh: Look = (_, { inputs }) => {
  const body = /REQUEST_BODY|RESPONSE_BODY|request_body/.exec(JSON.stringify(inputs.spec ?? {}));
  return [body === null ? good("it names no body") : bad(`it logs ${body[0]}`, "remove the body from what it logs")];
};

const looks: Readonly<Record<string, Look>> = {
  "aws:cloudwatch/logGroup": retention("retentionInDays"),
  "gcp:logging/projectBucketConfig": retention("retentionDays", 30),
  "aws:rds/parameterGroup": parameterGroup,
  "aws:rds/clusterParameterGroup": parameterGroup,
  "gcp:sql/databaseInstance": googleSql,
  "gcp:compute/securityPolicy": armor,
  "aws:apigateway/methodSettings": gatewayMethods,
  "kubernetes:telemetry.istio.io/v1/Telemetry": mesh,
  "kubernetes:networking.istio.io/v1alpha3/EnvoyFilter": mesh,
};

/** Logs tell what happened, not with what. */
export const l01: Rule = {
  id: "B-L01",
  severity: "high",
  alone: true,
  statement: "Logs carry ids, not content; they have retention and a key.",
  proof:
    "the retention of every log store, and the settings of databases, load balancers, firewalls and meshes that would log values or bodies; its key is B-K01's",
  probe: "content in the lines themselves: a canary text sent to each service that must not be found in its logs",
  judge: (graph) =>
    graph.ofType(...Object.keys(looks)).flatMap((resource): Judgement[] => {
      const facts = graph.factsOf(resource);
      if (!appliesTo("B-L01", facts)) return [];
      const sights = looks[resource.type]?.(graph, resource, facts) ?? [];
      return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
    }),
};
