import * as sql from "@pulumi/gcp/sql";
import type * as inputs from "@pulumi/gcp/types/input";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { cloudSqlEdition, cloudSqlLogDays, maintenanceDay } from "../core/planning/managed/google";
import type { PlannedDatabase } from "../core/planning/managed/managed";
import { managedHost, managedLogin, managedPassword } from "../core/planning/managed/values";
import { dataOptions } from "../cloud/data-options";
import { partlyTransformed } from "../vm/gcp-args";
import type { GcpDatabaseSettings } from "./gcp-args";
import { dataLabels, type GcpServicesScope } from "./gcp-scope";

/** A database server, and what clients are told of it. */
export interface GcpDatabase {
  readonly planned: PlannedDatabase;
  readonly instance: sql.DatabaseInstance;
  /** By name of the planned secret; known once database and login are there. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
}

/** What the transform of the settings can change. */
const openSettings = [
  "databaseFlags",
  "denyMaintenancePeriod",
  "insightsConfig",
  "maintenanceWindow",
  "userLabels",
] as const;

/**
 * One PostgreSQL server of Cloud SQL, with its database and its login. It has a private address only.
 *
 * Size, class, standby, backups and the version change in place; a new class or version restarts the server. The disk
 * grows by itself up to a limit; the provider disregards a size below what it has grown to, so nothing has to be ignored
 * here. Google does not let names of deleted servers be used again at once, so the provider adds random characters.
 */
export function declareDatabase(
  scope: GcpServicesScope,
  planned: PlannedDatabase,
  forDatabases: readonly pulumi.Resource[],
): GcpDatabase {
  const { parent, project, region, keys, deletionProtection, connection } = scope;
  const { resource } = planned;
  const instance = new sql.DatabaseInstance(
    resource,
    {
      project,
      region,
      databaseVersion: `POSTGRES_${planned.majorVersion}`,
      encryptionKeyName: keys.db ?? scope.key,
      deletionProtection,
      settings: settingsOf(scope, planned),
    },
    dataOptions(parent, {
      dependsOn: [...connection, ...forDatabases],
      // To Google a new major version is a change like others.
      ignoreChanges: planned.majorUpgrade ? [] : ["databaseVersion"],
    }),
  );
  const { result: password } = new random.RandomPassword(resource, { length: 32, special: false }, dataOptions(parent));
  const database = new sql.Database(
    resource,
    // PostgreSQL drops no database that somebody is in.
    {
      project,
      instance: instance.name,
      name: managedLogin.database,
      charset: "UTF8",
      collation: "en_US.UTF8",
      deletionPolicy: "ABANDON",
    },
    dataOptions(parent),
  );
  const user = new sql.User(
    resource,
    // It is a cloudsqlsuperuser: owns the database by that, and makes the extensions. PostgreSQL drops no owner.
    { project, instance: instance.name, name: managedLogin.user, password, deletionPolicy: "ABANDON" },
    dataOptions(parent),
  );
  return {
    planned,
    instance,
    values: {
      [managedHost(planned.name)]: pulumi.all([instance.privateIpAddress, database.id]).apply(([host]) => host),
      [managedPassword(planned.name)]: pulumi.secret(pulumi.all([password, user.id]).apply(([value]) => value)),
    },
  };
}

function settingsOf(scope: GcpServicesScope, planned: PlannedDatabase): inputs.sql.DatabaseInstanceSettings {
  const { zone, region, network, deletionProtection, backupHourUtc, maintenance, transform } = scope;
  const settings: inputs.sql.DatabaseInstanceSettings = {
    // Left out, Google would take the dearer edition for any class.
    edition: cloudSqlEdition(planned),
    tier: planned.machineType,
    availabilityType: planned.highlyAvailable ? "REGIONAL" : "ZONAL",
    diskType: "PD_SSD",
    diskSize: planned.sizeGb,
    diskAutoresize: true,
    diskAutoresizeLimit: planned.maximumSizeGb,
    deletionProtectionEnabled: deletionProtection,
    // Should somebody delete the server all the same.
    retainBackupsOnDelete: true,
    backupConfiguration: {
      enabled: true,
      startTime: `${String(backupHourUtc).padStart(2, "0")}:00`,
      location: region,
      pointInTimeRecoveryEnabled: true,
      transactionLogRetentionDays: cloudSqlLogDays(planned),
      backupRetentionSettings: { retentionUnit: "COUNT", retainedBackups: planned.backupDays },
    },
    ipConfiguration: {
      ipv4Enabled: false,
      privateNetwork: network,
      sslMode: "ENCRYPTED_ONLY",
    },
    ...(zone === undefined ? {} : { locationPreference: { zone } }),
    databaseFlags: Object.entries(planned.parameters)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => ({ name, value })),
    maintenanceWindow: {
      day: maintenanceDay(maintenance.day).number,
      hour: maintenance.hourUtc,
      updateTrack: "stable",
    },
    insightsConfig: { queryInsightsEnabled: true },
    userLabels: dataLabels(scope, "user-data"),
  };
  return partlyTransformed<inputs.sql.DatabaseInstanceSettings, keyof GcpDatabaseSettings>(
    settings,
    transform.databaseSettings,
    openSettings,
  );
}
