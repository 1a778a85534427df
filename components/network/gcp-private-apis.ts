import * as dns from "@pulumi/gcp/dns";
import type * as pulumi from "@pulumi/pulumi";

/** Addresses of those of Google's APIs that data cannot leave by; they are reached within Google's network. */
const restrictedApis = ["199.36.153.4", "199.36.153.5", "199.36.153.6", "199.36.153.7"];

/** The block of these addresses. */
export const restrictedCidr = "199.36.153.4/30";

/** Domains of Google's APIs and registries, which get these addresses, by a short name of each. */
const apiDomains = { apis: "googleapis.com", packages: "pkg.dev", images: "gcr.io" };

/** Names of Google's APIs and registries lead to the restricted addresses, for this network alone. */
export function declarePrivateApis(
  parent: pulumi.Resource,
  name: string,
  {
    project,
    network,
    labels = {},
  }: {
    readonly project?: string;
    readonly network: pulumi.Input<string>;
    readonly labels?: Readonly<Record<string, string>>;
  },
): pulumi.Resource[] {
  return Object.entries(apiDomains).flatMap(([short, domain]) => {
    const zone = new dns.ManagedZone(
      `${name}-${short}`,
      {
        project,
        dnsName: `${domain}.`,
        description: `${domain} by addresses of Google's network`,
        visibility: "private",
        privateVisibilityConfig: { networks: [{ networkUrl: network }] },
        labels,
      },
      { parent },
    );
    const record = (suffix: string, type: string, host: string, rrdatas: string[]) =>
      new dns.RecordSet(
        `${name}-${short}-${suffix}`,
        { project, managedZone: zone.name, name: host, type, ttl: 300, rrdatas },
        // A name has one record at a time.
        { parent, deleteBeforeReplace: true },
      );
    return [
      record("address", "A", `${domain}.`, restrictedApis),
      record("below", "CNAME", `*.${domain}.`, [`${domain}.`]),
    ];
  });
}
