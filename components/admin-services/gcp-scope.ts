import type * as compute from "@pulumi/gcp/compute";
import type * as kms from "@pulumi/gcp/kms";
import type * as pulumi from "@pulumi/pulumi";
import type { AdminPlan, PlannedAdminService } from "../core/planning/admin/admin-plan";
import type { StoredClass } from "../core/rules/facts";
import { factTags } from "../core/rules/graph";
import type { GcpPrivateServices } from "../network/gcp-private-services";

/** The network of a stack. */
export interface GcpAdminNetwork {
  readonly network: compute.Network;
  readonly subnetwork: compute.Subnetwork;
  /** How databases and caches are reached; undefined where there is none. */
  readonly privateServices: GcpPrivateServices | undefined;
  /** What has to be there before a workload sends anything. */
  readonly wayOut: readonly pulumi.Resource[];
}

/** Services of Google that act by an account of their own in the project. */
export type GcpAgent = "run" | "sql" | "redis" | "secrets" | "pubsub" | "bigquery" | "logging" | "iap";

/** Who a service of Google is, and what has to be there before it can be named. */
export interface GcpAgentAccount {
  readonly member: pulumi.Output<string>;
  readonly made: readonly pulumi.Resource[];
}

/** What every part of a stack on Google Cloud is made from. */
export interface GcpAdminScope {
  /** The component; parent of every child. */
  readonly parent: pulumi.Resource;
  readonly plan: AdminPlan;
  /** Project of the stack. */
  readonly project: string;
  readonly region: string;
  /** Labels of everything: those of the config, zone and owner. */
  readonly labels: Readonly<Record<string, string>>;
  /** Accounts of Google's services. */
  readonly agents: Readonly<Record<GcpAgent, () => GcpAgentAccount>>;
}

/** A key, and what lets Google's services use it. */
export interface GcpAdminKey {
  readonly key: kms.CryptoKey;
  readonly permitted: readonly pulumi.Resource[];
}

/**
 * The identity of a service. What it is called is known before it is made, so that rules see who is given rights; whoever
 * names it waits for it all the same.
 */
export interface GcpIdentity {
  /** Full name. */
  readonly name: pulumi.Output<string>;
  readonly email: pulumi.Output<string>;
  /** As a member of roles. */
  readonly member: pulumi.Output<string>;
}

/** What every part of one service is made from. */
export interface GcpServiceScope extends GcpAdminScope {
  readonly service: PlannedAdminService;
  readonly network: GcpAdminNetwork;
  /** Identity it runs as. */
  readonly account: GcpIdentity;
  /** Its keys, by name. */
  readonly keys: ReadonlyMap<string, GcpAdminKey>;
}

/** Labels of everything in a stack. */
export function stackLabels({ tags, zone, owner }: AdminPlan): Record<string, string> {
  return { ...tags, [factTags.zone]: zone, [factTags.owner]: owner };
}

/** Labels of what keeps data: who answers for it, and the worst it may hold. */
export function storeLabels(
  { labels }: Pick<GcpAdminScope, "labels">,
  { owner, dataClasses }: { readonly owner: string; readonly dataClasses: readonly StoredClass[] },
): Record<string, string> {
  return { ...labels, [factTags.owner]: owner, [factTags.dataClasses]: [...dataClasses].sort().join("_") };
}

/** The key of this name, of the service. */
export function keyNamed({ keys, service }: GcpServiceScope, name: string): GcpAdminKey {
  const found = keys.get(name);
  if (found === undefined) throw new Error(`the plan of ${service.name} has no key ${name}`);
  return found;
}
