import { applyEdits, modify, parse as parseJsonc } from "jsonc-parser";
import type { Config } from "./config";

// What modes of an instance mean for its site configuration, which is a text with comments.

/** Site configuration, read; empty where it cannot be, which the checks of files say. */
export function siteObject(text: string | undefined): Readonly<Record<string, unknown>> {
  const value: unknown = parseJsonc(text ?? "{}", [], { allowTrailingComma: true });
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** The models a site configuration names; nothing where there are none. */
export function modelConfigurationOf(site: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const models = site["modelConfiguration"];
  return typeof models === "object" && models !== null && !Array.isArray(models)
    ? (models as Record<string, unknown>)
    : {};
}

const format = { formattingOptions: { insertSpaces: true, tabSize: 2 } };

const set = (text: string, path: string[], value: unknown): string =>
  applyEdits(text, modify(text, path, value, format));

/** The text of a replica: nobody is asked for updates, and the licence is its own. */
function replicaText({ licenceSecret }: NonNullable<Config["replica"]>, text: string): string {
  const silent = set(text, ["update.channel"], "none");
  return licenceSecret === undefined ? silent : set(silent, ["licenseKey"], `\${secret:${licenceSecret}}`);
}

/** The text with what modes and replica ask for, and else as it is; undefined where nothing is asked for and none was given. */
export function siteTextFor(
  { modes = [], replica }: Pick<Partial<Config>, "modes" | "replica">,
  whole: string | undefined,
): string | undefined {
  const given = replica === undefined ? whole : replicaText(replica, whole ?? "{}");
  const airGapped = modes.includes("air-gapped");
  if (!airGapped && !modes.includes("own-model")) return given;
  const text = given ?? "{}";
  const models = set(text, ["modelConfiguration", "sourcegraph"], null);
  return airGapped ? set(set(models, ["update.channel"], "none"), ["disableChangelog"], true) : models;
}
