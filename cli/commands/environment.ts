import type { Command } from "commander";
import { InputError, RefusedError } from "../../components/core/errors";
import { accountEmailProblems } from "../../components/core/planning/config/combinations-environment";
import { opaqueName } from "../../components/core/planning/environment/names";
import { accountWithEmail, closeAccount, listAccounts } from "../environment/organizations";
import { takenBy } from "../environment/taken-emails";
import { PlainError } from "../failure";
import { processClock } from "../machine/clock";
import { cloudProgram } from "../machine/cloud-program";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

interface CloseOptions {
  readonly account: string;
  readonly name: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

async function close(
  { account: id, name, yes = false, json = false }: CloseOptions,
  terminal: Terminal,
): Promise<void> {
  const problems = [
    ...(/^\d{12}$/.test(id)
      ? []
      : [{ path: "account", message: `must be an account of AWS, 12 digits, got ${JSON.stringify(id)}` }]),
    ...(opaqueName.test(name)
      ? []
      : [
          {
            path: "name",
            message: `must be the opaque name of an instance, src- and 8 to 20 hexadecimal digits, got ${JSON.stringify(name)}; accounts of other names are not closed from here`,
          },
        ]),
  ];
  if (problems.length > 0) throw new InputError(problems, "nothing was done");
  if (!yes && terminal.confirm === undefined)
    throw new InputError(
      [{ path: "yes", message: "is missing, and nobody can be asked; --yes closes the account with all data in it" }],
      "nothing was done",
    );
  const question = `Close account ${id} of ${name}, with all data in it?`;
  if (!yes && (await terminal.confirm?.(question)) !== true) throw new PlainError("nothing was done");
  const closed = await closeAccount(cloudProgram("aws", terminal), processClock, { id, name });
  if (json) printJson(terminal, closed);
  else
    printText(
      terminal,
      `account ${id} of ${name} is closed; AWS keeps it for 90 days, and its address ${closed.email} for ever`,
    );
}

async function email(
  address: string,
  { json = false }: { readonly json?: boolean },
  terminal: Terminal,
): Promise<void> {
  const problems = accountEmailProblems(address).map((message) => ({ path: "address", message }));
  if (problems.length > 0) throw new InputError(problems, "nobody was asked");
  const taken = accountWithEmail(await listAccounts(cloudProgram("aws", terminal)), address);
  if (taken !== undefined)
    throw new RefusedError(
      [
        {
          path: "environment.account.email",
          message: `${address} ${takenBy(taken)}`,
        },
      ],
      "refused, because the address is taken",
    );
  if (json) printJson(terminal, { address, taken: false });
  else printText(terminal, `no account of the organization has ${address}`);
}

/** Defines `sgbox environment`. */
export function define(command: Command, terminal: Terminal): void {
  const closing = command
    .command("close")
    .description("close an account of AWS that was kept when its instance was deleted")
    .requiredOption("--account <id>", "id of the account, as the stack showed it")
    .requiredOption("--name <id>", "opaque name of the instance it was made for")
    .option("--yes", "do not ask");
  withExamples(closing, ["sgbox environment close --account 111122223333 --name src-3f9c1a20b7"]).action(
    (options: CloseOptions) => close(options, terminal),
  );
  const asking = command
    .command("email <address>")
    .description("say whether an account of the organization has an address already, a closed one too");
  withExamples(asking, ["sgbox environment email cloud+src-3f9c1a20b7@example.com"]).action(
    (address: string, options: { readonly json?: boolean }) => email(address, options, terminal),
  );
}
