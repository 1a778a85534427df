import type { Config } from "./config";
import type { SpecifiedReplica } from "./specified-replica";

// What it means that an instance is a replica, for keys that say nothing of it themselves.

/** Kinds of a replica's own licence, as the tags of licences. None of them is looked up. */
const licenceTags = { development: ["dev"], internal: ["internal"], none: undefined } as const;

/** Tags of licences that are for development. Source: managed-instances.md 7.2. */
export const developmentLicences: readonly string[] = ["dev", "internal"];

/** Tags of the licence of a replica; undefined where it has none, or the instance is none. */
export function replicaLicence({ replica }: Partial<Config>): readonly string[] | undefined {
  return replica === undefined ? undefined : licenceTags[replica.licence ?? "none"];
}

/** Whether the storage class is made; a replica that plays the admins of a restricted cluster of its own makes it too. */
export function makesStorageClass({ cloud, kubernetes, replica }: Partial<Config>): boolean {
  const playsAdmins = replica?.cluster !== undefined && cloud !== "existing";
  return kubernetes?.storageClass?.create ?? (kubernetes?.profile !== "restricted" || playsAdmins);
}

/** What makes an instance a replica, complete; undefined where it is none. */
export function completeReplica({ replica }: Partial<Config>): SpecifiedReplica | undefined {
  if (replica === undefined) return undefined;
  const { licence = "none", licenceSecret, codeHosts = [], cluster } = replica;
  return {
    licence,
    ...(licenceSecret === undefined ? {} : { licenceSecret }),
    codeHosts,
    ...(cluster === undefined
      ? {}
      : {
          cluster: {
            ...(cluster.podSecurity === undefined ? {} : { podSecurity: cluster.podSecurity }),
            readOnlyRoots: cluster.readOnlyRoots ?? false,
            clusterRoles: cluster.clusterRoles ?? "allowed",
            quota: cluster.quota ?? {},
          },
        }),
  };
}
