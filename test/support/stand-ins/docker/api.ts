import * as http from "node:http";

/** The engine refused a request; `message` is its own text. */
export class DockerApiError extends Error {
  public constructor(
    public readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "DockerApiError";
  }
}

/** What goes with a request. `json` and `raw` are bodies; a request may take `timeoutMs` (default 60 s). */
export interface DockerRequest {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly json?: unknown;
  readonly raw?: { readonly type: string; readonly body: Buffer };
  readonly timeoutMs?: number;
}

const API = "/v1.41";

/** A client of the Docker Engine API over the engine's unix socket. */
export class DockerApi {
  private readonly socketPath: string;

  /** @param host - `unix:///path/to/docker.sock`; nothing else is spoken here. */
  public constructor(public readonly host: string) {
    if (!host.startsWith("unix://"))
      throw new Error(`cannot reach a Docker Engine at '${host}': only unix:// works here`);
    this.socketPath = host.slice("unix://".length);
  }

  /** The answer's JSON. Throws {@link DockerApiError} for any status but success. */
  public async json<T>(method: string, path: string, request: DockerRequest = {}): Promise<T> {
    const body = await this.bytes(method, path, request);
    return (body.length > 0 ? JSON.parse(body.toString("utf8")) : undefined) as T;
  }

  /** As {@link json}, but `undefined` when the engine has no such object. */
  public async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.json<T>("GET", path);
    } catch (error) {
      if (error instanceof DockerApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** The answer as it came. Throws {@link DockerApiError} for any status but success. */
  public bytes(method: string, path: string, request: DockerRequest = {}): Promise<Buffer> {
    const { query = {}, json, raw, timeoutMs = 60_000 } = request;
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
    const body = json === undefined ? raw?.body : Buffer.from(JSON.stringify(json));
    const headers: http.OutgoingHttpHeaders = { "Content-Length": body?.length ?? 0 };
    if (body) headers["Content-Type"] = raw?.type ?? "application/json";
    return new Promise((resolve, reject) => {
      const call = http.request({
        socketPath: this.socketPath,
        method,
        path: `${API}${path}${search.size > 0 ? `?${search.toString()}` : ""}`,
        headers,
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
      });
      call.on("error", (error) => {
        const late = error.name === "AbortError" || error.name === "TimeoutError";
        reject(late ? new Error(`the Docker Engine did not answer ${method} ${path} within ${timeoutMs} ms`) : error);
      });
      call.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const answer = Buffer.concat(chunks);
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(answer);
          else reject(new DockerApiError(status, reason(answer)));
        });
      });
      call.end(body);
    });
  }

  /** The last lines a container wrote, both streams as they came. */
  public async logs(container: string, lines = 50): Promise<string> {
    const query = { stdout: true, stderr: true, tail: lines };
    const stream = await this.bytes("GET", `/containers/${encodeURIComponent(container)}/logs`, { query });
    // Each piece of a container without a terminal comes after 8 bytes: the stream's number and the length.
    let text = "";
    for (let at = 0; at + 8 <= stream.length;) {
      const length = stream.readUInt32BE(at + 4);
      text += stream.toString("utf8", at + 8, at + 8 + length);
      at += 8 + length;
    }
    return text;
  }
}

function reason(answer: Buffer): string {
  const text = answer.toString("utf8");
  try {
    return (JSON.parse(text) as { message: string }).message;
  } catch {
    return text;
  }
}
