import { dataNames } from "../core/planning/data-safety";

function kebab(kind: string): string {
  return kind.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase();
}

/**
 * Names of the children on Kubernetes, one table: part of the public contract, since a renamed child is a new resource. They
 * change only together with an alias and a line under "Expected preview changes" in the changelog.
 */
export const kubernetesNames = (name: string) =>
  ({
    provider: `${name}-kubernetes`,
    /** An object, by kind and name: `sourcegraph-stateful-set-gitserver`. */
    object: (kind: string, object: string) =>
      kind === "PersistentVolumeClaim" ? dataNames.claim(name, object) : `${name}-${kebab(kind)}-${object}`,
    /** The release of the vendor's chart. */
    release: `${name}-helm-release`,
    /** Mark that the namespace is taken. */
    instance: `${name}-instance`,
    password: (secret: string) => dataNames.secret(name, secret),
    checksumKey: `${name}-checksum-key`,
    /** The migrator's Job of a roll-out. */
    migration: `${name}-job-migrator`,
    /** The migrator's Job of a multi-version upgrade. */
    upgrade: (release: string) => `${name}-job-upgrade-${release}`,
  }) as const;

/** The names of one instance's children. */
export type KubernetesNames = ReturnType<typeof kubernetesNames>;
