import type * as pulumi from "@pulumi/pulumi";
import type { SourcegraphVmArgs } from "../components/vm/args";

/** What a stack shows. */
export interface StackOutputs {
  /** Address of the instance; absent for a cluster alone. */
  readonly url?: pulumi.Input<string>;
  readonly release?: pulumi.Input<string>;
  /** How to look inside. */
  readonly connect?: pulumi.Input<unknown>;
  /** What the next update compares itself with. */
  readonly manifest: pulumi.Input<unknown>;
  /** Secret: how the cluster is reached; only of clusters that are made. */
  readonly kubeconfig?: pulumi.Input<string>;
  /** Name, network and key of the cluster, for stacks that deploy on it; only of clusters that are made. */
  readonly cluster?: pulumi.Input<unknown>;
  /** What to do next, where an upgrade takes more than one update; else empty. */
  readonly next?: pulumi.Input<string>;
}

/** What every stack program is given: the keys of the config, and what only a program can give. */
export type StackArgs = SourcegraphVmArgs;

/** What the program of a shape and cloud declares. */
export type Declare = (name: string, args: StackArgs) => StackOutputs;
