import { RefusedError, type Problem } from "../errors";

/** What is deployed, as far as suspension is about it. */
export interface DeployedBefore {
  /** Release that is deployed. */
  readonly release: string;
  /** Whether it stands still. */
  readonly suspended?: true;
  /** An upgrade that is half done. */
  readonly pending?: { readonly to: string };
}

/**
 * Refuses what cannot be done to an instance that stands still, or is to.
 *
 * @param previous what is deployed; absent where nothing is
 * @param release release that is wanted
 * @param suspended whether it is to stand still
 * @throws RefusedError with every reason
 */
export function checkSuspension(
  previous: DeployedBefore | undefined,
  release: string,
  suspended: boolean | undefined,
): void {
  const problems: Problem[] = [];
  if (suspended === true && previous === undefined)
    problems.push({
      path: "suspended",
      message: "is true, and nothing is deployed that could stand still; deploy the instance first",
    });
  if (suspended === true && previous?.pending !== undefined)
    problems.push({
      path: "suspended",
      message: `is true, and the upgrade to ${previous.pending.to} is not finished; finish it first`,
    });
  if (previous?.suspended === true && suspended === undefined)
    problems.push({
      path: "suspended",
      message: "is missing, and the instance stands still; set it to false to start it again, or to true to leave it",
    });
  if (previous !== undefined && suspended === true && previous.release !== release)
    problems.push({
      path: "release",
      message: `cannot change from ${previous.release} to ${release} while the instance stands still, since nothing migrates its databases; set 'suspended' to false and deploy first`,
    });
  if (problems.length > 0) throw new RefusedError(problems, "the suspension is refused");
}
