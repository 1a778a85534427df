import type { CaddyfileOptions } from "../../components/core/rendering/caddyfile";

/** One of every kind of Caddyfile, by the name of its golden file. */
export const caddyfileVariants: Readonly<Record<string, CaddyfileOptions>> = {
  http: { tls: { mode: "none", staging: false }, trustedProxies: [] },
  "http.load-balancer": {
    tls: { mode: "load-balancer", staging: false },
    trustedProxies: ["10.40.0.0/20", "2600:1f18::/36"],
  },
  "https.certificate": { tls: { mode: "certificate", staging: false }, trustedProxies: [] },
  "https.certificate.proxied": { tls: { mode: "certificate", staging: false }, trustedProxies: ["192.0.2.0/24"] },
  "https.lets-encrypt": { tls: { mode: "acme", staging: false }, trustedProxies: [] },
  "https.lets-encrypt-staging": { tls: { mode: "acme", staging: true }, trustedProxies: [] },
};
