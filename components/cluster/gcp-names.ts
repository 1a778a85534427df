/**
 * Names of the children of a cluster on Google Cloud, one table: part of the public contract, since a renamed child is a new
 * resource. They change only together with an alias and a line under "Expected preview changes" in the changelog.
 *
 * Their names in the cloud are these with seven random characters after them. GKE allows 40 characters for clusters and node
 * pools; with instances of at most 24 these fit.
 */
export const gkeNames = (name: string) =>
  ({
    keyRing: `${name}-cluster-keys`,
    key: `${name}-cluster-key`,
    keyUser: (service: string) => `${name}-cluster-key-${service}`,
    agent: (service: string) => `${name}-${service}-agent`,
    nodeAccount: `${name}-nodes`,
    nodeRole: (role: string) => `${name}-nodes-${role}`,
    cluster: `${name}-cluster`,
    nodePool: (group: string) => `${name}-${group}`,
    admin: (member: string) => `${name}-admin-${member}`,
    backup: `${name}-cluster-backup`,
    alarms: `${name}-cluster-alarms`,
    alarm: (what: string) => `${name}-cluster-alarm-${what}`,
  }) as const;

/** The names of one cluster's children. */
export type GkeNames = ReturnType<typeof gkeNames>;
