/** What is the same on every cloud: the config, planning, rendering and the product's facts. Loads no cloud SDK. */
export * from "./core/errors";
export {
  parseSpecification,
  type ExternalDatabase,
  type ExternalObjectStorage,
  type ExternalRedis,
  type FileTexts,
  type NamedSize,
  type SizeFromUsage,
  type Specification,
  type SpecifiedAccess,
  type SpecifiedExistingNetwork,
  type SpecifiedLocal,
  type SpecifiedMachine,
  type SpecifiedNewNetwork,
  type SpecifiedProxy,
  type SpecifiedRegistry,
  type SpecifiedSiteConfig,
  type SpecifiedTls,
} from "./core/planning/config/specification";
export { configJsonSchema } from "./core/planning/config/json-schema";
export type * from "./core/planning/config/config";
export { sizeLabels, sizeNames, type SizeLabel, type SizeName, type Usage } from "./core/planning/sizing/usage";
export { planVm, type Exposure, type Plan, type PlannedMachine, type PlannedNetwork } from "./core/planning/vm/plan";
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
export type { PlannedSecret, SecretPart } from "./core/planning/secrets";
export { dataProblems, type DataResource } from "./core/planning/data-safety";
export {
  checkTransition,
  manifestOf,
  parseManifest,
  type LastHop,
  type Manifest,
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
  type BundlePointer,
  type SecretFile,
} from "./core/rendering/bundle";
export { renderBundle } from "./core/rendering/bundle-files";
export { findRelease, newestComposeRelease, releases } from "./core/product/releases";
export type { Deployable, HelmRelease, ImagePin, Release, ReleaseAnomalies } from "./core/product/releases";
export type { CommandCheck, DatabaseName, HealthCheck, HttpCheck, ServiceName } from "./core/product/service";
export type { Connect, SourcegraphVmArgs, Transform } from "./vm/args";
