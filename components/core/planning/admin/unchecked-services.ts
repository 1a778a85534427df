import type { AdminSpecification, SpecifiedAdminService } from "./specification";
import { adminNames } from "./names";

/** Rule that Cloud Run's check of callers holds; an exception from it says that a service checks them alone. */
const invokerRule = "B-N02";

/** Whether machines or end users come in through a load balancer: Google's balancers bring no identity along for them. */
function hasForeignCallers({ description: { listeners } }: SpecifiedAdminService): boolean {
  return listeners.some(({ plane }) => plane === "machine" || plane === "end-user");
}

/** Services that callers without an identity of Google have to reach, and which of them the config lets check alone. */
export function planUncheckedServices({
  cloud,
  name: stack,
  services,
  boundaries: { exceptions },
}: Pick<AdminSpecification, "cloud" | "name" | "services" | "boundaries">): {
  readonly unchecked: readonly string[];
  readonly closed: readonly string[];
} {
  if (cloud !== "gcp") return { unchecked: [], closed: [] };
  const excepted = new Set(exceptions.filter(({ rule }) => rule === invokerRule).map(({ resource }) => resource));
  const foreign = services.filter(hasForeignCallers).map(({ description: { name } }) => name);
  const isExcepted = (service: string): boolean => excepted.has(adminNames.service(stack, service));
  return {
    unchecked: foreign.filter(isExcepted),
    closed: foreign.filter((service) => !isExcepted(service)),
  };
}
