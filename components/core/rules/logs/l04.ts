import { appliesTo } from "../applicability";
import type { BoundaryFacts } from "../facts";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Judgement, Rule } from "../rule";
import { bad, good, isHidden, judgedBy, property, unseen, type Sight } from "../sights";
import { workloadsOf, type Workload } from "../workloads";

/** The registry of an image; Docker's own where none is named. */
function registryOf(image: string): string {
  const [first = ""] = image.split("/");
  return image.includes("/") && /[.:]|^localhost$/.test(first) ? first : "docker.io";
}

function imageSights({ containers }: Workload, { registries }: BoundaryFacts): Sight[] {
  return containers.flatMap(({ name, image }): Sight[] => {
    const of = name === "" ? "its image" : `the image of ${name}`;
    if (isHidden(image) || typeof image !== "string")
      return [unseen(`${of} is known only after the deployment`, "name it with a digest")];
    const pinned = /@sha256:[0-9a-f]{64}$/.test(image)
      ? good(`${of} has a digest`)
      : bad(`${of} is ${image}, without a digest`, "name it with a digest");
    const allowed =
      registries === undefined ||
      registries.some((each) => image.startsWith(`${each.replace(/\/$/, "")}/`) || each === registryOf(image));
    return [
      pinned,
      ...(allowed
        ? []
        : [
            bad(`${of} comes from ${registryOf(image)}, which is not allowed`, `take it from ${registries.join(", ")}`),
          ]),
    ];
  });
}

const modes = "defaultAdmissionRule";

/** Whether what a cluster, a service or a project admits is held against a policy. */
const admission: Readonly<Record<string, (resource: GraphResource) => Sight[]>> = {
  "gcp:binaryauthorization/policy": ({ inputs }) => [
    property(inputs, `${modes}.evaluationMode`, {
      is: ["REQUIRE_ATTESTATION", "ALWAYS_DENY"],
      fix: `set ${modes}.evaluationMode to REQUIRE_ATTESTATION`,
    }),
    property(inputs, `${modes}.enforcementMode`, {
      is: ["ENFORCED_BLOCK_AND_AUDIT_LOG"],
      fix: `set ${modes}.enforcementMode to ENFORCED_BLOCK_AND_AUDIT_LOG`,
    }),
  ],
  "gcp:container/cluster": ({ inputs }) =>
    valueAt(inputs, "binaryAuthorization.enabled") === true
      ? [good("binaryAuthorization.enabled is true")]
      : [
          property(inputs, "binaryAuthorization.evaluationMode", {
            is: ["PROJECT_SINGLETON_POLICY_ENFORCE", "POLICY_BINDINGS_AND_PROJECT_SINGLETON_POLICY_ENFORCE"],
            fix: "set binaryAuthorization.evaluationMode to PROJECT_SINGLETON_POLICY_ENFORCE",
          }),
        ],
};

/** Whether the policy that a service of Cloud Run or a cluster is held against can be seen. */
function heldAgainst(graph: Graph, resource: GraphResource): Sight[] {
  const held =
    valueAt(resource.inputs, "binaryAuthorization.useDefault") === true ||
    String(valueAt(resource.inputs, "binaryAuthorization.evaluationMode")).endsWith("PROJECT_SINGLETON_POLICY_ENFORCE");
  if (!held) return [];
  const { zone, cell } = graph.factsOf(resource);
  const policy = graph.ofType("gcp:binaryauthorization/policy").find((each) => {
    const facts = graph.factsOf(each);
    return facts.zone === zone && facts.cell === cell;
  });
  return [
    policy === undefined
      ? unseen("the policy of its project is not of this program", "make a gcp:binaryauthorization/policy")
      : good(`${policy.name} says what is admitted`),
  ];
}

/** What runs is what was reviewed. */
export const l04: Rule = {
  id: "B-L04",
  severity: "medium",
  alone: true,
  statement: "Images are pinned by digest and come from our registry.",
  proof:
    "the image of every container, the registries that are allowed, and the admission policies of projects and clusters",
  judge: (graph) => [
    ...workloadsOf(graph).flatMap((workload): Judgement[] => {
      const facts = graph.factsOf(workload.resource);
      if (facts.stage === "development" || !appliesTo("B-L04", facts)) return [];
      const sights =
        workload.unseen && workload.containers.length === 0
          ? [unseen("its containers are known only after the deployment", "give it containers that are known before")]
          : [...imageSights(workload, facts), ...heldAgainst(graph, workload.resource)];
      return sights.length === 0 ? [] : [judgedBy(workload.resource.urn, sights)];
    }),
    ...graph.ofType(...Object.keys(admission)).flatMap((resource): Judgement[] => {
      const facts = graph.factsOf(resource);
      if (facts.stage === "development" || !appliesTo("B-L04", facts)) return [];
      return [
        judgedBy(resource.urn, [...(admission[resource.type]?.(resource) ?? []), ...heldAgainst(graph, resource)]),
      ];
    }),
  ],
};
