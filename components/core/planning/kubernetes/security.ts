import type { ContainerFacts, WorkloadFacts } from "../../product/kubernetes/workload-facts";
import type { KubernetesSpecification } from "../config/specified";
import type { PlannedContainerSecurity, PlannedWorkload } from "./workload";

type Ids = { readonly uid?: number; readonly gid?: number; readonly fsGroup?: number };

/** Users and groups as the config asks: the vendor's, the cluster's choice, or one number for all. */
function idsOf({ uid, gid, fsGroup }: Ids, { kubernetes }: KubernetesSpecification): Ids {
  const { userIds } = kubernetes;
  if (userIds === "image") return { uid, gid, fsGroup };
  if (userIds === "assigned") return {};
  return { uid: userIds, gid: userIds, ...(fsGroup !== undefined && { fsGroup: userIds }) };
}

/** Whether a container of the node's agents runs as root, with or without all rights on the node. */
function needsRoot({ security }: ContainerFacts): boolean {
  return security?.privileged === true;
}

/** Whether a container has all rights on the node. */
function isPrivileged(container: ContainerFacts, { overrides }: KubernetesSpecification): boolean {
  const { service } = container;
  return needsRoot(container) && (service === undefined || overrides[service]?.privileged !== false);
}

/** Whether the root of a container is read-only because the cluster asks for it, and not because the vendor says so. */
export function isMadeReadOnly(container: ContainerFacts, { replica }: KubernetesSpecification): boolean {
  const isOpen = container.security?.readOnlyRoot === undefined && !needsRoot(container);
  return replica?.cluster?.readOnlyRoots === true && isOpen;
}

/**
 * Who a container runs as and what it may do: all that the level `restricted` of the pod security standards asks for,
 * whatever the namespace enforces, but for what measures the node as root.
 */
export function containerSecurity(
  container: ContainerFacts,
  specification: KubernetesSpecification,
): PlannedContainerSecurity {
  if (isPrivileged(container, specification)) return { privileged: true, dropsCapabilities: false, seccomp: false };
  const { security = {} } = container;
  const root = needsRoot(container);
  const readOnlyRoot = security.readOnlyRoot ?? (isMadeReadOnly(container, specification) || undefined);
  const { uid, gid } = root ? {} : idsOf(security, specification);
  return {
    ...(uid !== undefined && { runAsUser: uid }),
    ...(gid !== undefined && { runAsGroup: gid }),
    ...(!root && { runAsNonRoot: true }),
    ...(readOnlyRoot !== undefined && { readOnlyRootFilesystem: readOnlyRoot }),
    allowPrivilegeEscalation: false,
    dropsCapabilities: true,
    seccomp: true,
  };
}

/** Who the pods of a workload run as. */
export function podSecurity(
  { podSecurity: facts = {}, containers }: WorkloadFacts,
  specification: KubernetesSpecification,
): PlannedWorkload["podSecurity"] {
  const root = containers.some(needsRoot);
  const { uid, gid, fsGroup } = root ? {} : idsOf(facts, specification);
  return {
    ...(uid !== undefined && { runAsUser: uid }),
    ...(gid !== undefined && { runAsGroup: gid }),
    ...(fsGroup !== undefined && { fsGroup }),
    ...(fsGroup !== undefined && facts.fsGroupOnRootMismatch === true && { fsGroupOnRootMismatch: true }),
    ...(!root && { runAsNonRoot: true }),
  };
}

/** Names of the volumes a container that was stripped of its rights cannot have: devices of the node. */
export function deviceVolumes(workload: WorkloadFacts, specification: KubernetesSpecification): readonly string[] {
  const stripped = workload.containers.some(
    (container) => needsRoot(container) && !isPrivileged(container, specification),
  );
  return stripped ? workload.volumes.flatMap((volume) => (isDevice(volume) ? [volume.name] : [])) : [];
}

function isDevice(volume: WorkloadFacts["volumes"][number]): boolean {
  return "hostPath" in volume && volume.hostPath === "/dev/kmsg";
}
