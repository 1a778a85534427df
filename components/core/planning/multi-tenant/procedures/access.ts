import { InputError } from "../../../errors";
import type { MultiTenantPlan } from "../multi-tenant-plan";
import { cellNamed, databasesOf, type Procedure, type ProcedureAction } from "./procedure";

/** A minute or second of a day, in UTC. */
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/;

/** That time with seconds. */
function endOf(until: string): string {
  const time = instant.test(until) ? Date.parse(until) : Number.NaN;
  if (!Number.isNaN(time)) return `${new Date(time).toISOString().slice(0, 19)}Z`;
  throw new InputError(
    [{ path: "until", message: `must be a time in UTC such as 2026-01-31T18:00Z, got "${until}"` }],
    "the procedure cannot be planned",
  );
}

/**
 * How a person is let look into the databases of a cell: for hours, reading only, under one tenant at a time, and out again by
 * the end of the time or before.
 *
 * @param until time in UTC at which it ends; the database refuses one more than eight hours away
 * @throws InputError for a cell there is not, or something that is no time
 */
export function planAccess(plan: MultiTenantPlan, name: string, until: string): Procedure {
  const cell = cellNamed(plan, name);
  const end = endOf(until);
  const { operator } = cell.logins;
  const common = { cell: name, databases: databasesOf(cell), until: end } as const;
  const dismissed: ProcedureAction = { kind: "sql", query: "dismiss", ...common, as: "administrator", expected: "0" };
  return {
    kind: "access",
    title: `looking into the databases of cell ${name} until ${end}`,
    cells: [name],
    steps: [
      {
        id: "ask",
        title: "have it agreed",
        by: "control plane",
        cell: name,
        effect: "record",
        what: `who looks, why, and until when is written where auditors read it; somebody else than who looks agrees`,
        actions: [],
        proof: "the entry has both names, the reason and the end",
        checks: [],
        undo: "withdraw the entry",
      },
      {
        id: "admit",
        title: "let in",
        by: "operator",
        cell: name,
        effect: "admit",
        what: `whoever agreed makes a password for this time, sets OPERATOR_PASSWORD to it, and lets ${operator} sign in until ${end}; the database refuses an end that is more than eight hours away`,
        actions: [{ kind: "sql", query: "admit", ...common, as: "administrator", expected: "ALTER ROLE" }],
        proof: `${operator} may sign in, and its password ends at ${end}`,
        checks: [
          { kind: "sql", query: "lint", cell: name, databases: common.databases, as: "app", expected: "no line" },
        ],
        undo: "take the step 'dismiss'",
      },
      {
        id: "prove",
        title: "show that it only reads",
        by: "operator",
        cell: name,
        effect: "verify",
        what: "whoever was let in asks what the login may, before anything else",
        actions: [],
        proof: "no table, row or role can be changed, and there is an end",
        checks: [{ kind: "sql", query: "read-only", ...common, as: "operator", expected: `read-only until ${end}` }],
        undo: "take the step 'dismiss'",
      },
      {
        id: "look",
        title: "look",
        by: "operator",
        cell: name,
        effect: "wait",
        what: `rows of the tenant that is named in the session are read, and of no other: set app.current_tenant to its number first`,
        actions: [],
        proof: `after ${end} the password is refused`,
        checks: [],
      },
      {
        id: "dismiss",
        title: "let nobody in any more",
        by: "operator",
        cell: name,
        effect: "close",
        what: `${operator} may not sign in, has no password, and its open sessions are ended`,
        actions: [dismissed],
        proof: "no session of the login is left",
        checks: [dismissed],
        undo: "begin again with the step 'ask'",
      },
    ],
    limits: [
      "a session that is open at the end stays open until the step 'dismiss': the end of a password refuses new ones only",
      "a session may name any tenant; what it asked is in the log of the database, by which the entry is checked",
      "secrets in columns stay encrypted: the login has no right on the key",
    ],
  };
}
