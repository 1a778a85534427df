import type { DatabaseName } from "../../product/service";
import type { Specification } from "../config/specification";
import { databaseLogin, databaseServices } from "../database-environment";
import type { Plan } from "./plan";

/** A database as the machine's programs for backup and restore see it. */
export interface MachineDatabase {
  /** Which of the product's databases it is. */
  readonly name: DatabaseName;
  /** Service that is the database when it is bundled; the stem of its file in a backup. */
  readonly service: string;
  /** Container it runs in, when it is bundled. */
  readonly container: string;
  /** Database within the server. */
  readonly database: string;
  /** User that owns it. */
  readonly user: string;
  /** Where it is: only a bundled one is backed up and restored by the machine. */
  readonly place: "bundled" | "managed" | "external";
}

/** What the machine's programs for backup and restore are told: `databases.json` of the bundle. */
export interface MachineDatabases {
  /** Version of this form. */
  readonly schema: 1;
  /** Name of the instance; a copy of a data disk has to be of the same. */
  readonly name: string;
  /** Release whose databases these are; a backup has to be of the same. */
  readonly release: string;
  /** Every database, also those that are elsewhere. */
  readonly databases: readonly MachineDatabase[];
  /** Containers that stand still while databases are exchanged, in the order they start. */
  readonly others: readonly string[];
  /** What happens by itself. */
  readonly backup: {
    /** Hour of the daily backup, UTC. */
    readonly hourUtc: number;
    /** Number of backups that are kept on the machine; 0 makes none by itself. */
    readonly keep: number;
    /** Days from one drill to the next; 0 makes none by itself. */
    readonly drillDays: number;
  };
}

/** What the machine's programs for backup and restore have to know of a deployment. */
export function machineDatabases(plan: Plan, specification: Specification): MachineDatabases {
  const databases = databaseServices.map(([name, service]): MachineDatabase => {
    const given = specification.databases[name];
    const { database, user } = databaseLogin(name, specification);
    return { name, service, container: service, database, user, place: typeof given === "string" ? given : "external" };
  });
  const bundled = new Set(databases.filter(({ place }) => place === "bundled").map(({ container }) => container));
  const { hourUtc, keepDumps, drillDays } = specification.backup;
  return {
    schema: 1,
    name: plan.name,
    release: plan.release,
    databases,
    others: plan.containers.map(({ name }) => name).filter((name) => !bundled.has(name)),
    backup: { hourUtc, keep: keepDumps, drillDays },
  };
}
