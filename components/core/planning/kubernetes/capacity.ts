import type { Problem } from "../../errors";
import type { KubernetesContext } from "./context";
import { cloudLimits } from "./limits";
import type { PlannedWorkload } from "./workload";

/** Name under which a workload's size is set, as the config writes it. */
function overrideOf({ service, name }: PlannedWorkload): string {
  return `overrides.${service ?? name}.storageGb`;
}

/** Claims that are larger than a volume of the cloud can be. Nothing is known of the volumes of other clusters. */
export function capacityProblems(context: KubernetesContext, workloads: readonly PlannedWorkload[]): Problem[] {
  const { cloud, overrides } = context.specification;
  if (cloud === "existing") return [];
  const most = cloudLimits[cloud].volumeGib;
  return workloads.flatMap((workload) =>
    workload.claims
      .filter(({ sizeGib }) => sizeGib > most)
      .map(({ name, sizeGib }) => {
        const given = overrides[workload.service ?? workload.name]?.storageGb !== undefined;
        return {
          path: given ? overrideOf(workload) : "usage",
          message:
            `makes claim ${name} of ${workload.name} ${sizeGib} GiB, a volume of ${cloud} holds at most ${most}; ` +
            (given ? "lower it, or raise the replicas" : `set '${overrideOf(workload)}' to what is needed`),
        };
      }),
  );
}
