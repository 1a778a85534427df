import * as organizations from "@pulumi/gcp/organizations";
import * as projects from "@pulumi/gcp/projects";
import * as storage from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import { permitKey, serviceAgent } from "../cloud/gcp-key";
import type { GcpServicesScope } from "./gcp-scope";

/** Permissions that must be there before something is encrypted with the key. */
export interface GcpServiceKeys {
  /** Cloud SQL may use the key; declared where there are databases. */
  readonly forDatabases: readonly pulumi.Resource[];
  /** Memorystore may use the key; declared where there is Redis. */
  readonly forCaches: readonly pulumi.Resource[];
  /** Cloud Storage may use the key; declared where there is a bucket and nobody else did. */
  readonly forBucket: readonly pulumi.Resource[];
}

/** Lets the agents of the planned services, and no others, use the key. Kept like data, which cannot be read without. */
export function declareServiceKeys(scope: GcpServicesScope): GcpServiceKeys {
  const { name, parent, project, keys, services, keyForStorage, permitted } = scope;
  if (permitted) return { forDatabases: [], forCaches: [], forBucket: [] };
  const permit = (
    of: string,
    key: pulumi.Input<string>,
    member: pulumi.Input<string>,
    dependsOn: pulumi.Resource[] = [],
  ) => permitKey(parent, `${name}-key-${of}`, { key, member, dependsOn });
  // Agents of these services are made when somebody asks for them, and their addresses hold the project's number.
  const permitAgent = (of: string, key: pulumi.Input<string>, service: string, domain: string) => {
    const agent = new projects.ServiceIdentity(`${name}-${of}-agent`, { project, service }, { parent });
    const { number } = organizations.getProjectOutput({ projectId: project }, { parent });
    return permit(of, key, serviceAgent(number, domain), [agent]);
  };
  const permitStorage = () => {
    const { emailAddress } = storage.getProjectServiceAccountOutput({ project }, { parent });
    return permit("uploads", keys.object ?? scope.key, pulumi.interpolate`serviceAccount:${emailAddress}`);
  };
  return {
    forDatabases:
      services.databases.length === 0
        ? []
        : [permitAgent("databases", keys.db ?? scope.key, "sqladmin.googleapis.com", "gcp-sa-cloud-sql")],
    forCaches:
      services.caches.length === 0
        ? []
        : [permitAgent("redis", keys.cache ?? scope.key, "redis.googleapis.com", "cloud-redis")],
    forBucket: services.bucket === undefined ? [] : [keyForStorage ?? permitStorage()],
  };
}
