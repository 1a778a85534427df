import { InputError } from "../errors";
import type { VmSpecification } from "../planning/config/specification";
import { renderBootstrap } from "./bootstrap";
import type { BundleFile } from "./bundle";
import { verificationKey } from "./pointer";

/**
 * The machine's bootstrap of a specification with placeholders for what only the stack program knows: bucket, disk and key.
 * @throws InputError for a local deployment, which has no machine of its own
 */
export function previewBootstrap({ cloud, name, region, gcp, access, proxy }: VmSpecification): BundleFile {
  if (cloud === "local")
    throw new InputError(
      [{ path: "cloud", message: 'is "local", where no machine is made; give aws or gcp' }],
      "there is no bootstrap",
    );
  const bucket = `${name}-bundles-example`;
  const { kind, text } = renderBootstrap({
    cloud,
    name,
    source:
      cloud === "aws"
        ? { kind: "s3", bucket, region }
        : { kind: "gcs", bucket, project: gcp?.project ?? "example-project" },
    dataDevice:
      cloud === "aws"
        ? "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol00000000000000000"
        : "/dev/disk/by-id/google-sourcegraph-data",
    pointerKey: verificationKey("example"),
    ...(cloud === "aws" && { adminSshKeys: access.sshKeys }),
    ...((proxy?.http !== undefined || proxy?.https !== undefined) && { httpProxy: proxy }),
  });
  return {
    path: kind === "cloud-init" ? "user-data.yaml" : "startup-script.sh",
    mode: kind === "cloud-init" ? "0644" : "0755",
    text,
  };
}
