import { z } from "zod";
import { flag, keys, text } from "./schema-values";

const exception = keys("BoundaryExceptionConfig", {
  rule: text("id of the rule", "B-N06"),
  resource: text("name or URN of the resource, or what the report says is judged", "sourcegraph-machine-to-anywhere"),
  reason: text("why the rule is broken there"),
  owner: text("who answers for it"),
  expires: text("last day it counts", "2027-01-31"),
}).describe("permission to break a rule for one resource, until a day");

/** What a single-tenant instance promises beyond the others. */
export const modes = z
  .array(z.enum(["air-gapped", "byok", "own-model"]))
  .optional()
  .meta({
    description:
      "what the instance promises, and is refused where it breaks it: `air-gapped`: no way to the internet, and nothing is asked of us; `byok`: everything at rest is under 'customerKey'; `own-model`: models of the customer's, and no connection to our gateway; default none. Restart of all services",
    examples: [["air-gapped"]],
  });

/** The key of the customer's. */
export const customerKey = text(
  "key of the customer's for everything at rest: the ARN of a key on AWS, the full name of a CryptoKey on GCP; needed by mode byok. Never changed: what is encrypted stays under its key",
  "arn:aws:kms:us-east-1:210987654321:key/00000000-0000-0000-0000-000000000000",
).optional();

export const boundaries = keys("BoundariesConfig", {
  stage: z
    .enum(["production", "staging", "development"])
    .optional()
    .describe(
      "what the instance runs with; rules about keys and guards leave development alone; default production. Only checked",
    ),
  owner: text("service or team that answers for it; default sourcegraph. Only checked", "platform").optional(),
  zone: z
    .enum(["single-tenant", "dotcom", "multi-tenant", "dev-monolith"])
    .optional()
    .describe(
      "what the instance is: one customer's (`single-tenant`, default), the code search for the public (`dotcom`), a cell (`multi-tenant`, set by that shape), or everything in one place (`dev-monolith`, set by shape monolith). Never changed",
    ),
  account: text(
    "account of AWS it is in; default not known; on GCP it is the project. Only checked",
    "123456789012",
  ).optional(),
  licence: z
    .array(text("tag or feature"))
    .optional()
    .meta({
      description:
        "tags and features of the instance's licence, as its site admins see them; default not known. Only checked",
      examples: [["allow-air-gapped"]],
    }),
  syntheticData: flag("there is nothing but made-up data in it; needed by shape monolith; default false. Only checked"),
  development: keys("DevelopmentConfig", {
    accounts: z
      .array(text("account of AWS, project of Google, Docker host or context of a cluster"))
      .min(1)
      .meta({
        description: "where development may be, and nothing else is. Only checked",
        examples: [["localhost"]],
      }),
    domain: text("what ends every name of a host of development. Only checked", "dev.example.com"),
  })
    .optional()
    .describe("what is for development; needed by shape monolith; default not known. Only checked"),
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
