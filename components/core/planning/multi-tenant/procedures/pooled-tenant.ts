import { InputError, type Problem } from "../../../errors";
import { hostPattern, tenantName, workspacePattern } from "../../../product/multi-tenant/tenancy";
import type { MultiTenantPlan } from "../multi-tenant-plan";
import { cellNamed, type TenantReference } from "./procedure";

/** What identifies a pooled tenant, which is no resource: only who asks for a procedure knows it. */
export type PooledTenant = Pick<TenantReference, "name" | "number" | "workspaceId" | "hostname" | "cell">;

/** What is shown of texts that are not what they should be. */
const got = (text: string): string => `got ${JSON.stringify(text)}`;

function shapeProblems({ name, number, workspaceId, hostname }: PooledTenant): Problem[] {
  const wrong: readonly (readonly [path: string, isWrong: boolean, message: string])[] = [
    [
      "tenant",
      !tenantName.test(name),
      `must be 3 to 32 lower-case letters, digits and dashes, beginning with a letter, ${got(name)}`,
    ],
    ["number", !Number.isInteger(number) || number < 2, `must be a whole number of at least 2, got ${number}`],
    [
      "workspace",
      !workspacePattern.test(workspaceId),
      `must be a UUID such as 0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a11, ${got(workspaceId)}`,
    ],
    ["host", !hostPattern.test(hostname), `must be a host name such as code.acme.com, ${got(hostname)}`],
  ];
  return wrong.flatMap(([path, isWrong, message]) => (isWrong ? [{ path, message }] : []));
}

/** What a tenant of the stack file has already. */
function takenProblems({ tenants }: MultiTenantPlan, asked: PooledTenant): Problem[] {
  const options = { tenant: "name", number: "number", workspace: "workspaceId", host: "hostname" } as const;
  return Object.entries(options).flatMap(([path, key]): Problem[] => {
    const owner = tenants.find((tenant) => tenant[key] === asked[key]);
    if (owner === undefined) return [];
    return [
      {
        path,
        message: `is that of tenant ${owner.name}, which is a resource, got ${asked[key]}; name it by --tenant alone`,
      },
    ];
  });
}

/**
 * A pooled tenant that procedures are planned for. What is said of it becomes part of queries and commands, so it is checked
 * as if it stood in a stack file.
 *
 * @throws InputError with everything that is wrong
 */
export function pooledTenant(plan: MultiTenantPlan, asked: PooledTenant): TenantReference {
  const problems = [...shapeProblems(asked), ...takenProblems(plan, asked)];
  try {
    cellNamed(plan, asked.cell);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems);
  }
  if (problems.length > 0) throw new InputError(problems, "the procedure cannot be planned");
  return { ...asked, tier: "pooled" };
}
