import type * as pulumi from "@pulumi/pulumi";
import type { AdminSpecification } from "../components/core/planning/admin/specification";
import type { MultiTenantStackSpecification } from "../components/core/planning/config/parse-stack";
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
  /** Where the machine is and what belongs to it, by the cloud's own ids; only of machines in a cloud. */
  readonly machine?: pulumi.Input<unknown>;
  /** Secret: what signs orders to that machine. */
  readonly orderSecret?: pulumi.Input<string>;
  /** Secret: how the cluster is reached; only of clusters that are made. */
  readonly kubeconfig?: pulumi.Input<string>;
  /** Name, network and key of the cluster, for stacks that deploy on it; only of clusters that are made. */
  readonly cluster?: pulumi.Input<unknown>;
  /** How the customer takes the key back, and what happens then; only of instances under a key of the customer's. */
  readonly revocation?: pulumi.Input<string>;
  /** The account or project that was made for the instance, with links for people; only of those in an environment. */
  readonly environment?: pulumi.Input<unknown>;
  /** Which copies outlive the instance when it is deleted for good, and for how many days; only of machines in a cloud. */
  readonly retention?: pulumi.Input<unknown>;
  /** From where the instance calls out, for lists of who may; not of a Docker Engine. */
  readonly egress?: pulumi.Input<unknown>;
  /** What is kept of the instance, with the commands that list, make and restore it; not of a Docker Engine. */
  readonly backups?: pulumi.Input<unknown>;
  /** Region of the instance's data, and what leaves it; not of a Docker Engine. */
  readonly residency?: pulumi.Input<unknown>;
  /** What other stacks may know, by name: hosts, scopes and the like; only of stacks that are no instance. */
  readonly published?: pulumi.Input<unknown>;
  /** What to do next, where an upgrade takes more than one update; else empty. */
  readonly next?: pulumi.Input<string>;
}

/** What the program of an instance gives: what its stack shows, and what that is made of. */
export interface InstanceOutputs extends StackOutputs {
  /** Public addresses it calls out from; absent where its stack makes none. */
  readonly egressAddresses?: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/** What every stack program is given: the keys of the config, and what only a program can give. */
export type StackArgs = SourcegraphVmArgs;

/** What the program of a shape and cloud declares; `within` are options of every component: the provider of where it is made. */
export type Declare = (name: string, args: StackArgs, within?: pulumi.ComponentResourceOptions) => InstanceOutputs;

/** What the program of a stack that is no instance is given: what was decided from its config, and what only an engine has. */
interface DecidedArgs<Specification> {
  /** The config, parsed, checked and completed. */
  readonly specification: Specification;
  /** Values of the secrets, by name. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** What the last update exported as `manifest`; absent at the first. */
  readonly previous?: unknown;
}

/** What the program of support services is given. */
export type AdminStackArgs = DecidedArgs<AdminSpecification>;

/** Declares the support services of one zone; `within` as of an instance. */
export type DeclareAdmin = (
  name: string,
  args: AdminStackArgs,
  within?: pulumi.ComponentResourceOptions,
) => StackOutputs;

/** What the program of the multi-tenant backend is given. */
export type MultiTenantStackArgs = DecidedArgs<MultiTenantStackSpecification>;

/** Declares an environment of the multi-tenant backend with its cells. */
export type DeclareMultiTenant = (name: string, args: MultiTenantStackArgs) => StackOutputs;
