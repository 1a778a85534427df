/** A piece of a secret file or variable: literal text, or the value of a secret in one of three spellings. */
export type SecretPart =
  | string
  | {
      /** Name of the secret within the plan, e.g. `pgsqlPassword`. */
      readonly secret: string;
      /**
       * How the value is written: `raw` as it is; `env` inside a double-quoted value of an environment file;
       * `json` inside a JSON string; `uri` percent-encoded, for a connection URL; `base64` for a login at a registry, which
       * only Kubernetes takes so.
       */
      readonly as: "raw" | "env" | "json" | "uri" | "base64";
    };

/** A secret of the deployment: its name and where its value comes from, never the value. */
export interface PlannedSecret {
  /** Name within the plan, e.g. `pgsqlPassword`. */
  readonly name: string;
  /**
   * `generated`: made at random at first creation; `config`: given as an encrypted config value of that name; `store`: kept
   * in the cloud's secret store by somebody else, and read there by the machine; `managed`: an address or password that a
   * service of the cloud has once it is made.
   */
  readonly origin: "generated" | "config" | "store" | "managed";
  /** Name or ARN in the cloud's secret store, where the origin is `store`. */
  readonly storeName?: string;
  /** What it opens, in the user's words. */
  readonly purpose: string;
  /** Losing it means losing the data behind it, so it is kept with the data. */
  readonly guardsData: boolean;
}

// A name under `secrets`, or what a cloud's secret store calls it: an ARN, or projects/PROJECT/secrets/NAME.
const placeholder = /\$\{secret:([^\s"\\{}]+)\}/g;

/** Splits a text with `${secret:NAME}` placeholders into parts. */
export function splitPlaceholders(text: string, as: "raw" | "json" | "env"): SecretPart[] {
  const parts: SecretPart[] = [];
  let position = 0;
  for (const match of text.matchAll(placeholder)) {
    if (match.index > position) parts.push(text.slice(position, match.index));
    parts.push({ secret: match[1] ?? "", as });
    position = match.index + match[0].length;
  }
  if (position < text.length) parts.push(text.slice(position));
  return parts;
}

/** The names of the secrets in parts. */
export function secretNames(parts: readonly SecretPart[]): string[] {
  return parts.flatMap((part) => (typeof part === "string" ? [] : [part.secret]));
}
