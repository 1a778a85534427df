/** The operating system image of the machine, by exact name. */
export interface MachineImage {
  /** Name as the cloud lists it; its id differs per region on AWS and is looked up by this name. */
  readonly name: string;
  /** AWS: account that publishes it. GCP: project. */
  readonly owner: string;
}

/**
 * Debian 13 from Debian's and Google's own publishers, pinned per release of this library: an image that moved by itself
 * would replace machines some later morning. A new pin is listed under "Expected preview changes" in the changelog.
 */
export const machineImages: Readonly<Record<"aws" | "gcp", MachineImage>> = {
  aws: { name: "debian-13-amd64-20251117-2299", owner: "136693071363" },
  gcp: { name: "debian-13-trixie-v20260921", owner: "debian-cloud" },
};
