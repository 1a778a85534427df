import type { Specification } from "../planning/config/specification";

/** What a Caddyfile is rendered from. A change of any of it recreates the edge container; data stays. */
export interface CaddyfileOptions {
  /** How HTTPS is done; `load-balancer` and `none` both mean plain HTTP here. */
  readonly tls: Pick<Specification["tls"], "mode" | "staging">;
  /** Proxies in front whose X-Forwarded headers are believed, as CIDR blocks; empty where clients come directly. */
  readonly trustedProxies: readonly string[];
  /**
   * Longest time a proxy in front keeps a connection that carries nothing, in seconds; default 600. Caddy keeps its end a
   * little longer, so that the proxy never sends a request into a connection that is being closed. Without a proxy in
   * front it has no effect: streams have no limit of their own.
   */
  readonly idleTimeoutSeconds?: number;
}

const stagingDirectory = "https://acme-staging-v02.api.letsencrypt.org/directory";

/** By how much Caddy outlasts the proxy in front, in seconds; Google asks for 620 against its own 600. */
const idleMarginSeconds = 20;

function block(head: string, lines: readonly string[]): string[] {
  return [`${head} {`.trimStart(), ...lines.map((line) => `\t${line}`), "}"];
}

function globalOptions({ tls, trustedProxies, idleTimeoutSeconds = 600 }: CaddyfileOptions): string[] {
  const behindProxy = tls.mode === "load-balancer" || trustedProxies.length > 0;
  return [
    ...(tls.mode === "acme" ? ["email {$SRC_ACME_EMAIL}"] : []),
    ...(tls.mode === "acme" && tls.staging ? [`acme_ca ${stagingDirectory}`] : []),
    // A certificate that does not cover the domain would otherwise make Caddy ask a public authority for another.
    ...(tls.mode === "certificate" ? ["auto_https disable_certs"] : []),
    ...(behindProxy ? block("servers", block("timeouts", [`idle ${idleTimeoutSeconds + idleMarginSeconds}s`])) : []),
  ];
}

/**
 * The Caddyfile of the edge.
 *
 * The variables of the vendor's files stay in it (`SRC_FRONTEND_ADDRESSES`, `SRC_SITE_ADDRESS`, `SRC_ACME_EMAIL`): Caddy
 * puts their values in when it reads the file. Mode `certificate` reads `/sourcegraph.pem` and `/sourcegraph.key`. Plain
 * HTTP is redirected wherever there is HTTPS, apart from `/healthz`, which every listener passes on.
 *
 * Source: deploy-sourcegraph-docker `caddy/builtins/*` @ v7.5.4453.
 *
 * @example renderCaddyfile({ tls: { mode: "none", staging: false }, trustedProxies: [] })
 */
export function renderCaddyfile(options: CaddyfileOptions): string {
  const { tls, trustedProxies } = options;
  const secured = tls.mode === "acme" || tls.mode === "certificate";
  const global = globalOptions(options);
  const upstream = block("reverse_proxy", [
    "to {$SRC_FRONTEND_ADDRESSES}",
    ...(trustedProxies.length > 0 ? [`trusted_proxies ${trustedProxies.join(" ")}`] : []),
  ]);
  const sites = secured
    ? [
        block("{$SRC_SITE_ADDRESS}", [
          ...(tls.mode === "certificate" ? ["tls /sourcegraph.pem /sourcegraph.key"] : []),
          "import frontend",
        ]),
        block("http://", [
          ...block("handle /healthz", ["import frontend"]),
          ...block("handle", ["redir https://{host}{uri} 308"]),
        ]),
      ]
    : [block(":80", ["import frontend"])];
  return [...(global.length > 0 ? [block("", global)] : []), block("(frontend)", upstream), ...sites]
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}
