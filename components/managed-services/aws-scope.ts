import type * as pulumi from "@pulumi/pulumi";
import type { ServiceName } from "../core/product/service";
import { serviceNamed } from "../core/product/services";
import { dataOptions } from "../cloud/data-options";
import type { AwsManagedServicesArgs } from "./aws-args";

/** What every part of the managed services is made from: the arguments, complete. */
export interface AwsServicesScope extends Required<Omit<AwsManagedServicesArgs, "alarmEmail" | "boundary">> {
  /** The component; parent of every child. */
  readonly parent: pulumi.Resource;
  /** Stem of the names that planning does not give. */
  readonly name: string;
  readonly alarmEmail?: string;
}

/**
 * Options of a server that holds data: protected, and kept in the cloud when it leaves the program all the same. Unlike a
 * disk it stands in the network, which cannot go while it is there; so where `deletionProtection` is lifted it is no more
 * kept, and once it is unprotected it goes with a last snapshot.
 */
export function serverOptions(
  { parent, deletionProtection }: Pick<AwsServicesScope, "parent" | "deletionProtection">,
  ignoreChanges: string[] = [],
): pulumi.CustomResourceOptions {
  return { ...dataOptions(parent, { ignoreChanges }), retainOnDelete: deletionProtection };
}

/** Tags of a resource. */
export function serviceTags({ tags }: Pick<AwsServicesScope, "tags">, resource: string): Record<string, string> {
  return { Name: resource, ...tags };
}

/** Tags of something that holds what a bundled service would hold. */
export function dataTags(
  scope: Pick<AwsServicesScope, "tags">,
  resource: string,
  bundled: ServiceName,
): Record<string, string> {
  const classes = serviceNamed(bundled).volumes.map(({ dataClass }) => dataClass);
  return { ...serviceTags(scope, resource), "sourcegraph:data-class": classes.join(" ") };
}
