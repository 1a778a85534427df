import * as pulumi from "@pulumi/pulumi";
import { networkPath } from "../core/planning/managed/google";
import { labelled } from "../fact-labels";
import type { GcpManagedServicesArgs } from "./gcp-args";
import { declareServiceAlarms } from "./gcp-alarms";
import { declareBucket } from "./gcp-bucket";
import { declareCache } from "./gcp-caches";
import { declareDatabase } from "./gcp-databases";
import { declareServiceKeys } from "./gcp-keys";
import type { GcpServicesScope } from "./gcp-scope";

/**
 * Google Cloud's own services in place of bundled ones: PostgreSQL by Cloud SQL, Redis by Memorystore, a bucket of Cloud
 * Storage; encrypted with a key of the instance, reached by private addresses only, watched by alarms.
 *
 * Everything that holds data is protected, and kept when the instance goes. What clients have to be told is in `values`,
 * known once it can be used.
 *
 * Needs the project's APIs sqladmin.googleapis.com, redis.googleapis.com and servicenetworking.googleapis.com, as far as
 * such services are planned, besides those of the instance.
 *
 * @example
 * new ManagedServices("sourcegraph", { services, project, region, network: network.selfLink, key: key.id, bucketUsers: {} });
 */
export class ManagedServices extends pulumi.ComponentResource {
  /** Hosts, passwords, addresses and the bucket's name, by name of the planned secret. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;

  /**
   * @param name stem of the names that planning does not give
   * @param args which services, and where
   * @param opts options of the component; a provider given here is used for every child
   */
  constructor(name: string, args: GcpManagedServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:gcp:ManagedServices", name, { boundary: args.boundary }, labelled(args.boundary, opts));
    const {
      services,
      deletionProtection = true,
      backupHourUtc = 3,
      maintenance = { day: "SU", hourUtc: 4 },
      channels = [],
      labels = {},
      transform = {},
      keys = {},
      permitted = false,
      privateServices,
      ...given
    } = args;
    const chosen = {
      services,
      deletionProtection,
      backupHourUtc,
      maintenance,
      channels,
      labels,
      transform,
      keys,
      permitted,
    };
    const connection = privateServices === undefined ? [] : [privateServices.connection];
    const network = pulumi.output(args.network).apply((link) => networkPath(link, args.project));
    const scope: GcpServicesScope = { ...given, ...chosen, network, name, parent: this, connection };
    const rights = declareServiceKeys(scope);
    const databases = services.databases.map((planned) => declareDatabase(scope, planned, rights.forDatabases));
    const caches = services.caches.map((planned) => declareCache(scope, planned, rights.forCaches));
    const bucket = services.bucket === undefined ? {} : declareBucket(scope, services.bucket, rights.forBucket);
    declareServiceAlarms(scope, databases, caches);
    const values = [...databases.map((one) => one.values), ...caches.map((one) => one.values), bucket];
    this.values = Object.fromEntries(values.flatMap((some) => Object.entries(some)));
    this.registerOutputs({ values: this.values });
  }
}
