/** The image a machine starts from, by exact name. */
export interface MachineImage {
  /** Name as the cloud lists it; its id differs per region on AWS and is looked up by this name. */
  readonly name: string;
  /** AWS: account that publishes it, `self` for the machine's own. GCP: project. */
  readonly owner: string;
  /** AWS: its id, where that is what was given; nothing is looked up then. */
  readonly id?: string;
}

/** Where a machine image answers for the container images on it, as Docker's mirror. */
export const imageStore = "127.0.0.1:5000";

/**
 * Debian 13 from Debian's and Google's own publishers, pinned per release of this library: an image that moved by itself
 * would replace machines some later morning. A new pin is listed under "Expected preview changes" in the changelog.
 */
export const machineImages: Readonly<Record<"aws" | "gcp", MachineImage>> = {
  aws: { name: "debian-13-amd64-20251117-2299", owner: "136693071363" },
  gcp: { name: "debian-13-trixie-v20260921", owner: "debian-cloud" },
};

const imageId = /^ami-[0-9a-f]{8,17}$/;
const imageName = {
  aws: /^[\w()[\] ./'@-]{3,128}$/,
  gcp: /^(?:projects\/([a-z][a-z0-9.:-]*)\/global\/images\/)?([a-z]([a-z0-9-]{0,61}[a-z0-9])?)$/,
};

/** Why a machine image cannot be one of that cloud; undefined when it can. */
export function machineImageProblem(image: string, cloud: "aws" | "gcp"): string | undefined {
  if (imageName[cloud].test(image) && (cloud === "gcp" || !image.startsWith("ami-") || imageId.test(image)))
    return undefined;
  return cloud === "aws"
    ? `must be the id of an image such as ami-0123456789abcdef0, or its exact name, got ${JSON.stringify(image)}`
    : `must be the name of an image, or projects/PROJECT/global/images/NAME, got ${JSON.stringify(image)}`;
}

/**
 * The image a machine starts from: Debian's, or the one that is asked for.
 *
 * @param given as the config names it
 * @param project GCP: where a mere name is looked up
 */
export function machineImageOf(cloud: "aws" | "gcp", given: string | undefined, project = ""): MachineImage {
  if (given === undefined) return machineImages[cloud];
  if (cloud === "aws") return { name: given, owner: "self", ...(imageId.test(given) && { id: given }) };
  const [, owner = project, name = given] = imageName.gcp.exec(given) ?? [];
  return { name, owner };
}
