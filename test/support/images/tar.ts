/** One entry of an archive. Modes are octal permission bits; everything is dated 1970 so that equal input gives equal bytes. */
export type TarEntry = { readonly path: string; readonly uid?: number; readonly gid?: number } & (
  | { readonly kind: "file"; readonly content: Buffer | string; readonly mode?: number }
  | { readonly kind: "directory"; readonly mode?: number }
  | { readonly kind: "link"; readonly target: string }
);

const BLOCK = 512;
const TYPES = { file: "0", directory: "5", link: "2" };

/** Writes a ustar archive. Throws when a path does not fit into the format. */
export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(pack), Buffer.alloc(2 * BLOCK)]);
}

function pack(entry: TarEntry): Buffer[] {
  const content = entry.kind === "file" ? Buffer.from(entry.content as string) : Buffer.alloc(0);
  const header = Buffer.alloc(BLOCK);
  const text = (value: string, offset: number, length: number): void => {
    if (header.write(value, offset, length) < Buffer.byteLength(value)) throw new Error(`too long for a tar: ${value}`);
  };
  const octal = (value: number, offset: number, length: number): void =>
    text(value.toString(8).padStart(length - 1, "0"), offset, length);
  const [name, prefix] = split(entry.path.replace(/^\/+/, "") + (entry.kind === "directory" ? "/" : ""));
  text(name, 0, 100);
  octal(entry.kind === "link" ? 0o777 : (entry.mode ?? (entry.kind === "directory" ? 0o755 : 0o644)), 100, 8);
  octal(entry.uid ?? 0, 108, 8);
  octal(entry.gid ?? 0, 116, 8);
  octal(content.length, 124, 12);
  octal(0, 136, 12);
  text(" ".repeat(8), 148, 8);
  text(TYPES[entry.kind], 156, 1);
  if (entry.kind === "link") text(entry.target, 157, 100);
  text("ustar\u000000", 257, 8);
  text(prefix, 345, 155);
  text(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
    8,
  );
  return [header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
}

/** The format keeps at most 100 bytes of a path, and up to 155 before them, divided at a slash. */
function split(path: string): [name: string, prefix: string] {
  if (path.length <= 100) return [path, ""];
  const slash = path.indexOf("/", path.length - 101);
  return slash < 0 ? [path, ""] : [path.slice(slash + 1), path.slice(0, slash)];
}
