import { fixedOf } from "../../components/core/planning/environment/transition";
import { CustomerEnvironment } from "../../components/customer-environment/gcp";
import type { DeclareEnvironment } from "../environment";

/** Declares a customer's project on Google Cloud. */
export const declareEnvironment: DeclareEnvironment = ({ plan, boundary, tags }) => {
  const { projectId, link, provider } = new CustomerEnvironment(plan.name, { plan, boundary, tags });
  return { provider, output: { ...fixedOf(plan), id: projectId, links: { console: link } } };
};
