/** The multi-tenant backend on Google Cloud; loads the SDKs of the cloud and of Kubernetes. */
export { Cell, type GcpCellArgs, type GcpImages } from "./multi-tenant-backend/gcp-cell";
export type { EdgeRecord } from "./multi-tenant-backend/edge-records";
export { Edge, type GcpEdgeArgs, type GcpEdgeCell } from "./multi-tenant-backend/gcp-edge";
export { MultiTenantEnvironment } from "./multi-tenant-backend/gcp-environment";
export type { GcpLogTarget } from "./multi-tenant-backend/gcp-logs";
export { Tenant } from "./multi-tenant-backend/gcp-tenant";
