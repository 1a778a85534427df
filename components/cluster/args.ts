import type * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import type { Config } from "../core/planning/config/config";
import type { FileTexts } from "../core/planning/config/specification";
import type { KubernetesSpecification } from "../core/planning/config/specified";
import type { Manifest } from "../core/planning/manifest";

/**
 * Arguments of a cluster, the same on every cloud: the keys of the config, and what only a program can give. A cluster takes
 * the same config as what runs on it, because its nodes follow from that. They are plain values, because they decide which
 * resources exist.
 */
export interface ClusterArgs
  extends Omit<Config, "shape" | "cloud" | "secrets" | "name" | "release" | "admin" | "multiTenant" | "like">, Bounded {
  /** Exact Sourcegraph release. A change is an upgrade. */
  readonly release: string;
  /** Secrets by name, of which a cluster reads the names only. Default none. */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Texts of the files that the config names, by path as written. Default none. */
  readonly files?: FileTexts;
  /**
   * The manifest of the last update, from the stack's own outputs. With it a wrong step of the cluster's version is refused
   * before anything is registered; without it nothing is compared. Default none.
   */
  readonly previous?: Manifest;
  /** What follows from a config, where it is decided elsewhere: the config's keys are then not read. Default: from the keys. */
  readonly specification?: KubernetesSpecification;
}
