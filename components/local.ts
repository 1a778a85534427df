/** Sourcegraph on a Docker Engine; loads the Docker SDK only. */
export * from "./index";
export { SourcegraphVm, type LocalSourcegraphVmArgs, type LocalTransforms } from "./vm/local";
export { DevMonolith, type DevMonolithArgs } from "./monolith/dev-monolith";
