import type { KubernetesPlan } from "../planning/kubernetes/kubernetes-plan";
import type { Specification } from "../planning/config/specification";
import { outside } from "./data-at-rest";
import { restingInManaged } from "./managed-services";
import type { RestingData } from "./resting-data";
import type { Section } from "./section";

function inClaims({ workloads, snapshotClass, cloud }: KubernetesPlan): RestingData[] {
  const byCloud = cloud === "existing" ? "by whoever backs up the cluster" : "daily, by the cloud";
  return workloads.flatMap(({ name, claims }) =>
    claims.map((claim) => ({
      of: name,
      dataClass: claim.dataClass,
      where: `claim ${claim.objects[0] ?? claim.name}${claim.objects.length > 1 ? ` and ${claim.objects.length - 1} more` : ""}, ${claim.sizeGib} GiB each`,
      kept: claim.value === "cache" ? "no" : "yes",
      backedUp:
        claim.value === "cache" ? "no" : snapshotClass === undefined ? byCloud : `${byCloud}, and before every upgrade`,
      value: claim.value,
    })),
  );
}

function besides({ secrets, name }: KubernetesPlan): RestingData[] {
  if (secrets.length === 0) return [];
  return [
    {
      of: `${secrets.length} secrets`,
      dataClass: "secret",
      where: `Secrets of the namespace, and the encrypted state of ${name}`,
      kept: "those that open data",
      backedUp: "no",
      value: "precious",
    },
  ];
}

/** Every place where data of a deployment on Kubernetes rests, the claims first. */
export function kubernetesRestingData(plan: KubernetesPlan, specification: Specification): RestingData[] {
  return [
    ...inClaims(plan),
    ...(plan.cloud === "existing" ? [] : restingInManaged(plan.managed, plan.cloud)),
    ...outside(specification),
    ...besides(plan),
  ];
}

/** Where data rests, as a part of a report. */
export function kubernetesDataAtRest(plan: KubernetesPlan, specification: Specification): Section {
  return {
    id: "data",
    title: "Data at rest",
    columns: [
      { title: "what" },
      { title: "class" },
      { title: "if lost" },
      { title: "where" },
      { title: "kept on destroy" },
      { title: "backed up" },
    ],
    rows: kubernetesRestingData(plan, specification).map(({ of, dataClass, value, where, kept, backedUp }) => [
      of,
      dataClass,
      value,
      where,
      kept,
      backedUp,
    ]),
  };
}
