import { AdminServices } from "../../components/admin-services/gcp";
import type { AdminPlan } from "../../components/core/planning/admin/admin-plan";
import { adminPublicFacts } from "../../components/core/planning/admin/boundary";
import {
  adminStackManifest,
  checkAdminTransition,
  parseAdminManifest,
} from "../../components/core/planning/admin/manifest";
import { planAdmin } from "../../components/core/planning/admin/plan-admin";
import type { AdminSpecification } from "../../components/core/planning/admin/specification";
import type { DeclareAdmin } from "../program";

/** Rule that Cloud Run's check of callers holds; an exception from it says that a service checks them alone. */
const invokerRule = "B-N02";

/** Services that take callers without an identity of Google, which the config says by an exception for each. */
function uncheckedServices({ services }: AdminPlan, { boundaries: { exceptions } }: AdminSpecification): string[] {
  const excepted = exceptions.filter(({ rule }) => rule === invokerRule).map(({ resource }) => resource);
  return services.filter(({ resource }) => excepted.includes(resource)).map(({ name }) => name);
}

/** Declares the support services of one zone on Google Cloud. */
export const declareAdmin: DeclareAdmin = (_name, { specification, secrets, previous }) => {
  const plan = planAdmin(specification);
  checkAdminTransition(parseAdminManifest(previous), plan);
  const { enforce, exceptions } = specification.boundaries;
  const { addresses, edgeRecords } = new AdminServices({
    plan,
    secrets,
    uncheckedServices: uncheckedServices(plan, specification),
    enforce,
    exceptions,
  });
  return { manifest: adminStackManifest(plan), published: { ...adminPublicFacts(plan), addresses, edgeRecords } };
};
