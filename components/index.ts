/** What is the same on every cloud: the config, planning, rendering and the product's facts. Loads no cloud SDK. */
export * from "./core/errors";
export {
  parseSpecification,
  type ExternalDatabase,
  type ExternalObjectStorage,
  type FileTexts,
  type Specification,
} from "./core/planning/specification";
export { configSchema } from "./core/planning/schema";
export type * from "./core/planning/config";
export { planVm, type Exposure, type Plan, type PlannedMachine, type PlannedNetwork } from "./core/planning/plan";
export type { PlannedContainer, PlannedImage, PlannedMount, PublishedPort } from "./core/planning/container";
export type { PlannedSecret, SecretPart } from "./core/planning/secrets";
export { checkDataSafety, type DataResource } from "./core/planning/data-safety";
export {
  checkTransition,
  manifestOf,
  parseManifest,
  type LastHop,
  type Manifest,
  type Transition,
} from "./core/planning/manifest";
export { estimate, estimateAsPublished } from "./core/planning/sizing";
export { checkHop, planUpgrade } from "./core/planning/upgrade";
export {
  bundleText,
  digestOf,
  type Bundle,
  type BundleFile,
  type BundlePointer,
  type SecretFile,
} from "./core/rendering/bundle";
export { renderBundle } from "./core/rendering/bundle-files";
export { renderBootstrap } from "./core/rendering/bootstrap";
export { findRelease, newestComposeRelease, releases, type ImagePin, type Release } from "./core/product/releases";
export { serviceNamed, services, servicesOf } from "./core/product/services";
export type { DataClass, HealthCheck, Plane, Service, ServiceName, ServiceVolume } from "./core/product/service";
export type { Connect, SourcegraphVmArgs, Transform } from "./vm/args";
