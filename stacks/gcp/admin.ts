import { AdminServices } from "../../components/admin-services/gcp";
import { adminPublicFacts } from "../../components/core/planning/admin/boundary";
import {
  adminStackManifest,
  checkAdminTransition,
  parseAdminManifest,
} from "../../components/core/planning/admin/manifest";
import { planAdmin } from "../../components/core/planning/admin/plan-admin";
import type { DeclareAdmin } from "../program";

/** Declares the support services of one zone on Google Cloud. */
export const declareAdmin: DeclareAdmin = (_name, { specification, secrets, previous }, within) => {
  const plan = planAdmin(specification);
  checkAdminTransition(parseAdminManifest(previous), plan);
  const { enforce, exceptions } = specification.boundaries;
  const { addresses, edgeRecords } = new AdminServices({ plan, secrets, enforce, exceptions }, within);
  return { manifest: adminStackManifest(plan), published: { ...adminPublicFacts(plan), addresses, edgeRecords } };
};
