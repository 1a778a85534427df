import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The token that a machine on Google Cloud gets from its metadata service, and that this store knows. */
export const googleToken = "ya29.stand-in-access-token";

/** A request as it came in, and how it was answered. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/**
 * A stand-in for Cloud Storage (its XML API) and Secret Manager on loopback, as far as a machine uses them, with the access
 * token checked. There is no maintained emulator of the two that runs without a container.
 */
export interface GoogleStore {
  readonly port: number;
  /** Text by key of the bucket; takes what machines upload. */
  readonly objects: Map<string, string>;
  /** Value by the full name of a version. */
  readonly secrets: Map<string, string>;
  /** Every request so far. */
  readonly seen: Seen[];
  close(): Promise<void>;
}

/** Starts a store for one bucket. */
export async function startGoogleStore(bucket: string): Promise<GoogleStore> {
  const objects = new Map<string, string>();
  const secrets = new Map<string, string>();
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url: path = "" } = request;
    const known = request.headers.authorization === `Bearer ${googleToken}`;
    const [status, text] = known ? reply(request, Buffer.concat(chunks).toString()) : [403, "AccessDenied"];
    seen.push({ method, path, status });
    response.writeHead(status, {
      "Content-Type": "application/json",
      ...(method === "GET" && status < 400 && { ETag: tagOf(text) }),
    });
    response.end(status === 304 ? undefined : text);
  }

  function reply({ method, url = "", headers }: IncomingMessage, body: string): [number, string] {
    const version = /^\/v1\/(projects\/.+):access$/.exec(url)?.[1];
    if (version !== undefined) {
      const value = secrets.get(version);
      if (value === undefined) return [404, "NotFound"];
      return [200, JSON.stringify({ name: version, payload: { data: Buffer.from(value).toString("base64") } })];
    }
    const key = url.startsWith(`/${bucket}/`) ? url.slice(bucket.length + 2) : undefined;
    if (key === undefined) return [404, "NoSuchBucket"];
    if (method === "PUT") {
      objects.set(key, body);
      return [200, ""];
    }
    const text = objects.get(key);
    if (method !== "GET") return [405, "MethodNotAllowed"];
    if (text === undefined) return [404, "NoSuchKey"];
    return [headers["if-none-match"] === tagOf(text) ? 304 : 200, text];
  }

  return {
    port: await listen(server),
    objects,
    secrets,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function tagOf(text: string): string {
  return `"${createHash("md5").update(text).digest("hex")}"`;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
