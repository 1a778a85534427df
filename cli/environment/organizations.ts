import { z } from "zod";
import { RefusedError } from "../../components/core/errors";
import { guardRailName } from "../../components/core/planning/environment/names";
import { PlainError } from "../failure";
import type { Clock } from "../machine/clock";
import { jsonOf, type CloudProgram } from "../machine/cloud-program";

// Accounts of an organization of AWS, asked directly by `aws`, with the person's own credentials.

/** An account as the organization knows it. */
export interface OrganizationAccount {
  /** Id, 12 digits. */
  readonly id: string;
  /** Name: the opaque id of the instance it was made for. */
  readonly name: string;
  /** Address of its root. */
  readonly email: string;
  /** `ACTIVE`, `PENDING_CLOSURE`, or `SUSPENDED` once it is closed. */
  readonly status: string;
}

const accountSchema = z
  .object({ Id: z.string(), Name: z.string(), Email: z.string(), Status: z.string() })
  .transform(({ Id, Name, Email, Status }): OrganizationAccount => ({
    id: Id,
    name: Name,
    email: Email,
    status: Status,
  }));

/** How long closing may take, minutes; AWS says some. */
const closingMinutes = 30;

async function asked<Value>(run: CloudProgram, schema: z.ZodType<Value>, args: readonly string[]): Promise<Value> {
  return schema.parse(
    jsonOf(await run(["organizations", ...args, "--output", "json"]), `organizations ${args[0] ?? ""}`),
  );
}

/** Every account of the organization, closed ones too as long as AWS keeps them. */
export async function listAccounts(run: CloudProgram): Promise<readonly OrganizationAccount[]> {
  // Where nobody answers, that is known soon: whoever asks has something else to do.
  const args = ["list-accounts", "--cli-connect-timeout=10"];
  const { Accounts } = await asked(run, z.object({ Accounts: z.array(accountSchema) }), args);
  return Accounts;
}

async function describeAccount(run: CloudProgram, id: string): Promise<OrganizationAccount> {
  const { Account } = await asked(run, z.object({ Account: accountSchema }), ["describe-account", "--account-id", id]);
  return Account;
}

/** The account that has an address already, in whatever case it is written; undefined where none has. */
export function accountWithEmail(
  accounts: readonly OrganizationAccount[],
  email: string,
): OrganizationAccount | undefined {
  return accounts.find((account) => account.email.toLowerCase() === email.toLowerCase());
}

const policiesSchema = z.object({ Policies: z.array(z.object({ Id: z.string(), Name: z.string() })) });

/** The guard rail is attached as long as the instance is there: its deletion takes it away. */
async function requireGone(run: CloudProgram, { id, name }: OrganizationAccount): Promise<void> {
  const { Policies } = await asked(run, policiesSchema, [
    "list-policies-for-target",
    "--target-id",
    id,
    "--filter",
    "SERVICE_CONTROL_POLICY",
  ]);
  const guard = Policies.find((policy) => policy.Name === guardRailName(name));
  if (guard === undefined) return;
  throw new RefusedError(
    [
      {
        path: "account",
        message: `${id} is under the guard rail ${guard.Name}, so its instance is not deleted; 'sgbox fleet delete ${name} --close-environment', or environment.close and 'sgbox down', close it with the instance. Where no stack knows the account any more, detach ${guard.Id} from it first`,
      },
    ],
    "refused, because its instance is still there",
  );
}

/**
 * Closes the account that was made for an instance which is gone, and waits until it is closed. One that is closed stays so. AWS keeps a
 * closed account for 90 days, in which its support opens it again.
 *
 * @param o id of the account, and the opaque name of the instance, which has to be the account's
 * @throws RefusedError for the account of another, or of an instance whose guard rail is still there, before anything is closed
 */
export async function closeAccount(
  run: CloudProgram,
  clock: Clock,
  o: { readonly id: string; readonly name: string },
): Promise<OrganizationAccount> {
  const account = await describeAccount(run, o.id);
  if (account.name !== o.name)
    throw new RefusedError(
      [
        {
          path: "account",
          message: `${o.id} is named ${account.name}, and not ${o.name}, for which it is to be closed; give the id that the stack shows as environment.id`,
        },
      ],
      "refused, because it is another account",
    );
  if (account.status === "SUSPENDED") return account;
  if (account.status === "ACTIVE") {
    await requireGone(run, account);
    await run(["organizations", "close-account", "--account-id", o.id]);
  }
  const end = clock.now() + closingMinutes * 60_000;
  for (;;) {
    const now = await describeAccount(run, o.id);
    if (now.status === "SUSPENDED") return now;
    if (clock.now() >= end)
      throw new PlainError(`account ${o.id} is ${now.status} after ${closingMinutes} minutes, and not closed`);
    await clock.pause(10);
  }
}
