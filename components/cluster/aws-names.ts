/**
 * Names of the children of a cluster on AWS, one table: part of the public contract, since a renamed child is a new
 * resource. They change only together with an alias and a line under "Expected preview changes" in the changelog.
 */
export const eksNames = (name: string) =>
  ({
    key: `${name}-cluster-key`,
    logs: `${name}-cluster-logs`,
    diskKey: `${name}-disk-key`,
    logsKey: `${name}-cluster-logs-key`,
    clusterRole: `${name}-cluster`,
    cluster: `${name}-cluster`,
    clusterPolicy: (policy: string) => `${name}-cluster-${policy.replaceAll("/", "-")}`,
    nodeRole: `${name}-nodes`,
    nodePolicy: (policy: string) => `${name}-nodes-${policy}`,
    launchTemplate: (group: string) => `${name}-nodes-${group}`,
    nodePool: (pool: string) => `${name}-nodes-${pool}`,
    addOn: (addOn: string) => `${name}-${addOn}`,
    admin: (principal: string) => `${name}-admin-${principal}`,
    loadBalancer: `${name}-load-balancer-controller`,
    backup: `${name}-claims-backup`,
    alarms: `${name}-cluster-alarms`,
    alarm: (what: string) => `${name}-cluster-alarm-${what}`,
  }) as const;

/** The names of one cluster's children. */
export type EksNames = ReturnType<typeof eksNames>;
