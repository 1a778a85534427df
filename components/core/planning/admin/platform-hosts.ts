import type { AdminSpecification } from "./specification";

/** The registry of AWS in the stack's own region, which is reached inside the network. */
const isOwnRegistry = (host: string, region: string): boolean => host.endsWith(`.dkr.ecr.${region}.amazonaws.com`);

/**
 * Hosts outside that what runs the services asks, and no service: on AWS the load balancer of employees the company's sign-in,
 * and whoever starts a container the registry of its image. On Google Cloud neither goes through the stack's network.
 */
export function platformHosts({
  cloud,
  region,
  employees: { oidc },
  services,
}: Pick<AdminSpecification, "cloud" | "region" | "employees" | "services">): string[] {
  if (cloud !== "aws") return [];
  const signsIn = services.some(({ description }) => description.listeners.some(({ plane }) => plane === "human"));
  const asked = oidc === undefined || !signsIn ? [] : [oidc.tokenEndpoint, oidc.userInfoEndpoint];
  const registries = services
    .map(({ image }) => image.split("/")[0] ?? "")
    .filter((host) => host.includes(".") && !isOwnRegistry(host, region));
  return [...new Set([...asked.map((url) => new URL(url).hostname), ...registries])].sort();
}
