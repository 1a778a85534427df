import { backupPlanType } from "../../components/core/planning/fleet/deletion";
import { clustersInOwnNetwork, type StateResource } from "../../components/core/planning/fleet/deletion-state";
import { jsonOf, type CloudProgram } from "../machine/cloud-program";
import type { StepEnd } from "./run-deletion";

// What a cluster of Google's leaves that its stack knows nothing of.

type Listed = readonly Readonly<Record<string, unknown>>[];

async function listed(gcloud: CloudProgram, args: readonly string[]): Promise<Listed> {
  return jsonOf(await gcloud([...args, "--format=json"]), "gcloud") as Listed;
}

function outputOf({ outputs }: StateResource, key: string): string {
  const value = outputs?.[key];
  return typeof value === "string" ? value : "";
}

/** The last part of a resource's long name. */
const shortOf = (name: unknown): string => String(name).split("/").at(-1) ?? "";

/** Deletes every backup of a cluster's backup plans: a plan that has any cannot be deleted. */
export async function deleteBackups(resources: readonly StateResource[], gcloud: CloudProgram): Promise<StepEnd> {
  const backups = ["container", "backup-restore", "backups"];
  let count = 0;
  for (const plan of resources.filter(({ type }) => type === backupPlanType)) {
    const where = [
      `--backup-plan=${outputOf(plan, "name")}`,
      `--location=${outputOf(plan, "location")}`,
      `--project=${outputOf(plan, "project")}`,
    ];
    for (const { name } of await listed(gcloud, [...backups, "list", ...where])) {
      await gcloud([...backups, "delete", shortOf(name), ...where, "--quiet"]);
      count++;
    }
  }
  return { said: `${count} backups of the cluster were deleted` };
}

/**
 * Deletes the endpoint groups that a cluster's controllers left in its own network: a network that has any cannot be deleted.
 * A network of others stays, and all that is in it. Controllers make zonal groups only.
 */
export async function deleteEndpointGroups(
  resources: readonly StateResource[],
  gcloud: CloudProgram,
): Promise<StepEnd> {
  const groups = ["compute", "network-endpoint-groups"];
  let count = 0;
  for (const cluster of clustersInOwnNetwork(resources)) {
    const project = `--project=${outputOf(cluster, "project")}`;
    const filter = `--filter=network~/${shortOf(outputOf(cluster, "network"))}$`;
    for (const { name, zone } of await listed(gcloud, [...groups, "list", filter, project])) {
      if (zone === undefined) continue;
      await gcloud([...groups, "delete", String(name), `--zone=${shortOf(zone)}`, project, "--quiet"]);
      count++;
    }
  }
  return { said: `${count} endpoint groups were left and deleted` };
}
