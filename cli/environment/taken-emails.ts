import { InputError, RefusedError, type Problem } from "../../components/core/errors";
import { PlainError } from "../failure";
import { cloudProgram, type CloudProgram } from "../machine/cloud-program";
import type { Terminal } from "../terminal";
import { accountWithEmail, listAccounts, type OrganizationAccount } from "./organizations";

/** An account of AWS that an update would make. */
export interface WantedAccount {
  /** Where its address is written, as the user knows it. */
  readonly path: string;
  /** Opaque name of the instance it is for. */
  readonly name: string;
  /** Address of its root. */
  readonly email: string;
}

/**
 * The account that the config of an instance asks for; undefined where it has no environment on AWS.
 *
 * @param path where that config is written, e.g. `instances/acme.yaml: config.`
 */
export function wantedAccount(
  { environment }: Readonly<Record<string, unknown>>,
  name: string,
  path: string,
): WantedAccount | undefined {
  const { account } = (environment ?? {}) as { readonly account?: { readonly email?: unknown } };
  return typeof account?.email === "string"
    ? { path: `${path}environment.account.email`, name, email: account.email }
    : undefined;
}

/** Who has an address, and what is to be done about it. */
export function takenBy({ id, name, status }: OrganizationAccount): string {
  return `is taken by account ${id} (${name}, ${status}), and an address is never free again; use another part after the plus`;
}

/** One line on why an organization could not be asked. */
function whyNot(error: unknown): string {
  if (error instanceof InputError) return error.problems.map(({ path }) => `${path} is not on the PATH`).join("; ");
  return error instanceof PlainError ? error.message.replaceAll("\n", "; ") : "its answer could not be understood";
}

/**
 * Asks the organization of the user's own credentials whether accounts that are to be made can have their addresses: once for all of
 * them, and not at all where there are none. Where it cannot be asked that is noted, and AWS refuses what is taken.
 *
 * @throws RefusedError with every address that is taken
 */
export async function refuseTaken(
  wanted: readonly WantedAccount[],
  terminal: Terminal,
  run: CloudProgram = cloudProgram("aws", terminal),
): Promise<void> {
  if (wanted.length === 0) return;
  let accounts: readonly OrganizationAccount[];
  try {
    accounts = await listAccounts(run);
  } catch (error) {
    terminal.note(
      `whether an account of the organization has ${wanted.map(({ email }) => email).join(", ")} already is not known, and AWS refuses it then: ${whyNot(error)}`,
    );
    return;
  }
  const problems = wanted.flatMap(({ path, name, email }): Problem[] => {
    const taken = accountWithEmail(accounts, email);
    if (taken === undefined) return [];
    const left =
      taken.name === name
        ? `, and where an update that broke off has left this one, close it by 'sgbox environment close --account ${taken.id} --name ${name}'`
        : "";
    return [{ path, message: `is ${JSON.stringify(email)}, which ${takenBy(taken)}${left}` }];
  });
  if (problems.length > 0)
    throw new RefusedError(problems, "refused, because addresses of accounts are taken, and nothing was begun");
}
