import type { Config } from "./config";

/** How users' connections are encrypted where the config does not say: by a load balancer where a cloud has one for a domain. */
export function defaultTlsMode({ cloud, domain, kubernetes }: Partial<Config>): "load-balancer" | "none" {
  const reached = kubernetes?.ingress?.enabled !== false;
  return (cloud === "aws" || cloud === "gcp") && domain !== undefined && reached ? "load-balancer" : "none";
}
