import { createHash } from "node:crypto";
import type { SecretPart } from "../planning/secrets";

export type { SecretPart } from "../planning/secrets";

/** A file of the bundle whose text is known. */
export interface BundleFile {
  /** Path relative to the bundle's folder, e.g. `compose.yaml`. */
  readonly path: string;
  /** Octal permission bits, e.g. `0644`. */
  readonly mode: string;
  /** Content. */
  readonly text: string;
}

/** A file the machine puts together from secrets it fetches by its own identity; its text is never in the bundle. */
export interface SecretFile {
  /** Path relative to the bundle's folder, always below `secrets/`. */
  readonly path: string;
  /** Octal permission bits. */
  readonly mode: string;
  /** Owner and group on the machine as `uid:gid`; default `0:0`. */
  readonly owner?: string;
  /** Content: texts and secrets, one after another. */
  readonly parts: readonly SecretPart[];
}

/** The files a machine converges to, and what it has to fetch for itself. */
export interface Bundle {
  /** Version of this form. */
  readonly schema: 1;
  /** Release the files deploy. */
  readonly release: string;
  /** Every file, sorted by path. */
  readonly files: readonly BundleFile[];
  /** Every secret file, sorted by path. */
  readonly secretFiles: readonly SecretFile[];
  /** Names of the secrets the secret files are made of, sorted. */
  readonly secrets: readonly string[];
  /** Every image reference the compose file names, sorted. */
  readonly images: readonly string[];
}

/** Where backups are copied to, so that they outlive the machine. */
export interface BackupStore {
  /** How the machine signs in there: like at its bundles. */
  readonly kind: "s3" | "gcs";
  /** Bucket of the backups. */
  readonly bucket: string;
  /** URL of the bucket, without a slash at its end. */
  readonly url: string;
  /** What every key begins with; a backup's objects are below `<prefix>/<id>/`, its `backup.json` the last of them. */
  readonly prefix: string;
}

/** What every key of the bucket of backups begins with. */
export const backupPrefix = "backups";

/** The one mutable object: says which bundle holds now, and where in the secret store its secrets are. */
export interface BundlePointer {
  /** Version of this form. */
  readonly schema: 1;
  /** Release of the bundle. */
  readonly release: string;
  /** SHA-256 of the bundle's text, lower-case hex; the bundle's key is `bundles/<digest>.json`. */
  readonly digest: string;
  /** Secret name to its address in the store: an ARN, a Secret Manager version name, or a file name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Where backups are copied to; absent where nothing outlives the machine. */
  readonly backups?: BackupStore;
}

/** The exact text of a bundle as it is stored: JSON, stable for equal bundles. */
export function bundleText(bundle: Bundle): string {
  return `${JSON.stringify(bundle, null, 1)}\n`;
}

/** SHA-256 of a text, lower-case hex. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
