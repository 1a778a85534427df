import { readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { inflateRawSync } from "node:zlib";
import { InputError } from "../../components/core/errors";

/** Files that are worth reading: small texts; logs are only counted. */
const worthReading = /\.(txt|ya?ml|json)$/;

/** Most bytes of one file that are read. */
const mostBytes = 20_000_000;

function unreadable(given: string, why: string): InputError {
  return new InputError([{ path: "from", message: `is "${given}", ${why}` }], "the support bundle cannot be read");
}

function ofFolder(root: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    const name = path.relative(root, file);
    const isSmall = worthReading.test(name) && statSync(file).size <= mostBytes;
    files[name] = isSmall ? readFileSync(file, "utf8") : "";
  }
  return files;
}

/** What stands at the end of a ZIP archive, and before each file in its directory. */
const marks = { end: 0x06054b50, entry: 0x02014b50 } as const;

/** The files of a ZIP archive by its directory: stored or deflated, without a password. */
function ofZip(archive: Buffer, given: string): Record<string, string> {
  const end = archive.lastIndexOf(Buffer.from("PK\u0005\u0006", "latin1"));
  if (end < 0 || archive.readUInt32LE(end) !== marks.end)
    throw unreadable(given, "which is no ZIP archive, or not all of one");
  const count = archive.readUInt16LE(end + 10);
  const files: Record<string, string> = {};
  let place = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (archive.readUInt32LE(place) !== marks.entry) throw unreadable(given, "whose directory is damaged");
    const method = archive.readUInt16LE(place + 10);
    const [packed, size] = [archive.readUInt32LE(place + 20), archive.readUInt32LE(place + 24)];
    const lengths = [28, 30, 32].map((offset) => archive.readUInt16LE(place + offset));
    const [named = 0, extra = 0, comment = 0] = lengths;
    const local = archive.readUInt32LE(place + 42);
    const name = archive.toString("utf8", place + 46, place + 46 + named);
    place += 46 + named + extra + comment;
    if (name.endsWith("/")) continue;
    files[name] = "";
    if (!worthReading.test(name) || size > mostBytes) continue;
    const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const data = archive.subarray(from, from + packed);
    files[name] = (method === 0 ? data : inflateRawSync(data, { maxOutputLength: mostBytes })).toString("utf8");
  }
  return files;
}

/**
 * Reads a support bundle, a folder or a ZIP archive.
 *
 * @param given its path as the user wrote it
 * @returns texts by path in it; empty for what is not read, such as logs
 * @throws InputError when it cannot be read
 */
export function readSupportBundle(given: string, folder: string): Record<string, string> {
  const place = path.resolve(folder, given);
  let isFolder: boolean;
  try {
    isFolder = statSync(place).isDirectory();
  } catch {
    throw unreadable(given, "which does not exist; give the folder or ZIP archive that src debug wrote");
  }
  if (isFolder) return ofFolder(place);
  try {
    return ofZip(readFileSync(place), given);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw unreadable(given, "which is a damaged ZIP archive");
  }
}
