import { dataNames } from "../core/planning/data-safety";

/**
 * Names of the children of a machine on AWS, one table: part of the public contract, since a renamed child is a new
 * resource. They change only together with an alias and a line under "Expected preview changes" in the changelog.
 */
export const awsNames = (name: string) =>
  ({
    key: `${name}-key`,
    dataVolume: dataNames.disk(name),
    secret: (secret: string) => dataNames.secret(name, secret),
    bucket: `${name}-bundles`,
    backups: dataNames.backups(name),
    bundle: `${name}-bundle`,
    pointer: `${name}-pointer`,
    pointerKey: `${name}-pointer-key`,
    machine: `${name}-machine`,
    address: `${name}-address`,
    connect: `${name}-connect`,
    // With the provider's suffix of 8 characters these two are as long as AWS lets them be: 32.
    loadBalancer: name,
    targetGroup: name,
    edge: `${name}-edge`,
    http: `${name}-http`,
    https: `${name}-https`,
    certificate: `${name}-certificate`,
    record: `${name}-record`,
    backup: `${name}-backup`,
    snapshotBefore: (release: string) => `${name}-before-${release}`,
    outsideCheck: `${name}-outside-check`,
    alarms: `${name}-alarms`,
    alarm: (what: string) => `${name}-alarm-${what}`,
    /** Rule that lets a block in at a port. */
    ingress: (port: number, cidr: string) => `${name}-from-${cidr.replace("/", "-").replaceAll(":", "_")}-port-${port}`,
    loadBalancerToMachine: `${name}-edge-to-machine`,
    machineFromLoadBalancer: `${name}-machine-from-edge`,
    machineToAnywhere: `${name}-machine-to-anywhere`,
    /** Rule that lets the machine out to a block. */
    machineTo: (cidr: string) => `${name}-machine-to-${cidr.replace("/", "-").replaceAll(":", "_")}`,
    connectToMachine: `${name}-connect-to-machine`,
    machineFromConnect: `${name}-machine-from-connect`,
  }) as const;

/** The names of one machine's children. */
export type AwsNames = ReturnType<typeof awsNames>;
