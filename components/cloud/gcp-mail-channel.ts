import * as monitoring from "@pulumi/gcp/monitoring";
import type * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../vm/args";

/** Declares the channel that mails what alarms say. Answers the names of who is told: nobody without an address. */
export function declareMailChannel(
  parent: pulumi.Resource,
  name: string,
  o: {
    readonly project: pulumi.Input<string>;
    /** What the mails are of, as the console shows it. */
    readonly displayName: string;
    /** Address; absent for none. */
    readonly email: string | undefined;
    readonly labels: Readonly<Record<string, string>>;
    readonly transform: Transform<monitoring.NotificationChannelArgs> | undefined;
  },
): pulumi.Output<string>[] {
  const { project, displayName, email, labels, transform } = o;
  if (email === undefined) return [];
  const own = { project, type: "email", displayName, labels: { email_address: email }, userLabels: labels };
  const channel = new monitoring.NotificationChannel(
    name,
    transformed<monitoring.NotificationChannelArgs>(own, transform),
    { parent },
  );
  return [channel.name];
}
