import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { parseDocument, type Document } from "yaml";

/**
 * Changes the file of an instance, comments and all; it is never there by half. A change that leaves it as it was writes nothing.
 *
 * @param file path of the file, absolute
 */
export function editInstanceFile(file: string, change: (document: Document) => void): void {
  const text = readFileSync(file, "utf8");
  const document = parseDocument(text);
  const before = JSON.stringify(document.toJS());
  change(document);
  if (JSON.stringify(document.toJS()) === before) return;
  writeFileSync(`${file}.new`, document.toString({ lineWidth: 0, flowCollectionPadding: false }));
  renameSync(`${file}.new`, file);
}
