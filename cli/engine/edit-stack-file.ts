import { readFileSync, writeFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { configFromStackFile, configNamespace } from "../../stacks/config";

/**
 * Sets the release of a stack file, and which ids are acknowledged; comments and everything else stay.
 *
 * @param change from the ids that are acknowledged to those that shall be
 */
export function editRelease(
  file: string,
  release: string,
  change: (acknowledged: readonly string[]) => readonly string[],
): void {
  const text = readFileSync(file, "utf8");
  const document = parseDocument(text);
  const { acknowledge } = configFromStackFile(text);
  const ids = change(Array.isArray(acknowledge) ? acknowledge.map(String) : []);
  const key = (name: string) => ["config", `${configNamespace}:${name}`];
  document.setIn(key("release"), release);
  if (ids.length > 0) document.setIn(key("acknowledge"), ids);
  else document.deleteIn(key("acknowledge"));
  writeFileSync(file, document.toString({ lineWidth: 0, flowCollectionPadding: false }));
}
