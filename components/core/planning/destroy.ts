import { RefusedError } from "../errors";
import type { Specification } from "./config/specification";

/**
 * Refuses to destroy what the cloud would refuse to delete, before half of it is gone.
 * @throws RefusedError while deletion protection is on
 */
export function checkDestroy({ cloud, deletionProtection }: Pick<Specification, "cloud" | "deletionProtection">): void {
  if (cloud === "local" || cloud === "existing" || !deletionProtection) return;
  throw new RefusedError(
    [
      {
        path: "deletionProtection",
        message:
          "is true, which guards the instance against being deleted; set it to false, run sgbox up, then sgbox down",
      },
    ],
    "refused, because the instance is protected from deletion",
  );
}
