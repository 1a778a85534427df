import { facts } from "../../components/core/rendering/section";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";

function entriesOf(name: string, value: unknown): [string, string][] {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return [[name, String(value)]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => entriesOf(`${name}.${key}`, inner));
}

/** Outputs for a person; the manifest and the promise of copies are long and are left to `--json`. */
export function outputsText(outputs: Readonly<Record<string, unknown>>, terminal: Terminal): string {
  const { manifest: _manifest, retention: _retention, ...rest } = outputs;
  const entries = Object.entries(rest).flatMap(([name, value]) => entriesOf(name, value));
  return sectionsText([facts("outputs", "Outputs", entries)], terminal);
}
