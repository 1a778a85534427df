/** Sourcegraph on AWS; loads the AWS SDK only. */
export * from "./index";
export { Network, secondZoneOf, type AwsNetworkArgs, type AwsNetworkTransforms } from "./network/aws";
export { SourcegraphVm } from "./vm/aws";
export type { AwsExistingNetwork, AwsSourcegraphVmArgs, AwsTransforms, GuardedVolumeArgs } from "./vm/aws-args";
