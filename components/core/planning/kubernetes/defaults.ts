// What a config for Kubernetes falls back on, per cloud.

/**
 * The newest Kubernetes version both clouds offered in their stable channels when this library was written: GKE since
 * February 2026. EKS ends its standard support of 1.34 on 2 December 2026, and then raises the version by itself.
 */
export const newestClusterVersion = "1.35";

/** TCP ports on which services reach the outside by default: HTTPS, HTTP, SSH for Git, and mail. */
export const defaultEgressPorts: readonly number[] = [443, 80, 22, 587];

/** Storage of a cloud: its CSI driver and what the volumes are; undefined where the cluster is not known. */
export function storageDefaults(
  cloud: "aws" | "gcp" | "existing",
  autoMode: boolean,
): { readonly provisioner: string; readonly parameters: Readonly<Record<string, string>> } | undefined {
  if (cloud === "aws")
    return {
      provisioner: autoMode ? "ebs.csi.eks.amazonaws.com" : "ebs.csi.aws.com",
      parameters: { type: "gp3", encrypted: "true" },
    };
  if (cloud === "gcp") return { provisioner: "pd.csi.storage.gke.io", parameters: { type: "pd-ssd" } };
  return undefined;
}
