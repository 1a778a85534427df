import assert from "node:assert/strict";
import { InputError } from "../../../components/core/errors";
import type { Config } from "../../../components/core/planning/config/config";
import { planCustomerEnvironment } from "../../../components/core/planning/environment/plan";
import { CustomerEnvironment } from "../../../components/customer-environment/gcp";
import { environmentConfigs, gcpEnvironment, id } from "../../support/environment";
import { only, record, valueOf } from "../../support/recorder";

const boundary = { facts: { zone: "single-tenant", owner: "cloud" } } as const;

const environmentOf = (environment: object = {}) => {
  const config = { ...environmentConfigs.gcp, environment: { ...gcpEnvironment, ...environment } };
  const plan = planCustomerEnvironment(config as unknown as Config);
  assert.ok(plan);
  return record((opts) => new CustomerEnvironment(id, { plan, boundary, tags: { team: "a" } }, opts), {
    outputs: ({ type, name }) => ({
      ...(type === "gcp:organizations/project:Project" && { number: "4711" }),
      ...(type === "gcp:projects/serviceIdentity:ServiceIdentity" && { member: "serviceAccount:logging" }),
      ...(type === "gcp:monitoring/notificationChannel:NotificationChannel" && { name: `channels/${name}` }),
    }),
  });
};

describe("a customer's environment on Google Cloud", () => {
  it("is a project that is protected and kept, with billing, APIs and guard rails, in which the provider makes the rest", async () => {
    const { resources, result } = await environmentOf();
    const made = only(resources, "gcp:organizations/project:Project", id);
    assert.deepEqual(
      [made.protect, made.retainOnDelete, made.inputs],
      [
        true,
        true,
        {
          projectId: id,
          name: id,
          folderId: "folders/123456789012",
          billingAccount: "012345-6789AB-CDEF01",
          autoCreateNetwork: false,
          deletionPolicy: "PREVENT",
          labels: {
            team: "a",
            "sourcegraph-zone": "single-tenant",
            "sourcegraph-owner": "cloud",
            "sourcegraph-name": id,
            "environment-kind": "managed",
            customer: "acmecorp",
          },
        },
      ],
    );
    assert.equal(only(resources, "gcp:projects/service:Service", `${id}-compute`).inputs["project"], id);
    assert.deepEqual(only(resources, "gcp:orgpolicy/policy:Policy", `${id}-regions`).inputs, {
      name: `projects/${id}/policies/gcp.resourceLocations`,
      parent: `projects/${id}`,
      spec: { rules: [{ values: { allowedValues: ["in:us-central1-locations"] } }] },
    });
    const provider = only(resources, "pulumi:providers:gcp", `${id}-project`).inputs;
    assert.deepEqual([provider["project"], provider["region"]], [id, "us-central1"]);
    const link = await valueOf(result!.link);
    assert.equal(link, `https://console.cloud.google.com/home/dashboard?project=${id}`);
  });

  it("watches the spending of this project, and tells who did what to the project of logs", async () => {
    const { resources } = await environmentOf();
    const budget = only(resources, "gcp:billing/budget:Budget", `${id}-budget`).inputs;
    assert.deepEqual(
      [budget["budgetFilter"], budget["amount"], budget["thresholdRules"], budget["allUpdatesRule"]],
      [
        { projects: ["projects/4711"], calendarPeriod: "MONTH" },
        { specifiedAmount: { currencyCode: "USD", units: "1500" } },
        [
          { thresholdPercent: 0.8, spendBasis: "CURRENT_SPEND" },
          { thresholdPercent: 1, spendBasis: "CURRENT_SPEND" },
          { thresholdPercent: 1, spendBasis: "FORECASTED_SPEND" },
        ],
        { monitoringNotificationChannels: [`channels/${id}-budget-1`], disableDefaultIamRecipients: true },
      ],
    );
    const channel = only(resources, "gcp:monitoring/notificationChannel:NotificationChannel", `${id}-budget-1`);
    assert.deepEqual(channel.inputs["labels"], { email_address: "cloud@example.com" });
    const sink = only(resources, "gcp:logging/projectSink:ProjectSink", `${id}-audit`).inputs;
    assert.equal(sink["destination"], `logging.googleapis.com/${gcpEnvironment.audit.target}`);
    const writer = only(resources, "gcp:projects/iAMMember:IAMMember", `${id}-audit-writer`).inputs;
    assert.deepEqual(
      [writer["project"], writer["role"], writer["member"]],
      ["example-logs", "roles/logging.bucketWriter", "serviceAccount:logging"],
    );
  });

  it("gives groups rights that end", async () => {
    const { resources } = await environmentOf();
    assert.deepEqual(only(resources, "gcp:projects/iAMMember:IAMMember", `${id}-operators-editor`).inputs, {
      project: id,
      role: "roles/editor",
      member: "group:operators@example.com",
      condition: { title: "until 2027-01-31", expression: 'request.time < timestamp("2027-01-31T23:59:59Z")' },
    });
  });

  it("has the customer's name in one label alone", async () => {
    const { resources } = await environmentOf();
    const named = resources.filter((each) => JSON.stringify(each).toLowerCase().includes("acme"));
    assert.deepEqual(
      named.map(({ name }) => name),
      [id],
    );
  });

  it("lets go of the project once it closes", async () => {
    const { resources } = await environmentOf({ close: id });
    const made = only(resources, "gcp:organizations/project:Project", id);
    assert.deepEqual([made.protect, made.retainOnDelete, made.inputs["deletionPolicy"]], [false, false, "DELETE"]);
  });

  it("refuses a plan of another cloud", async () => {
    const plan = planCustomerEnvironment(environmentConfigs.aws as unknown as Config);
    assert.ok(plan);
    const { error, resources } = await record((opts) => new CustomerEnvironment(id, { plan, boundary }, opts));
    assert.ok(error instanceof InputError);
    assert.match(error.message, /'plan\.cloud' is aws; this component is of gcp/);
    assert.deepEqual(resources, []);
  });
});
