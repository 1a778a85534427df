/** Sourcegraph on Google Cloud; loads the Google Cloud SDK only. */
export * from "./index";
export { Network, type GcpNetworkArgs, type GcpNetworkTransforms } from "./network/gcp";
export { SourcegraphVm } from "./vm/gcp";
export type { GcpAlarmTransforms, GcpLoadBalancerTransforms, GcpSourcegraphVmArgs, GcpTransforms } from "./vm/gcp-args";
