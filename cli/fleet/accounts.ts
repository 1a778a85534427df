import type { FleetInstance } from "../../components/core/planning/fleet/instance";
import type { KnownState } from "../../components/core/planning/fleet/known-state";
import { refuseTaken, wantedAccount } from "../environment/taken-emails";
import type { Terminal } from "../terminal";

/**
 * Refuses what would make accounts of AWS with addresses that are taken, before anything begins.
 *
 * @param instances those that would be deployed
 * @param states what the backend knows of each, by id: who has an account there already is not asked about
 * @throws RefusedError with every address that is taken
 */
export async function checkAccounts(
  instances: readonly FleetInstance[],
  states: Readonly<Record<string, KnownState>>,
  terminal: Terminal,
): Promise<void> {
  const wanted = instances.flatMap(({ id, file, config }) => {
    const account = states[id]?.account === undefined ? wantedAccount(config, id, `${file}: config.`) : undefined;
    return account === undefined ? [] : [account];
  });
  await refuseTaken(wanted, terminal);
}
