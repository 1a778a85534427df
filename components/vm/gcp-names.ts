import { createHash } from "node:crypto";
import { dataNames } from "../core/planning/data-safety";

/**
 * Names of the children in the program, one table. They are a public contract: a change of one needs an alias.
 *
 * Their names in the cloud are these with seven random characters after them, which the provider adds. So two instances
 * of one name live in one project, an instance that was destroyed can be made again although Google Cloud never frees
 * the names of key rings and keys, and what is immutable (a certificate) is replaced before its predecessor goes. Three
 * kinds of names are given in full: objects in the bucket, DNS records, and the account of the machine.
 */
export const gcpNames = (name: string) =>
  ({
    network: name,
    managed: name,
    keyRing: `${name}-keys`,
    key: `${name}-key`,
    keyUser: (service: "compute" | "storage" | "secrets") => `${name}-key-${service}`,
    secretsAgent: `${name}-secrets-agent`,
    projectRole: (role: string) => `${name}-${role}`,
    uploadsUser: (bucket: string) => `${name}-uploads-${bucket}`,
    bucket: `${name}-bundles`,
    bundleReader: `${name}-bundles-reader`,
    statusWriter: `${name}-status-writer`,
    backups: dataNames.backups(name),
    backupReader: `${name}-backups-reader`,
    backupWriter: `${name}-backups-writer`,
    bundle: `${name}-bundle`,
    pointer: `${name}-pointer`,
    pointerKey: `${name}-pointer-key`,
    secret: (secret: string) => dataNames.secret(name, secret),
    dataDisk: dataNames.disk(name),
    backup: `${name}-backup`,
    snapshotBefore: (release: string) => `${name}-before-${release.replaceAll(".", "-")}`,
    machine: `${name}-machine`,
    address: `${name}-address`,
    web: `${name}-web`,
    tunnel: `${name}-tunnel`,
    outInside: `${name}-out-inside`,
    outNowhere: `${name}-out-nowhere`,
    /** A right of a person or group on the machine. */
    right: (right: "tunnel" | "login" | "act-as", member: string) =>
      `${name}-${right}-${member.replaceAll(/[^A-Za-z0-9]+/g, "-")}`,
    loadBalancer: `${name}-edge`,
    http: `${name}-http`,
    https: `${name}-https`,
    certificate: `${name}-certificate`,
    record: `${name}-record`,
    outsideCheck: `${name}-outside-check`,
    alarms: `${name}-alarms`,
    alarm: (what: "status" | "uptime" | "disk" | "backup") => `${name}-alarm-${what}`,
  }) as const;

/** The names of one machine's children. */
export type GcpNames = ReturnType<typeof gcpNames>;

/**
 * Id of the machine's account: 6 to 30 characters, so no room for the provider's random ones. A few characters stand for
 * the stack, so that instances of one name in one project get an account each.
 */
export function accountId(name: string, project: string, stack: string): string {
  return `${name}-${createHash("sha256").update(`${project}/${stack}`).digest("hex").slice(0, 5)}`;
}
