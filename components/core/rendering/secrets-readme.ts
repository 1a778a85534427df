import { secretNames, type PlannedSecret } from "../planning/secrets";
import type { Bundle } from "./bundle";

/** Says which files a deployment made by hand has to add, because they hold secrets; without any value. */
export function secretsReadme({ secretFiles }: Bundle, secrets: readonly PlannedSecret[]): string {
  const purposes = new Map(secrets.map(({ name, purpose }) => [name, purpose]));
  const files = secretFiles.flatMap(({ path, mode, owner, parts }) => [
    `${path}  mode ${mode}${owner === undefined ? "" : `, owner ${owner}`}`,
    ...parts
      .map((part) => (typeof part === "string" ? part : `<${part.secret}>`))
      .join("")
      .trimEnd()
      .split("\n")
      .map((line) => `    ${line}`),
    "",
  ]);
  const names = [...new Set(secretFiles.flatMap(({ parts }) => secretNames(parts)))].sort();
  return [
    "The containers read the files below, which are not written here because they hold secrets. On a machine that sgbox",
    "deploys, the machine writes them itself. By hand: write each with the values in place of the names in <brackets>.",
    "",
    ...names.map((name) => `<${name}>  ${purposes.get(name) ?? ""}`),
    "",
    ...files,
  ].join("\n");
}
