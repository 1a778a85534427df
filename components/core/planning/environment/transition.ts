import { z } from "zod";
import { InputError, RefusedError } from "../../errors";
import { fixedProblems, type FixedSetting } from "../fixed-settings";
import type { PlannedCustomerEnvironment } from "./environment-plan";

/** What a stack exports about the environment it made, and compares itself with at its next update. */
export interface DeployedEnvironment {
  /** Where it is made. */
  readonly cloud: "aws" | "gcp";
  /** Opaque name. */
  readonly name: string;
  /** What it is for. */
  readonly kind: "replica" | "managed";
  /** AWS: address of the account's root. */
  readonly email?: string | undefined;
  /** AWS: role by which the organization gets in. */
  readonly role?: string | undefined;
  /** Id of the account or project, once it is known. */
  readonly id?: string | undefined;
}

const schema = z.object({
  cloud: z.enum(["aws", "gcp"]),
  name: z.string(),
  kind: z.enum(["replica", "managed"]),
  email: z.string().optional(),
  role: z.string().optional(),
  id: z.string().optional(),
});

/**
 * Reads the output of a stack.
 * @returns undefined where the stack has none
 * @throws InputError for what no version of this library exported
 */
export function parseDeployedEnvironment(value: unknown): DeployedEnvironment | undefined {
  if (value === undefined || value === null) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InputError(
    [{ path: "environment", message: "cannot be read; it is an output of the stack, which only an update writes" }],
    "what the stack exported about its environment cannot be read",
  );
}

/** What of a planned environment cannot change. */
export function fixedOf(plan: PlannedCustomerEnvironment): DeployedEnvironment {
  const { cloud, name, kind } = plan;
  return plan.cloud === "aws"
    ? { cloud, name, kind, email: plan.email, role: plan.role }
    : { cloud, name, kind, id: plan.project };
}

const another = "deploy a second instance in an environment of its own and move there";

const fixed: readonly FixedSetting<DeployedEnvironment>[] = [
  { key: "cloud", path: "cloud", because: "everything would be made anew elsewhere" },
  { key: "name", path: "name", because: "account or project and everything in it are named by it" },
  { key: "kind", path: "environment.kind", because: "who may see what follows from it" },
  {
    key: "email",
    path: "environment.account.email",
    because: "AWS makes another account for another address, and never gives the address of a closed one again",
  },
  { key: "role", path: "environment.account.role", because: "AWS makes another account for another role" },
  { key: "id", path: "gcp.project", because: "the id of a project never changes, nor is it given again" },
];

/**
 * Checks an environment against what the last update exported, before anything is registered: an account or project is
 * neither replaced nor left by a changed line.
 *
 * @param isDeployed whether the stack holds an instance already
 * @throws RefusedError with every reason
 */
export function checkEnvironmentTransition(
  previous: DeployedEnvironment | undefined,
  plan: PlannedCustomerEnvironment | undefined,
  isDeployed: boolean,
): void {
  if (previous === undefined && plan === undefined) return;
  if (plan === undefined)
    throw new RefusedError(
      [
        {
          path: "environment",
          message: `is missing, and the instance is in ${previous?.id ?? "an environment of its own"}: it would be built anew elsewhere, and the environment be left with what keeps data; put it back, or close it by 'environment.close' and go down`,
        },
      ],
      "refused, because the environment would be lost",
    );
  if (previous === undefined) {
    if (!isDeployed) return;
    throw new RefusedError(
      [
        {
          path: "environment",
          message:
            "is new, and the instance is deployed where whoever runs the program deploys: it would be built anew, without its data; leave it out, or deploy a second instance with it and move there",
        },
      ],
      "refused, because the instance would be built anew",
    );
  }
  const after = fixedOf(plan);
  // What the other cloud does not have, or is not known yet, is not held against what is there.
  const known = fixed.filter(({ key }) => previous[key] !== undefined && after[key] !== undefined);
  const problems = fixedProblems(known, previous, after, another);
  if (problems.length > 0) throw new RefusedError(problems, "refused, because the environment would be made anew");
}
