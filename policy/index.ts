import { PolicyPack } from "@pulumi/policy";
import { rules } from "../components/core/rules/rules";
import { boundaryPolicies } from "./policies";

new PolicyPack("sourcegraph-boundaries", {
  description: "What may rest and reach where, judged of every resource of a stack, whoever made it.",
  enforcementLevel: "mandatory",
  policies: boundaryPolicies(rules, new Date().toISOString().slice(0, 10)),
});
