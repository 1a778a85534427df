import * as pulumi from "@pulumi/pulumi";
import { managedLogin } from "../core/planning/managed/values";
import { labelled } from "../fact-labels";
import { databaseAccess, type Statement } from "./aws-access";
import { declareServiceAlarms } from "./aws-alarms";
import type { AwsManagedServicesArgs } from "./aws-args";
import { declareUploads } from "./aws-bucket";
import { declareCache, declareCacheSubnets, redisPort } from "./aws-caches";
import { declareDatabase, declareDatabaseSubnets } from "./aws-databases";
import { declareGroup } from "./aws-firewall";
import type { AwsServicesScope } from "./aws-scope";

/**
 * Amazon's own services in place of bundled ones: PostgreSQL by RDS, Redis by ElastiCache, a bucket of S3; encrypted with a
 * key of the instance, reached by private addresses of the clients' security groups only, watched by alarms.
 *
 * Everything that holds data is protected, and kept when the instance goes. What clients have to be told is in `values`,
 * known once it can be used; what they have to be allowed is in `clientPolicyStatements`.
 *
 * Cost: `plan.price`; the database servers are nearly all of it.
 *
 * @example
 * new ManagedServices("sourcegraph", { services, region, vpcId, subnetIds, clients: { machine: group.id }, keyArn: key.arn });
 */
export class ManagedServices extends pulumi.ComponentResource {
  /** Hosts, passwords, addresses and the bucket's name, by name of the planned secret. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
  /** Statements for the policy of the clients' role: the bucket, its key, and login by identity where that is chosen. */
  readonly clientPolicyStatements: readonly Statement[];

  /**
   * @param name stem of the names that planning does not give
   * @param args which services, and where
   * @param opts options of the component; a provider given here is used for every child
   */
  constructor(name: string, args: AwsManagedServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:aws:ManagedServices", name, { boundary: args.boundary }, labelled(args.boundary, opts));
    const { deletionProtection = true, backupHourUtc = 3, maintenance = { day: "SU", hourUtc: 4 } } = args;
    const { topicArns = [], tags = {}, transform = {}, keys = {}, services } = args;
    const chosen = { deletionProtection, backupHourUtc, maintenance, topicArns, tags, transform, keys };
    const scope: AwsServicesScope = { ...args, ...chosen, name, parent: this };
    const databases = this.databases(scope);
    const caches = this.caches(scope);
    const uploads = services.bucket === undefined ? undefined : declareUploads(scope, services.bucket);
    declareServiceAlarms(scope, databases, caches);

    const byIdentity = databases.filter(({ planned }) => planned.login === "iam");
    this.values = Object.fromEntries(
      [...databases, ...caches, ...(uploads === undefined ? [] : [uploads])].flatMap(({ values }) =>
        Object.entries(values),
      ),
    );
    this.clientPolicyStatements = [
      ...(uploads?.statements ?? []),
      ...(byIdentity.length === 0
        ? []
        : [
            databaseAccess(
              byIdentity.map(({ instance }) => instance),
              managedLogin.user,
            ),
          ]),
    ];
    this.registerOutputs({ values: this.values });
  }

  private databases(scope: AwsServicesScope) {
    const planned = scope.services.databases;
    if (planned.length === 0) return [];
    const ground = {
      subnets: declareDatabaseSubnets(scope),
      group: declareGroup(scope, "databases", managedLogin.port, "Databases of Sourcegraph"),
    };
    return planned.map((database) => declareDatabase(scope, database, ground));
  }

  private caches(scope: AwsServicesScope) {
    const planned = scope.services.caches;
    if (planned.length === 0) return [];
    const ground = {
      subnets: declareCacheSubnets(scope),
      group: declareGroup(scope, "caches", redisPort, "Redis of Sourcegraph"),
    };
    return planned.map((cache) => declareCache(scope, cache, ground));
  }
}
