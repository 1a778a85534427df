/** What is the same on every cloud: the config, planning, rendering and the product's facts. Loads no cloud SDK. */
export * from "./core/errors";
export { parseSpecification, type FileTexts } from "./core/planning/config/specification";
export type * from "./core/planning/config/specified";
export { configJsonSchema } from "./core/planning/config/json-schema";
export type * from "./core/planning/config/config";
export { followLike, type Followed } from "./core/planning/replica/like";
export { judging, refuseOwn, type Bounded, type Strictness } from "./boundary";
export type { RuleException } from "./core/rules/engine";
export type { AdminServicesArgs } from "./admin-services/args";
export { planAdminServices, type AdminServicesConfig } from "./admin-services/planned";
export type * from "./core/planning/admin/admin-plan";
export type * from "./core/planning/admin/specification";
export type * from "./core/product/admin/description";
export type {
  CellArgs,
  CellKeys,
  CellLogins,
  MultiTenantEnvironmentArgs,
  TenantArgs,
} from "./multi-tenant-backend/args";
export type { CellCapacity } from "./multi-tenant-backend/capacity";
export type { EnvironmentServices } from "./multi-tenant-backend/environment-services";
export { planMultiTenantBackend, type MultiTenantBackendConfig } from "./multi-tenant-backend/planned";
export type * from "./core/planning/multi-tenant/multi-tenant-plan";
export type { CustomerEnvironmentArgs } from "./customer-environment/args";
export { planCustomerEnvironment } from "./customer-environment/planned";
export type * from "./core/planning/environment/environment-plan";
export type { KeysByUse, KeyUse } from "./keys";
export type * from "./core/rules/facts";
export { sizeLabels, sizeNames, type SizeLabel, type SizeName, type Usage } from "./core/planning/sizing/usage";
export {
  planMachineImages,
  type MachineImagesPlan,
  type MachineImagesRequest,
  type PlannedMachineImage,
  type PreparedImage,
} from "./core/planning/machine-images/plan";
export { prepareImageScript, type PrepareImageArgs } from "./core/rendering/machine-image";
export type { AwsMachinePlace, GcpMachinePlace, MachinePlace, PlaceInCloud } from "./core/planning/vm/machine-place";
export {
  planVm,
  type Exposure,
  type Plan,
  type PlannedBackupStore,
  type PlannedMachine,
  type PlannedNetwork,
} from "./core/planning/vm/plan";
export type { PlannedSubnet } from "./core/planning/addresses";
export type { DataDisk, Machine } from "./core/planning/vm/machine";
export type { MachineImage } from "./core/planning/vm/machine-images";
export type { PriceEstimate, PriceLine } from "./core/planning/price/price";
export type {
  FileMount,
  MachineMount,
  PlannedContainer,
  PlannedImage,
  PlannedMount,
  PublishedPort,
  VolumeMount,
} from "./core/planning/vm/container";
export { planKubernetes } from "./core/planning/kubernetes/plan";
export type * from "./core/planning/kubernetes/kubernetes-plan";
export type { PlannedRestrictions } from "./core/planning/kubernetes/restrictions";
export type * from "./core/planning/kubernetes/workload";
export type {
  PlannedCluster,
  PlannedClusterSubnet,
  PlannedNodeConstraint,
  PlannedNodeGroup,
} from "./core/planning/kubernetes/cluster";
export type * from "./core/planning/kubernetes/ingress-parts";
export type * from "./core/planning/kubernetes/network-policy";
export type { PlannedExecutors } from "./core/planning/kubernetes/executors";
export type * from "./core/planning/managed/managed";
export {
  checkKubernetesTransition,
  type KubernetesTransition,
  type PlannedMigration,
} from "./core/planning/kubernetes/transition";
export type { PlannedSecret, SecretPart } from "./core/planning/secrets";
export { dataProblems, type DataKind, type DataResource } from "./core/planning/data-safety";
export {
  checkTransition,
  manifestOf,
  parseManifest,
  type LastHop,
  type Manifest,
  type PendingUpgrade,
  type ServedBy,
  type Transition,
} from "./core/planning/manifest";
export { estimate } from "./core/planning/sizing/sizing";
export type {
  Correction,
  CorrectionId,
  DeploymentTarget,
  DiskSpace,
  Estimate,
  EstimateOptions,
  RequestAndLimit,
  Resources,
  ServiceEstimate,
} from "./core/planning/sizing/sizing";
export { checkHop, planUpgrade } from "./core/planning/upgrade/upgrade";
export type * from "./core/planning/upgrade/upgrade-plan";
export {
  bundleText,
  digestOf,
  type Bundle,
  type BundleFile,
  type BackupStore,
  type BundlePointer,
  type SecretFile,
} from "./core/rendering/bundle";
export { renderBundle } from "./core/rendering/bundle-files";
export { renderManifests } from "./core/rendering/manifests/manifests";
export type { KubernetesObject } from "./core/rendering/manifests/object";
export { helmValues, type HelmValue, type HelmValues, type Surroundings } from "./core/rendering/helm/values";
export { findRelease, newestComposeRelease, releases } from "./core/product/releases";
export type { Deployable, HelmRelease, ImagePin, Release, ReleaseAnomalies } from "./core/product/releases";
export type {
  PodVolumeFacts,
  ProbeAction,
  ProbeFacts,
  ProbesFacts,
  RightsFacts,
  RoleRule,
  ServiceObjectFacts,
} from "./core/product/kubernetes/workload-facts";
export type {
  CommandCheck,
  DatabaseName,
  DataClass,
  HealthCheck,
  HttpCheck,
  Plane,
  ReleaseRange,
  ServiceName,
} from "./core/product/service";
export type { MachineImagePipelineArgs } from "./machine-images/args";
export type { Connect, SourcegraphVmArgs, Transform } from "./vm/args";
