import type { PlannedMachineImage, PreparedImage } from "../planning/machine-images/plan";
import { imageStore } from "../planning/vm/machine-images";
import { registry } from "../product/releases";
import { digestOf } from "./bundle";
import { prepareImageText, setupText } from "./converge";

/** What a machine is made into an image with. */
export interface PrepareImageArgs {
  /** Release whose container images go onto it. */
  readonly release: string;
  /** These images. */
  readonly images: readonly PreparedImage[];
  /** Registry and prefix they are copied from; with `http://` before it where it speaks no TLS. */
  readonly from: string;
  /** Whether the machine is switched off at the end, which says that all went well; default false. */
  readonly powerOff?: boolean;
}

/** A machine image, ready to be made. */
export interface RenderedMachineImage {
  /** Release whose container images are on it. */
  readonly release: string;
  /** Name: stem, release and digest of all that goes into it. Another content is another name. */
  readonly name: string;
  /** The program that makes a machine of the base image what the image is taken from. */
  readonly script: string;
}

/** Debian's packages that the set-up of a machine installs where they are missing. */
export const hostPackages: readonly string[] = [...setupText.matchAll(/^package ((?:[a-z0-9.+-]+ ?)+)$/gm)]
  .flatMap(([, names = ""]) => names.split(" "))
  .sort();

/** Path of the vendor's images below the registry, as Docker asks a mirror for them. */
const prefix = registry.slice(registry.indexOf("/") + 1);

/** The program that makes a machine of Debian what an image is taken from. It needs Debian's archive and the registry. */
export function prepareImageScript({ release, images, from, powerOff = false }: PrepareImageArgs): string {
  const values = [
    `store=${imageStore} release=${release} prefix=${prefix} from=${from.replace("http://", "")} secure=${!from.startsWith("http://")}`,
    `packages=(${hostPackages.join(" ")})`,
    "images=(",
    ...images.map(({ repository, tag, digest }) => `  ${repository}:${tag}@${digest}`),
    ")",
  ].join("\n");
  const script = prepareImageText.replace("# {{image}}", () => values);
  return powerOff ? `${script}systemctl poweroff\n` : script;
}

/**
 * Name and program of a machine image.
 *
 * @param stem stem of the name
 * @param powerOff see {@link PrepareImageArgs.powerOff}
 */
export function renderMachineImage(stem: string, image: PlannedMachineImage, powerOff = false): RenderedMachineImage {
  const { release, base, diskGb, packagesOf } = image;
  const script = prepareImageScript({ ...image, powerOff });
  const digest = digestOf(JSON.stringify({ base, diskGb, packagesOf, script }));
  return { release, name: `${stem}-${release.replaceAll(".", "-")}-${digest.slice(0, 10)}`, script };
}
