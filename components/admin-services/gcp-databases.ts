import * as sql from "@pulumi/gcp/sql";
import type * as inputs from "@pulumi/gcp/types/input";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PlannedAdminDatabase } from "../core/planning/admin/admin-plan";
import { cloudSqlEdition, cloudSqlLogDays } from "../core/planning/managed/google";
import { dataOptions } from "../cloud/data-options";
import { keyNamed, storeLabels, type GcpServiceScope } from "./gcp-scope";
import type { GcpAdminStore } from "./gcp-stores";

/** Hour of the daily backup, UTC, and of maintenance an hour later on Sundays. */
const backupHourUtc = 3;
const maintenance = { day: 7, hour: 4, updateTrack: "stable" } as const;

/** Port of PostgreSQL. */
const port = 5432;

/**
 * One PostgreSQL server of Cloud SQL with a private address only. The service signs in by its identity, without a password;
 * the schema has an owner of its own, whose password no service reads.
 */
export function declareDatabase(scope: GcpServiceScope, planned: PlannedAdminDatabase): GcpAdminStore {
  const { parent, project, region, plan, network, account } = scope;
  const { resource, logins } = planned;
  const { key, permitted } = keyNamed(scope, planned.key);
  const peered = network.privateServices === undefined ? [] : [network.privateServices.connection];
  const server = new sql.DatabaseInstance(
    resource,
    {
      project,
      region,
      databaseVersion: `POSTGRES_${planned.version.split(".")[0] ?? ""}`,
      encryptionKeyName: key.id,
      deletionProtection: plan.deletionProtection,
      settings: settingsOf(scope, planned),
    },
    dataOptions(parent, { dependsOn: [...peered, ...permitted] }),
  );
  const databases = planned.databases.map(
    (database) =>
      new sql.Database(
        `${resource}-${database}`,
        // PostgreSQL drops no database that somebody is in.
        { project, instance: server.name, name: database, charset: "UTF8", deletionPolicy: "ABANDON" },
        dataOptions(parent),
      ),
  );
  // An identity signs in by its address without the last part.
  const login = account.email.apply((email) => email.replace(/\.gserviceaccount\.com$/, ""));
  const user = new sql.User(
    resource,
    { project, instance: server.name, name: login, type: "CLOUD_IAM_SERVICE_ACCOUNT", deletionPolicy: "ABANDON" },
    { parent },
  );
  const { result: password } = new random.RandomPassword(
    `${resource}-owner`,
    { length: 32, special: false },
    dataOptions(parent),
  );
  new sql.User(
    `${resource}-owner`,
    {
      project,
      instance: server.name,
      name: logins.owner,
      password: pulumi.secret(password),
      deletionPolicy: "ABANDON",
    },
    dataOptions(parent),
  );
  return {
    planned,
    ready: [server, ...databases, user],
    watchedAs: pulumi.interpolate`${project}:${server.name}`,
    told: {
      host: server.privateIpAddress,
      port: pulumi.output(String(port)),
      user: login,
      database: pulumi.output(planned.databases[0] ?? ""),
      instance: server.connectionName,
    },
  };
}

function settingsOf(scope: GcpServiceScope, planned: PlannedAdminDatabase): inputs.sql.DatabaseInstanceSettings {
  const { plan, region, network } = scope;
  return {
    edition: cloudSqlEdition(planned),
    tier: planned.machineType,
    availabilityType: planned.highlyAvailable ? "REGIONAL" : "ZONAL",
    diskType: "PD_SSD",
    diskSize: planned.sizeGb,
    diskAutoresize: true,
    diskAutoresizeLimit: planned.maximumSizeGb,
    deletionProtectionEnabled: plan.deletionProtection,
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
      privateNetwork: network.network.id,
      sslMode: "ENCRYPTED_ONLY",
    },
    databaseFlags: Object.entries(planned.parameters)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => ({ name, value })),
    maintenanceWindow: maintenance,
    // Without the values of queries, and without who asked.
    insightsConfig: { queryInsightsEnabled: true, recordApplicationTags: false, recordClientAddress: false },
    userLabels: storeLabels(scope, planned),
  };
}
