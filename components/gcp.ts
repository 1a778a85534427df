/** Sourcegraph on Google Cloud; loads the Google Cloud SDK only. */
export * from "./index";
export { ManagedServices } from "./managed-services/gcp";
export type {
  GcpDatabaseSettings,
  GcpManagedServicesArgs,
  GcpManagedServicesTransforms,
} from "./managed-services/gcp-args";
export { Network, type GcpNetworkArgs, type GcpNetworkTransforms } from "./network/gcp";
export type { GcpPrivateServices } from "./network/gcp-private-services";
export { SourcegraphVm } from "./vm/gcp";
export type { GcpAlarmTransforms, GcpLoadBalancerTransforms, GcpSourcegraphVmArgs, GcpTransforms } from "./vm/gcp-args";
