import { appliesTo } from "../applicability";
import { secretValue, unknownValue, type Graph } from "../graph";
import type { Judgement, Rule } from "../rule";
import { bad, good, inText, judgedBy, unseen, type Sight } from "../sights";
import { workloadsOf, type Workload, type WorkloadVariable } from "../workloads";

/** Names of variables that hold secrets; those that only lead to one, by file or by name, do not. */
const sensitive = /(SECRET|TOKEN|PASSWORD|PASSWD|PRIVATE_KEY|ACCESS_KEY|API_KEY|GENERATION_KEY|CREDENTIALS?|DSN)$/;

/**
 * What is known of versions: whether the cloud counts them, and whether those that are not known yet are numbers all the same,
 * since the workload is made from as many versions that the program makes.
 */
interface Versions {
  readonly counted: boolean;
  readonly made: boolean;
}

function variableSight({ name, value, secret }: WorkloadVariable, { counted, made }: Versions): Sight[] {
  if (secret !== undefined) {
    if (!counted) return [good(`${name} is a reference`)];
    const fix = `pin ${name} to a version by number`;
    if (secret.version === unknownValue && made) return [good(`${name} is a version that is made with it`)];
    if (secret.version === unknownValue)
      return [unseen(`the version of ${name} is known only after the deployment`, fix)];
    return [
      /^\d+$/.test(String(secret.version))
        ? good(`${name} is version ${String(secret.version)} of a secret`)
        : bad(`${name} is version ${inText(secret.version ?? "latest")} of a secret`, fix),
    ];
  }
  const fix = `take ${name} from a secret`;
  if (value === secretValue) return [bad(`${name} is a secret as a plain value`, fix)];
  // A switch is no secret, whatever it is about.
  const isSwitch = value === "true" || value === "false";
  if (!sensitive.test(name) || value === undefined || value === "" || isSwitch) return [];
  return [
    value === unknownValue
      ? bad(`${name} is a plain value, known only after the deployment`, fix)
      : bad(`${name} is a plain value`, fix),
  ];
}

const secretTypes = ["gcp:secretmanager/secret", "aws:secretsmanager/secret", "kubernetes:core/v1/Secret"];
const versionTypes = ["gcp:secretmanager/secretVersion", "aws:secretsmanager/secretVersion"];

/** How the versions of a workload's secrets are known. */
function versionsOf(graph: Graph, { resource, containers }: Workload): Versions {
  const variables = containers.flatMap((container) => container.variables);
  const later = variables.filter(({ secret }) => secret?.version === unknownValue);
  const referred = Object.keys(resource.refers).flatMap((input) => graph.referred(resource, input));
  const versions = new Set(referred.filter(({ type }) => type === "gcp:secretmanager/secretVersion"));
  return { counted: resource.type.startsWith("gcp:"), made: versions.size >= later.length };
}

/** Secrets of other zones that a workload is made from. */
function zoneSights(graph: Graph, { resource }: Workload): Sight[] {
  const { zone, cell } = graph.factsOf(resource);
  const referred = Object.keys(resource.refers).flatMap((input) => graph.referred(resource, input));
  const secrets = referred.filter(({ type }) => secretTypes.includes(type) || versionTypes.includes(type));
  return [...new Set(secrets)].flatMap((secret) => {
    const its = graph.factsOf(secret);
    return its.zone === zone && its.cell === cell
      ? []
      : [
          bad(
            `it takes ${secret.name} of ${its.zone ?? "no zone"}${its.cell === undefined ? "" : ` (${its.cell})`}`,
            "give it a secret of its own zone",
          ),
        ];
  });
}

/** Secrets reach workloads by reference. */
export const k05: Rule = {
  id: "B-K05",
  severity: "high",
  alone: true,
  statement: "Secrets are references, pinned and per zone.",
  proof:
    "every variable of every workload that holds a secret, its version, and the zone of the secrets it is made from",
  judge: (graph) =>
    workloadsOf(graph).flatMap((workload): Judgement[] => {
      const { resource, containers, unseen: hidden } = workload;
      if (!appliesTo("B-K05", graph.factsOf(resource))) return [];
      const versions = versionsOf(graph, workload);
      const sights = [
        ...containers.flatMap(({ variables }) => variables.flatMap((each) => variableSight(each, versions))),
        ...zoneSights(graph, workload),
        ...(hidden
          ? [unseen("its variables are known only after the deployment", "give it variables that are known before")]
          : []),
      ];
      return [judgedBy(resource.urn, sights.length === 0 ? [good("it is given no secret")] : sights)];
    }),
};
