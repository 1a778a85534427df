import { awsOutputs } from "./aws-vm";

/** Everything that AWS can serve, served by it. */
export const allManaged = { databases: "managed", cache: "managed", objectStorage: "managed" } as const;

const database = "aws:rds/instance:Instance";
const cache = "aws:elasticache/replicationGroup:ReplicationGroup";

/** What AWS would fill in, also for its own databases and caches. */
export function managedOutputs(resource: { type: string; name: string }): Record<string, unknown> {
  if (resource.type === database)
    return {
      identifier: `${resource.name}0a1b2c3`,
      address: `${resource.name}.rds.test`,
      arn: `arn:aws:rds:us-east-1:123456789012:db:${resource.name}`,
      resourceId: `db-${resource.name.toUpperCase()}`,
    };
  if (resource.type === cache) return { id: resource.name, primaryEndpointAddress: `${resource.name}.cache.test` };
  if (resource.type === "random:index/randomString:RandomString") return { result: "a1b2c3d4" };
  if (/SecurityGroup$|ParameterGroup$|SubnetGroup$/.test(resource.type))
    return { id: `id-of-${resource.name}`, name: `name-of-${resource.name}` };
  return awsOutputs(resource);
}
