import type * as pulumi from "@pulumi/pulumi";
import type { FileTexts } from "../core/planning/config/specification";
import type { Manifest } from "../core/planning/manifest";
import type { Config } from "../core/planning/config/config";

/**
 * Arguments of `SourcegraphVm`, the same on every cloud: the keys of the config, and what only a program can give.
 * Keys are documented in docs/configuration.md. They are plain values, because they decide which resources exist.
 */
export interface SourcegraphVmArgs extends Omit<
  Config,
  "shape" | "cloud" | "secrets" | "name" | "release" | "admin" | "multiTenant" | "like"
> {
  /** Exact Sourcegraph release. A change is an upgrade. */
  readonly release: string;
  /**
   * Values of secrets by name, for the `…Secret` keys and the `${secret:NAME}` placeholders. They go to the cloud's secret
   * store and nowhere else. A changed value restarts the services that read it.
   *
   * @example { smtpPassword: config.requireSecret("smtpPassword") }
   */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Texts of the files that `tls.certificateFile` and `siteConfig.*File` name, by path as written. Default none. */
  readonly files?: FileTexts;
  /**
   * The manifest of the last update, from the stack's own outputs. With it a wrong upgrade and a loss of data are refused
   * before anything is registered; without it nothing is compared. Default none.
   */
  readonly previous?: Manifest;
}

/**
 * A change to one child: some of its arguments, or a function of the arguments that were planned. Applied last. What keeps
 * data safe is not among the arguments that can be changed.
 */
export type Transform<Args> = Partial<Args> | ((args: Args) => Args);

/** Applies a transform. */
export function transformed<Args extends object>(args: Args, transform: Transform<Args> | undefined): Args {
  if (transform === undefined) return args;
  return typeof transform === "function" ? transform(args) : { ...args, ...transform };
}

/** What a person has to type to get onto the machine. */
export interface Connect {
  /** Command line that opens a shell on the machine. */
  readonly shell: string;
  /** Command line that shows what the machine is doing. */
  readonly logs: string;
}
