/** Sourcegraph on AWS; loads the AWS SDK only. */
export * from "./index";
export { ManagedServices } from "./managed-services/aws";
export type { Statement } from "./managed-services/aws-access";
export type {
  AwsCacheSettings,
  AwsDatabaseSettings,
  AwsManagedServicesArgs,
  AwsManagedServicesTransforms,
} from "./managed-services/aws-args";
export { Network, secondZoneOf, type AwsNetworkArgs, type AwsNetworkTransforms } from "./network/aws";
export { SourcegraphVm } from "./vm/aws";
export type { AwsExistingNetwork, AwsSourcegraphVmArgs, AwsTransforms, GuardedVolumeArgs } from "./vm/aws-args";
