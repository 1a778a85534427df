import type * as pulumi from "@pulumi/pulumi";
import type { SourcegraphVmArgs } from "../components/vm/args";

/** What a stack shows. */
export interface StackOutputs {
  readonly url: pulumi.Input<string>;
  readonly release: pulumi.Input<string>;
  readonly connect: pulumi.Input<unknown>;
  readonly manifest: pulumi.Input<unknown>;
}

/** What the program of a cloud declares. */
export type DeclareCloud = (name: string, args: SourcegraphVmArgs) => StackOutputs;
