/** Sourcegraph on AWS; loads the AWS SDK only. */
export * from "./index";
export { AdminServices } from "./admin-services/aws";
export { EksCluster } from "./cluster/aws";
export type { EksClusterArgs, EksExistingNetwork, EksTransforms, GuardedClusterArgs } from "./cluster/aws-args";
export { WorkloadIdentity, type AwsStatement, type WorkloadIdentityArgs } from "./cluster/aws-identity";
export {
  IngressCertificate,
  IngressRecord,
  type IngressCertificateArgs,
  type IngressRecordArgs,
} from "./cluster/aws-ingress";
export { CustomerEnvironment, type EnvironmentLinks } from "./customer-environment/aws";
export { MachineImagePipeline, type MadeAwsImage } from "./machine-images/aws";
export type { AwsMachineImagePipelineArgs, AwsMachineImagesTransforms, AwsRebuild } from "./machine-images/aws-args";
export { ManagedServices } from "./managed-services/aws";
export type { Statement } from "./managed-services/aws-access";
export type {
  AwsCacheSettings,
  AwsDatabaseSettings,
  AwsManagedServicesArgs,
  AwsManagedServicesTransforms,
} from "./managed-services/aws-args";
export { Network, secondZoneOf, type AwsNetworkArgs, type AwsNetworkTransforms } from "./network/aws";
export {
  ClusterNetwork,
  type AwsClusterFirewall,
  type AwsClusterNetworkArgs,
  type AwsClusterNetworkTransforms,
} from "./network/aws-cluster";
export {
  EgressFirewall,
  type AwsEgressFirewallArgs,
  type AwsFirewallLogs,
  type AwsFirewallRoute,
} from "./network/aws-egress-firewall";
export { SourcegraphVm } from "./vm/aws";
export type { AwsExistingNetwork, AwsSourcegraphVmArgs, AwsTransforms, GuardedVolumeArgs } from "./vm/aws-args";
