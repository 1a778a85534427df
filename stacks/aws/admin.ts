import { AdminServices } from "../../components/admin-services/aws";
import { adminBoundary, adminPublicFacts } from "../../components/core/planning/admin/boundary";
import { planAdmin } from "../../components/core/planning/admin/plan-admin";
import type { DeclareAdmin } from "../program";

/** Declares the support services of one zone on AWS. */
export const declareAdmin: DeclareAdmin = (_name, { specification, secrets }) => {
  const plan = planAdmin(specification);
  const services = new AdminServices({ plan, boundary: adminBoundary(plan), secrets });
  return {
    manifest: {},
    published: { ...adminPublicFacts(plan), addresses: services.addresses },
  };
};
