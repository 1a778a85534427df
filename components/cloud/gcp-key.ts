import * as kms from "@pulumi/gcp/kms";
import * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../vm/args";
import { dataOptions } from "./data-options";
import { partlyTransformed } from "../vm/gcp-args";

/** Declares a key in a ring of its own. Google Cloud never deletes either, nor frees their names. */
export function declareKey(
  parent: pulumi.Resource,
  o: {
    readonly names: { readonly keyRing: string; readonly key: string };
    readonly project: string;
    readonly region: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly transform?: Transform<Pick<kms.CryptoKeyArgs, "labels" | "rotationPeriod">>;
  },
): kms.CryptoKey {
  const { names, project, region, labels, transform } = o;
  const ring = new kms.KeyRing(names.keyRing, { project, location: region }, dataOptions(parent));
  return new kms.CryptoKey(
    names.key,
    partlyTransformed<kms.CryptoKeyArgs, "labels" | "rotationPeriod">(
      {
        keyRing: ring.id,
        purpose: "ENCRYPT_DECRYPT",
        rotationPeriod: "7776000s",
        destroyScheduledDuration: "2592000s",
        labels,
      },
      transform,
      ["labels", "rotationPeriod"],
    ),
    dataOptions(parent),
  );
}

/** The account by which a service of Google acts in a project, as a member. */
export function serviceAgent(projectNumber: pulumi.Input<string>, domain: string): pulumi.Output<string> {
  return pulumi.interpolate`serviceAccount:service-${projectNumber}@${domain}.iam.gserviceaccount.com`;
}

/** Lets somebody use a key. Kept like data, which cannot be read without. */
export function permitKey(
  parent: pulumi.Resource,
  name: string,
  o: {
    /** Full name of the key. */
    readonly key: pulumi.Input<string>;
    readonly member: pulumi.Input<string>;
    /** What makes the member. */
    readonly dependsOn?: pulumi.Resource[];
  },
  /** Provider of the key's project; default the parent's. */
  provider?: pulumi.ProviderResource,
): kms.CryptoKeyIAMMember {
  const { key, member, dependsOn = [] } = o;
  return new kms.CryptoKeyIAMMember(
    name,
    { cryptoKeyId: key, role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", member },
    dataOptions(parent, { dependsOn, ...(provider === undefined ? {} : { provider }) }),
  );
}
