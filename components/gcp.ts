/** Sourcegraph on Google Cloud; loads the Google Cloud SDK only. */
export * from "./index";
export { AdminServices } from "./admin-services/gcp";
export type { GcpAuthorization } from "./admin-services/gcp-listener";
export { AdminProject, type AdminProjectArgs } from "./admin-services/gcp-project";
export { GkeCluster } from "./cluster/gcp";
export type { GkeClusterArgs, GkeExistingNetwork, GkeTransforms, GuardedGkeArgs } from "./cluster/gcp-args";
export { WorkloadIdentity, type GkeWorkloadIdentityArgs } from "./cluster/gcp-identity";
export {
  IngressEdge,
  IngressRecord,
  type IngressEdgeArgs,
  type IngressEdgeTransforms,
  type IngressRecordArgs,
} from "./cluster/gcp-ingress";
export { DataKey, type DataKeyArgs } from "./cluster/gcp-keys";
export { CustomerEnvironment } from "./customer-environment/gcp";
export { MachineImagePipeline } from "./machine-images/gcp";
export type { GcpMachineImagePipelineArgs, GcpMachineImagesTransforms } from "./machine-images/gcp-args";
export { ManagedServices } from "./managed-services/gcp";
export type {
  GcpDatabaseSettings,
  GcpManagedServicesArgs,
  GcpManagedServicesTransforms,
} from "./managed-services/gcp-args";
export { Network, type GcpNetworkArgs, type GcpNetworkTransforms } from "./network/gcp";
export { ClusterNetwork, type GcpClusterNetworkArgs, type GcpClusterNetworkTransforms } from "./network/gcp-cluster";
export { Egress, type GcpEgressArgs } from "./network/gcp-egress";
export type { GcpPrivateServices } from "./network/gcp-private-services";
export { SourcegraphVm } from "./vm/gcp";
export type { GcpAlarmTransforms, GcpLoadBalancerTransforms, GcpSourcegraphVmArgs, GcpTransforms } from "./vm/gcp-args";
