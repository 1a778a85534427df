import { z } from "zod";
import { flag, keys, text } from "./schema-values";

const exception = keys("BoundaryExceptionConfig", {
  rule: text("id of the rule", "B-N06"),
  resource: text("name or URN of the resource, or what the report says is judged", "sourcegraph-machine-to-anywhere"),
  reason: text("why the rule is broken there"),
  owner: text("who answers for it"),
  expires: text("last day it counts", "2027-01-31"),
}).describe("permission to break a rule for one resource, until a day");

export const boundaries = keys("BoundariesConfig", {
  stage: z
    .enum(["production", "staging", "development"])
    .optional()
    .describe(
      "what the instance runs with; rules about keys and guards leave development alone; default production. Only checked",
    ),
  owner: text("service or team that answers for it; default sourcegraph. Only checked", "platform").optional(),
  account: text(
    "account of AWS it is in; default not known; on GCP it is the project. Only checked",
    "123456789012",
  ).optional(),
  companyDomains: z
    .array(text("domain"))
    .optional()
    .meta({
      description: "domains of the company, of whose groups alone rights may be; default none is known. Only checked",
      examples: [["example.com"]],
    }),
  enforce: flag("sgbox check refuses what breaks a rule, else it only tells; default false. Only checked"),
  exceptions: z
    .array(exception)
    .optional()
    .describe("rules that may be broken until a day; default none. Only checked"),
}).describe(
  "what the rules of the boundaries are told about the instance, and whether they are enforced; default a production instance, not enforced. Only checked",
);
