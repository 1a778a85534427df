import { holdsIn, services } from "../../product/services";
import { isAtLeast } from "../../product/releases";
import type { Config, OverrideConfig } from "./config";

// What the modes of an instance, and its zone, mean for the variables of its services.

/** Where events are sent; empty, nowhere. Source: admin-services.md 3.4. */
export const telemetryVariable = "TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR";

/** Hosts, or addresses, that services do not connect to by HTTP. Source: external-services.md 5. */
export const denyListVariable = "EXTERNAL_DENY_LIST";

/** Hosts of the company. */
const ourHosts = ["sourcegraph.com", "*.sourcegraph.com"] as const;

/** Makes an instance the public code search. Source: multi-tenant.md, which has it absent in cells. */
const publicVariable = "SOURCEGRAPHDOTCOM_MODE";

/** What decides which services there are. */
interface Deployed {
  readonly shape?: Config["shape"];
  readonly release?: string;
}

/** Services that talk to the outside. On Kubernetes the pods of the frontends serve the internal API too. */
function outgoing({ shape, release }: Deployed): string[] {
  return services
    .filter(({ name, proxied, present = {} }) => {
      const apart = shape !== "kubernetes" || name !== "sourcegraph-frontend-internal";
      return proxied === true && apart && (release === undefined || holdsIn(present, release));
    })
    .map(({ name }) => name);
}

/** Services that behave differently in the public code search. */
const publicServices = ["sourcegraph-frontend", "worker", "gitserver", "precise-code-intel-worker"] as const;

/** The deny-list with the company's hosts on it. */
function withOurHosts(given = ""): string {
  const hosts = given.split(",").filter((host) => host !== "");
  return [...hosts, ...ourHosts.filter((host) => !hosts.includes(host))].join(",");
}

/** Whether a deny-list holds every host of the company. */
export function deniesUs(list: string | undefined): boolean {
  const hosts = (list ?? "").split(",");
  return ourHosts.every((host) => hosts.includes(host));
}

/** Whether the product asks nobody for updates and sends no pings: by its channel, which counts before 7.1, or by its deny-list. */
export function isSilent(
  site: Readonly<Record<string, unknown>>,
  {
    overrides,
    ...deployed
  }: Required<Pick<Deployed, "release">> & Deployed & { readonly overrides: Readonly<Record<string, OverrideConfig>> },
): boolean {
  if (site["update.channel"] !== "none") return false;
  return (
    !isAtLeast(deployed.release, "7.1.0") ||
    outgoing(deployed).every((name) => deniesUs(overrides[name]?.env?.[denyListVariable]))
  );
}

type Overrides = Readonly<Record<string, OverrideConfig>>;

function withVariables(
  overrides: Overrides,
  names: readonly string[],
  variables: (given: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
): Overrides {
  const changed = names.map((name) => {
    const given = overrides[name]?.env ?? {};
    return [name, { ...overrides[name], env: { ...given, ...variables(given) } }] as const;
  });
  return { ...overrides, ...Object.fromEntries(changed) };
}

/** No variable that leads out of where the instance is: the company's hosts are not asked, and events go where this says. */
function closed(overrides: Overrides, telemetry: string, deployed: Deployed): Overrides {
  const denying = withVariables(overrides, outgoing(deployed), (given) => ({
    [denyListVariable]: withOurHosts(given[denyListVariable]),
  }));
  return withVariables(denying, ["worker"], () => ({ [telemetryVariable]: telemetry }));
}

/** What is different for single services, with what modes and zone ask for. */
export function overridesFor({
  overrides = {},
  modes = [],
  boundaries = {},
  replica,
  ...deployed
}: Partial<Config>): Overrides {
  const { development, zone } = boundaries;
  const own = development === undefined ? "" : `https://telemetry-gateway.${development.domain}:443`;
  if (replica !== undefined) return closed(overrides, modes.includes("air-gapped") ? "" : own, deployed);
  const all = modes.includes("air-gapped") ? closed(overrides, "", deployed) : overrides;
  if (zone === "dotcom") return withVariables(all, publicServices, () => ({ [publicVariable]: "true" }));
  if (zone === "dev-monolith" && development !== undefined) return closed(all, own, deployed);
  return all;
}
