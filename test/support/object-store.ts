import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** The identity that a machine on AWS gets from its metadata service, and that this store knows. */
export const awsIdentity = {
  AccessKeyId: "ASIASTANDIN0123456789",
  SecretAccessKey: "stand-in/secret+access/key",
  Token: "stand-in-session-token==",
};

/** The token that a machine on Google Cloud gets from its metadata service, and that this store knows. */
export const googleToken = "ya29.stand-in-access-token";

/** A request as it came in, and how it was answered. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** Why it was turned down; empty where it was not. */
  readonly reason: string;
}

/**
 * A stand-in for a bucket and a secret store, on loopback: S3 in path style and Secrets Manager with the signature of
 * each request checked in full, Cloud Storage and Secret Manager with the access token checked.
 */
export interface ObjectStore {
  readonly port: number;
  /** Text by key of the bucket; takes what machines upload. */
  readonly objects: Map<string, string>;
  /** Value by address: an ARN, or the full name of a version. */
  readonly secrets: Map<string, string>;
  /** Every request so far. */
  readonly seen: Seen[];
  /** While true every request is answered with 503. */
  down: boolean;
  close(): Promise<void>;
}

/** Starts a store for one bucket. `region` is the one that signatures must name. */
export async function startObjectStore(bucket: string, region: string): Promise<ObjectStore> {
  const objects = new Map<string, string>();
  const secrets = new Map<string, string>();
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const store: ObjectStore = {
    port: await listen(server),
    objects,
    secrets,
    seen,
    down: false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const method = request.method ?? "";
    const url = request.url ?? "";
    const google = request.headers.authorization?.startsWith("Bearer ") === true;
    const service = request.headers["x-amz-target"] === undefined ? "s3" : "secretsmanager";
    const reason = store.down
      ? "down"
      : google
        ? request.headers.authorization === `Bearer ${googleToken}`
          ? ""
          : "unknown token"
        : refusalOfSignature(method, url, request.headers, body, region, service);
    const [status, text] = reason !== "" ? [store.down ? 503 : 403, reason] : reply(method, url, request.headers, body);
    seen.push({ method, url, status, reason });
    response.writeHead(status, { "Content-Type": "application/json" }).end(text);
  }

  function reply(method: string, url: string, headers: IncomingHttpHeaders, body: Buffer): [number, string] {
    const target = headers["x-amz-target"];
    if (target !== undefined) {
      if (method !== "POST" || target !== "secretsmanager.GetSecretValue") return [400, "unknown action"];
      const { SecretId: id } = JSON.parse(body.toString()) as { SecretId: string };
      const value = secrets.get(id);
      return value === undefined ? [400, "ResourceNotFound"] : [200, JSON.stringify({ ARN: id, SecretString: value })];
    }
    const version = /^\/v1\/(projects\/.+):access$/.exec(url)?.[1];
    if (version !== undefined) {
      const value = secrets.get(version);
      if (value === undefined) return [404, "NotFound"];
      return [200, JSON.stringify({ name: version, payload: { data: Buffer.from(value).toString("base64") } })];
    }
    const key = url.startsWith(`/${bucket}/`) ? url.slice(bucket.length + 2) : undefined;
    if (key === undefined) return [404, "NoSuchBucket"];
    if (method === "PUT") {
      objects.set(key, body.toString());
      return [200, ""];
    }
    const text = objects.get(key);
    return method !== "GET" ? [405, "MethodNotAllowed"] : text === undefined ? [404, "NoSuchKey"] : [200, text];
  }

  return store;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest();

/** Why AWS would turn a request down by its signature (version 4); empty when it would not. */
function refusalOfSignature(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
  region: string,
  service: string,
): string {
  const header = (name: string): string =>
    String(headers[name] ?? "")
      .trim()
      .replace(/ +/g, " ");
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header("authorization"),
    );
  if (parts === null) return "no signature of version 4";
  const [, key, day, signedRegion, signedService, names = "", signature = ""] = parts;
  if (key !== awsIdentity.AccessKeyId) return "unknown access key";
  if (signedRegion !== region || signedService !== service) return `signed for ${signedRegion} ${signedService}`;
  const time = header("x-amz-date");
  const signedNames = names.split(";");
  for (const name of ["host", "x-amz-date", "x-amz-security-token"]) {
    if (!signedNames.includes(name)) return `${name} is not signed`;
  }
  if (header("x-amz-security-token") !== awsIdentity.Token) return "unknown session token";
  if (!time.startsWith(day ?? "-")) return "two dates";
  const written = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (!(Math.abs(Date.now() - written) < 15 * 60_000)) return "signed at another time";
  const hash = sha256(body);
  const declared = header("x-amz-content-sha256");
  if (service === "s3" && declared !== hash) return "the body has another hash, or none is given";
  const [path = "", query = ""] = url.split("?");
  const canonical = [method, path, query, ...signedNames.map((name) => `${name}:${header(name)}`), "", names, hash];
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical.join("\n"))].join("\n");
  const signing = [day ?? "", region, service, "aws4_request"].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${awsIdentity.SecretAccessKey}`,
  );
  const wanted = hmac(signing, text);
  return timingSafeEqual(wanted, Buffer.from(signature, "hex")) ? "" : "the signature does not match";
}
