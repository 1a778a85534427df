import { appliesTo } from "../applicability";
import type { Graph } from "../graph";
import type { Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, unseen, type Sight } from "../sights";
import { workloadsOf, type Workload } from "../workloads";

/** Registry of an image, by the rules of image names. */
function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : "docker.io";
}

function ofImage(image: unknown, mirror: string | undefined): Sight[] {
  const fix = `take it from ${mirror ?? "the customer's mirror"}, by digest`;
  if (isHidden(image) || typeof image !== "string") return [unseen(`an image is ${inText(image)}`, fix)];
  if (mirror === undefined) return [bad("nothing states the customer's mirror", "state mirror")];
  const from = registryOf(image);
  return [
    image.startsWith(`${mirror}/`) ? good(`${image} is from ${mirror}`) : bad(`${image} is from ${from}`, fix),
    ...(image.includes("@sha256:") ? [] : [bad(`${image} has no digest`, fix)]),
  ];
}

function sightsOf(graph: Graph, { resource, containers, unseen: notSeen }: Workload): Sight[] {
  const { mirror } = graph.factsOf(resource);
  const sights = containers.flatMap(({ image }) => ofImage(image, mirror));
  if (sights.length > 0) return sights;
  return notSeen
    ? [unseen("its images are known only after the deployment", "give it images that are known before")]
    : [];
}

/** Images of an air-gapped deployment come from inside. */
export const a05: Rule = {
  id: "B-A05",
  severity: "medium",
  alone: true,
  statement: "Images of an air-gapped deployment come from the customer's mirror, by digest.",
  proof: "registry and digest of every image",
  judge: (graph) =>
    workloadsOf(graph)
      .filter(({ resource }) => {
        const facts = graph.factsOf(resource);
        return facts.modes?.includes("air-gapped") === true && appliesTo("B-A05", facts);
      })
      .flatMap((workload) => {
        const sights = sightsOf(graph, workload);
        return sights.length === 0 ? [] : [judgedBy(workload.resource.urn, sights)];
      }),
};
