import { accounts } from "./accounts";
import { billing, workspaces } from "./commerce";
import type { AdminServiceDescription } from "./description";
import { communityGateway, enterpriseGateway, workspacesGateway } from "./gateway";
import { enterprisePortal } from "./portal";
import { pings, telemetryGateway } from "./telemetry";

/**
 * The support services of the company by the zone they run in, sorted by name. Code search itself is in no such stack, and
 * what a zone may hold decides where a service is.
 */
export const adminCatalogue: Readonly<
  Record<"admin" | "identity" | "dotcom" | "multi-tenant", readonly AdminServiceDescription[]>
> = {
  admin: [billing, enterpriseGateway, enterprisePortal, pings, telemetryGateway],
  identity: [accounts],
  dotcom: [communityGateway],
  "multi-tenant": [workspacesGateway, workspaces],
};

/** A service of the catalogue in a zone; undefined for one that is not of it. */
export function adminServiceNamed(
  zone: keyof typeof adminCatalogue,
  name: string,
): AdminServiceDescription | undefined {
  return adminCatalogue[zone].find((each) => each.name === name);
}
