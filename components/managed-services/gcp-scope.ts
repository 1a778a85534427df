import type * as pulumi from "@pulumi/pulumi";
import type { DataClass } from "../core/product/service";
import type { GcpManagedServicesArgs } from "./gcp-args";

/** What every part of the managed services is made from: the arguments, complete. */
export interface GcpServicesScope extends Required<
  Omit<GcpManagedServicesArgs, "alarmEmail" | "boundary" | "keyForStorage" | "privateServices" | "zone">
> {
  /** The component; parent of every child. */
  readonly parent: pulumi.Resource;
  /** Stem of the names that planning does not give. */
  readonly name: string;
  readonly alarmEmail?: string;
  readonly zone?: string;
  /** What has to be there before a server is made in the network. */
  readonly connection: readonly pulumi.Resource[];
  /** What lets Cloud Storage use the key. */
  readonly keyForStorage?: pulumi.Resource;
}

/** Labels of something that holds data of a class. */
export function dataLabels({ labels }: Pick<GcpServicesScope, "labels">, dataClass: DataClass): Record<string, string> {
  return { ...labels, "sourcegraph-data-class": dataClass };
}
