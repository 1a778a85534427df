import type { PlannedClaim, PlannedPodContainer, PlannedPodVolume } from "../../planning/kubernetes/workload";
import { plain } from "./plain";

/** A volume of a pod; undefined for one that comes from a claim template. */
export function podVolume(volume: PlannedPodVolume): Readonly<Record<string, unknown>> | undefined {
  const { name } = volume;
  if ("claimTemplate" in volume) return undefined;
  if ("claim" in volume) return { name, persistentVolumeClaim: { claimName: volume.claim } };
  if ("configMap" in volume) return { name, configMap: plain({ name: volume.configMap, defaultMode: volume.mode }) };
  if ("secretVolume" in volume) return { name, secret: { secretName: volume.secretVolume } };
  if ("hostPath" in volume) return { name, hostPath: { path: volume.hostPath } };
  return { name, emptyDir: plain({ ...volume.emptyDir }) };
}

/** A volume at a path of a container. */
export function volumeMount(mount: PlannedPodContainer["mounts"][number]): Readonly<Record<string, unknown>> {
  const { volume, path, readOnly, subPath, fromHost } = mount;
  return plain({
    name: volume,
    mountPath: path,
    readOnly,
    subPath,
    mountPropagation: fromHost === true ? "HostToContainer" : undefined,
  });
}

/** What a claim asks for. */
export function claimSpec({ sizeGib, storageClass }: PlannedClaim): Readonly<Record<string, unknown>> {
  return plain({
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: `${sizeGib}Gi` } },
    storageClassName: storageClass,
  });
}
