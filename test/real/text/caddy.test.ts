import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderCaddyfile, type CaddyfileOptions } from "../../../components/core/rendering/caddyfile";
import { caddyfileVariants } from "../../support/caddyfile-variants";
import { freePort } from "../../support/ports";
import { requireTool } from "../../support/tools";

const domain = "sourcegraph.example.com";

interface Answer {
  readonly status?: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

function ask(url: string, options: https.RequestOptions = {}): Promise<Answer> {
  const client = url.startsWith("https:") ? https : http;
  return new Promise((resolve, reject) => {
    const request = client.get(url, { agent: false, ...options }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += String(chunk)));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on("error", reject);
  });
}

describe("Caddy", () => {
  let folder: string;
  let upstream: http.Server;
  let running: ChildProcess | undefined;

  before(async function () {
    requireTool(this, "caddy", "caddy");
    requireTool(this, "openssl", "openssl");
    folder = mkdtempSync(join(tmpdir(), "sgbox-caddy-"));
    const subject = ["-subj", `/CN=${domain}`, "-addext", `subjectAltName=DNS:${domain}`];
    const files = ["-keyout", join(folder, "sourcegraph.key"), "-out", join(folder, "sourcegraph.pem")];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", ...subject, ...files], {
      stdio: "ignore",
    });
    // Stands in for the frontend: says what it was sent, or begins a stream that it never ends.
    upstream = http.createServer((request, response) => {
      if (request.url !== "/.api/search/stream") return response.end(JSON.stringify(request.headers));
      response.writeHead(200, { "content-type": "text/event-stream" });
      return response.write("event: progress\n\n");
    });
    await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  });

  after(() => {
    upstream?.closeAllConnections();
    upstream?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    const process = running;
    running = undefined;
    if (process === undefined || process.exitCode !== null) return;
    const gone = new Promise((resolve) => process.once("exit", resolve));
    process.kill();
    await gone;
  });

  function environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      HOME: folder,
      XDG_DATA_HOME: join(folder, "data"),
      XDG_CONFIG_HOME: join(folder, "config"),
      SRC_FRONTEND_ADDRESSES: `127.0.0.1:${(upstream.address() as AddressInfo).port}`,
      SRC_SITE_ADDRESS: domain,
      SRC_ACME_EMAIL: "admin@example.com",
    };
  }

  /** Writes the Caddyfile with the certificate where this test has it. */
  function write(options: CaddyfileOptions): string {
    const file = join(folder, "Caddyfile");
    writeFileSync(file, renderCaddyfile(options).replaceAll(/ \/(sourcegraph\.\w+)/g, ` ${folder}/$1`));
    return file;
  }

  /** Runs Caddy with the file on free ports in place of 80 and 443. */
  async function start(options: CaddyfileOptions): Promise<{ readonly plain: string; readonly secure: string }> {
    const arguments_ = ["adapt", "--adapter", "caddyfile", "--config", write(options)];
    const [plain, secure] = [await freePort(), await freePort()];
    const config = JSON.parse(execFileSync("caddy", arguments_, { env: environment(), encoding: "utf8" })) as {
      admin?: object;
      apps: { http: { http_port?: number; https_port?: number; servers: Record<string, { listen: string[] }> } };
    };
    config.admin = { disabled: true };
    Object.assign(config.apps.http, { http_port: plain, https_port: secure });
    for (const server of Object.values(config.apps.http.servers))
      server.listen = server.listen.map((address) => `127.0.0.1:${address === ":443" ? secure : plain}`);
    const file = join(folder, "caddy.json");
    writeFileSync(file, JSON.stringify(config));
    running = spawn("caddy", ["run", "--config", file], { env: environment(), stdio: "ignore" });
    const addresses = { plain: `http://127.0.0.1:${plain}`, secure: `https://127.0.0.1:${secure}` };
    for (let attempt = 0; attempt < 100; attempt++) {
      const up = await ask(`${addresses.plain}/healthz`).catch(() => undefined);
      if (up !== undefined) return addresses;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("Caddy did not answer within 10 s");
  }

  for (const [name, options] of Object.entries(caddyfileVariants)) {
    it(`accepts ${name}, with one frontend and with two`, () => {
      const file = write(options);
      for (const addresses of [
        "sourcegraph-frontend-0:3080",
        "sourcegraph-frontend-0:3080 sourcegraph-frontend-1:3080",
      ]) {
        const checked = spawnSync("caddy", ["validate", "--adapter", "caddyfile", "--config", file], {
          env: { ...environment(), SRC_FRONTEND_ADDRESSES: addresses },
          encoding: "utf8",
        });
        assert.equal(checked.status, 0, checked.stderr);
        assert.doesNotMatch(checked.stderr, /not formatted/);
      }
    });
  }

  it("passes plain HTTP on and replaces what an unknown client says about itself", async () => {
    const { plain } = await start({ tls: { mode: "none", staging: false }, trustedProxies: [] });
    const headers = { "x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https" };
    const seen = JSON.parse((await ask(`${plain}/search`, { headers })).text) as http.IncomingHttpHeaders;
    assert.equal(seen["x-forwarded-for"], "127.0.0.1");
    assert.equal(seen["x-forwarded-proto"], "http");
  });

  it("believes a trusted proxy", async () => {
    const { plain } = await start({ tls: { mode: "load-balancer", staging: false }, trustedProxies: ["127.0.0.0/8"] });
    const headers = { "x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https" };
    const seen = JSON.parse((await ask(`${plain}/search`, { headers })).text) as http.IncomingHttpHeaders;
    assert.equal(seen["x-forwarded-for"], "198.51.100.7, 127.0.0.1");
    assert.equal(seen["x-forwarded-proto"], "https");
  });

  it("serves HTTPS with the certificate, redirects plain HTTP, and answers health checks on both", async () => {
    const { plain, secure } = await start({ tls: { mode: "certificate", staging: false }, trustedProxies: [] });
    const trust = { rejectUnauthorized: false, servername: domain, headers: { host: domain } };
    const page = await ask(`${secure}/search`, trust);
    assert.equal(page.status, 200);
    assert.equal((JSON.parse(page.text) as http.IncomingHttpHeaders)["x-forwarded-proto"], "https");
    assert.equal((await ask(`${secure}/healthz`, trust)).status, 200);
    for (const host of [domain, "127.0.0.1"]) {
      assert.equal((await ask(`${plain}/healthz`, { headers: { host } })).status, 200);
      const moved = await ask(`${plain}/search?q=a`, { headers: { host } });
      assert.deepEqual([moved.status, moved.headers.location], [308, `https://${host}/search?q=a`]);
    }
  });

  it("hands on each piece of a stream as it comes", async () => {
    const { plain } = await start({ tls: { mode: "none", staging: false }, trustedProxies: [] });
    const first = await new Promise<string>((resolve, reject) => {
      const request = http.get(`${plain}/.api/search/stream`, { agent: false }, (response) =>
        response.once("data", (chunk) => {
          resolve(String(chunk));
          request.destroy();
        }),
      );
      request.on("error", reject);
    });
    assert.equal(first, "event: progress\n\n");
  });
});
