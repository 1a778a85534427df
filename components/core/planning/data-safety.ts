import type { Problem } from "../errors";
import type { DataDisk } from "./vm/machine";
import type { PlannedSecret } from "./secrets";

/** What can hold data: a disk or volume, a claim of a cluster, a secret, or a service of the cloud. */
export type DataKind = "disk" | "volume" | "claim" | "secret" | "database" | "cache" | "bucket";

/** Something that holds data and is never lost by accident. */
export interface DataResource {
  /** Name of the resource in the program; its identity. */
  readonly name: string;
  /** What holds the data. */
  readonly kind: DataKind;
  /** Zone of a disk, namespace of a claim, region of a service of the cloud; it cannot move. */
  readonly place: string;
  /** Size, GB; it never shrinks. */
  readonly sizeGb?: number;
  /** Type of a disk, where a change on GCP replaces it; storage class of a claim, which cannot change. */
  readonly type?: string;
}

/** Names of the resources that hold data, one stem each; part of the public contract. */
export const dataNames = {
  disk: (name: string) => `${name}-data`,
  volume: (name: string, volume: string) => `${name}-${volume}`,
  secret: (name: string, secret: string) => `${name}-${secret}`,
  backups: (name: string) => `${name}-backups`,
  /** A claim of Kubernetes, which has its own name beside that of its resource. */
  claim: (name: string, claim: string) => `${name}-claim-${claim}`,
} as const;

/** The data resources of a deployment: its disk, or its volumes, the passwords that open them, and its backups. */
export function dataResourcesOf(o: {
  name: string;
  cloud: "aws" | "gcp" | "local";
  zone: string;
  volumes: readonly string[];
  secrets: readonly PlannedSecret[];
  dataDisk?: DataDisk;
  /** Region of the bucket of backups, where there is one. */
  backupRegion?: string;
}): DataResource[] {
  const disk: DataResource[] =
    o.dataDisk === undefined
      ? []
      : [
          {
            name: dataNames.disk(o.name),
            kind: "disk",
            place: o.zone,
            sizeGb: o.dataDisk.sizeGb,
            type: o.dataDisk.type,
          },
        ];
  const volumes = o.volumes.map((volume): DataResource => ({
    name: dataNames.volume(o.name, volume),
    kind: "volume",
    place: o.zone,
  }));
  const secrets = o.secrets
    .filter((secret) => secret.guardsData)
    .map((secret): DataResource => ({ name: dataNames.secret(o.name, secret.name), kind: "secret", place: o.cloud }));
  const backups: DataResource[] =
    o.backupRegion === undefined ? [] : [{ name: dataNames.backups(o.name), kind: "bucket", place: o.backupRegion }];
  return [...disk, ...volumes, ...secrets, ...backups];
}

/** Unit of the sizes: Kubernetes counts claims in GiB. */
export function sizeUnit({ kind }: DataResource): "GB" | "GiB" {
  return kind === "claim" ? "GiB" : "GB";
}

function lossOf(before: DataResource, after: DataResource | undefined, cloud: string): string | undefined {
  if (after === undefined) return `would be removed (${before.kind} in ${before.place})`;
  if (after.place !== before.place)
    return `would move from ${before.place} to ${after.place}, and a ${before.kind} cannot move`;
  if (before.sizeGb !== undefined && after.sizeGb !== undefined && after.sizeGb < before.sizeGb)
    return `would shrink from ${before.sizeGb} ${sizeUnit(before)} to ${after.sizeGb} ${sizeUnit(after)}, and a disk only grows`;
  if (before.kind === "claim" && before.type !== after.type)
    return `would change from storage class ${before.type ?? "(the default)"} to ${after.type ?? "(the default)"}, and a claim keeps its class`;
  if (cloud === "gcp" && before.kind === "disk" && before.type !== after.type)
    return `would change from type ${before.type ?? "unknown"} to ${after.type ?? "unknown"}, which replaces the disk on gcp`;
  return undefined;
}

/** Whether Kubernetes itself refuses a change of a claim, whatever is allowed to be lost. */
function isRefusedAnyhow({ kind }: DataResource, after: DataResource | undefined): boolean {
  return kind === "claim" && after !== undefined;
}

/**
 * What would be lost against what is deployed: every data resource that would be removed, moved or shrunk.
 *
 * @param before data resources of the last manifest
 * @param after data resources of the plan
 * @param allowed names from `allowDataLoss`
 */
export function dataProblems(
  before: readonly DataResource[],
  after: readonly DataResource[],
  allowed: readonly string[],
  cloud: string,
): Problem[] {
  const planned = new Map(after.map((resource) => [resource.name, resource]));
  return before.flatMap((resource): Problem[] => {
    const now = planned.get(resource.name);
    const loss = lossOf(resource, now, cloud);
    if (loss === undefined) return [];
    if (isRefusedAnyhow(resource, now))
      return [
        {
          path: resource.name,
          message: `${loss}; keep it as it is, or deploy a second instance and move the data by backup and restore`,
        },
      ];
    if (allowed.includes(resource.name)) return [];
    return [
      {
        path: resource.name,
        message: `${loss}; keep it as it is, or add "${resource.name}" to 'allowDataLoss' if its data may be lost`,
      },
    ];
  });
}
