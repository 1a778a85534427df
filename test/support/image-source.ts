import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const digestOf = (content: Buffer): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const manifestType = "application/vnd.docker.distribution.manifest.v2+json";

/**
 * What a machine that is made into an image asks of the network, on a port of the loopback: a registry, which stands in for the
 * vendor's and is only read, and below `/debian/` a folder as an archive of packages.
 */
export class ImageSource {
  private readonly blobs = new Map<string, Buffer>();
  /** By digest, which answers below any name. */
  private readonly manifests = new Map<string, Buffer>();

  private constructor(
    private readonly server: Server,
    /** Port of the host's 127.0.0.1. */
    readonly port: number,
  ) {}

  /** @param archive folder of packages with their index */
  static async start(archive: string): Promise<ImageSource> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const source = new ImageSource(server, (server.address() as AddressInfo).port);
    server.on("request", ({ url = "", method }, response) => {
      const path = decodeURIComponent(url);
      const { type = "application/octet-stream", content } = path.startsWith("/debian/")
        ? { content: fileOf(join(archive, path.slice("/debian".length))) }
        : source.answer(path);
      if (content === undefined) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { "Content-Type": type, "Content-Length": content.length });
      response.end(method === "HEAD" ? undefined : content);
    });
    return source;
  }

  private answer(path: string): { readonly type?: string; readonly content: Buffer | undefined } {
    if (path === "/v2/") return { type: "application/json", content: Buffer.from("{}") };
    const [, kind, digest = ""] = /^\/v2\/.+\/(manifests|blobs)\/(sha256:[0-9a-f]{64})$/.exec(path) ?? [];
    return kind === "manifests"
      ? { type: manifestType, content: this.manifests.get(digest) }
      : { content: this.blobs.get(digest) };
  }

  /** Takes up the one image of an archive of `docker save`, its layers packed as registries have them; gives its digest. */
  push(archive: string): string {
    const part = (name: string): Buffer => execFileSync("tar", ["-xOf", archive, name], { maxBuffer: 1 << 28 });
    const [image] = JSON.parse(part("manifest.json").toString()) as { Config: string; Layers: string[] }[];
    if (image === undefined) throw new Error(`${archive} holds no image`);
    const keep = (mediaType: string, content: Buffer) => {
      const digest = digestOf(content);
      this.blobs.set(digest, content);
      return { mediaType, size: content.length, digest };
    };
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: manifestType,
        config: keep("application/vnd.docker.container.image.v1+json", part(image.Config)),
        layers: image.Layers.map((layer) =>
          keep("application/vnd.docker.image.rootfs.diff.tar.gzip", gzipSync(part(layer))),
        ),
      }),
    );
    const digest = digestOf(manifest);
    this.manifests.set(digest, manifest);
    return digest;
  }

  /** Ends it, with connections that are still open. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function fileOf(path: string): Buffer | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path) : undefined;
}
