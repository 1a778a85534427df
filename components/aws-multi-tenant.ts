/** The multi-tenant backend on AWS; loads the SDKs of the cloud and of Kubernetes. */
export { Cell, type AwsCellArgs } from "./multi-tenant-backend/aws-cell";
export { Edge, type AwsEdgeArgs, type AwsEdgeCell } from "./multi-tenant-backend/aws-edge";
export type { EdgeRecord } from "./multi-tenant-backend/edge-records";
export { MultiTenantEnvironment } from "./multi-tenant-backend/aws-environment";
export { Tenant } from "./multi-tenant-backend/aws-tenant";
