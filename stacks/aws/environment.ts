import * as pulumi from "@pulumi/pulumi";
import { fixedOf } from "../../components/core/planning/environment/transition";
import { CustomerEnvironment } from "../../components/customer-environment/aws";
import type { DeclareEnvironment } from "../environment";

/** Declares a customer's account on AWS. */
export const declareEnvironment: DeclareEnvironment = ({ plan, boundary, tags }) => {
  const { accountId, links, provider } = new CustomerEnvironment(plan.name, { plan, boundary, tags });
  return { provider, output: { ...fixedOf(plan), id: accountId, links: pulumi.output(links) } };
};
