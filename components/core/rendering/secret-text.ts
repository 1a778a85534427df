import type { SecretPart } from "../planning/secrets";

/** Writes a value so that it stands between double quotes in an environment file as compose reads it. */
export function inEnvironmentFile(value: string): string {
  return value.replace(/[\\"$]/g, "\\$&").replaceAll("\n", "\\n");
}

/** Writes a secret's value as a part asks for. */
function written(value: string, as: Exclude<SecretPart, string>["as"]): string {
  switch (as) {
    case "raw":
      return value;
    case "env":
      return inEnvironmentFile(value);
    case "json":
      return JSON.stringify(value).slice(1, -1);
    case "uri":
      return encodeURIComponent(value).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    case "base64":
      return Buffer.from(value, "utf8").toString("base64");
    default: {
      const never: never = as;
      return never;
    }
  }
}

/**
 * Puts a secret text together, for deployments whose containers are given their variables by the program. A machine does
 * the same by itself, from the secret store.
 *
 * @param parts what the text is made of
 * @param values the values by name
 * @param inFile whether the text goes into an environment file; otherwise nothing is escaped for one
 */
export function secretText(
  parts: readonly SecretPart[],
  values: Readonly<Record<string, string>>,
  inFile: boolean,
): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      const value = values[part.secret];
      if (value === undefined) throw new Error(`no value for the secret '${part.secret}'`);
      return written(value, part.as === "env" && !inFile ? "raw" : part.as);
    })
    .join("");
}
