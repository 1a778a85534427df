import type { KubernetesPlan } from "../planning/kubernetes/kubernetes-plan";
import type { Specification } from "../planning/config/specification";
import { outside, type RestingData } from "./data-at-rest";
import type { Section } from "./section";

const databaseTitles = {
  frontend: "main database",
  codeIntel: "code navigation database",
  codeInsights: "code insights database",
};
const databaseServices = { aws: "RDS", gcp: "Cloud SQL", existing: "" } as const;
const cacheServices = { aws: "ElastiCache", gcp: "Memorystore", existing: "" } as const;
const bucketServices = { aws: "S3 bucket", gcp: "Cloud Storage bucket", existing: "" } as const;

function inClaims({ workloads, snapshotClass, cloud }: KubernetesPlan): RestingData[] {
  const byCloud = cloud === "existing" ? "by whoever backs up the cluster" : "daily, by the cloud";
  return workloads.flatMap(({ name, claims }) =>
    claims.map((claim) => ({
      of: name,
      dataClass: claim.dataClass,
      where: `claim ${claim.objects[0] ?? claim.name}${claim.objects.length > 1 ? ` and ${claim.objects.length - 1} more` : ""}, ${claim.sizeGib} GiB each`,
      kept: "yes",
      backedUp:
        claim.value === "cache" ? "no" : snapshotClass === undefined ? byCloud : `${byCloud}, and before every upgrade`,
      value: claim.value,
    })),
  );
}

function inCloudServices({ managed, cloud }: KubernetesPlan): RestingData[] {
  return [
    ...managed.databases.map(({ name, backupDays, sizeGb }): RestingData => ({
      of: databaseTitles[name],
      dataClass: "user-data",
      where: `${databaseServices[cloud]}, ${sizeGb} GB`,
      kept: "yes",
      backedUp: `to the minute, ${backupDays} days`,
      value: "precious",
    })),
    ...managed.caches.map(({ name, backupDays }): RestingData => ({
      of: `Redis ${name}`,
      dataClass: name === "store" ? "identity" : "user-data",
      where: cacheServices[cloud],
      kept: name === "store" ? "yes" : "no",
      backedUp: backupDays === 0 ? "no" : `daily, ${backupDays} days`,
      value: name === "store" ? "rebuildable" : "cache",
    })),
    ...(managed.bucket === undefined
      ? []
      : [
          {
            of: "object store",
            dataClass: "user-data" as const,
            where: bucketServices[cloud],
            kept: "yes",
            backedUp: managed.bucket.versioning ? `versions, ${managed.bucket.keepDays} days` : "no",
            value: "precious" as const,
          },
        ]),
  ];
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
  return [...inClaims(plan), ...inCloudServices(plan), ...outside(specification), ...besides(plan)];
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
