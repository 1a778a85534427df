import assert from "node:assert/strict";
import { InputError } from "../../../components/core/errors";
import type { MultiTenantPlan } from "../../../components/core/planning/multi-tenant/multi-tenant-plan";
import { Edge as AwsEdge } from "../../../components/multi-tenant-backend/aws-edge";
import { toWrite } from "../../../components/multi-tenant-backend/edge-records";
import { Edge as GcpEdge } from "../../../components/multi-tenant-backend/gcp-edge";
import { account, cell, cellsPlan } from "../../support/cells";
import { allOf, only, record, valueOf, type Recorded } from "../../support/recorder";

const workspaceId = "6f1c0a52-58a5-4d9c-9d0b-0c1f1f6a0b1";
const dedicated = { tenancy: "dedicated", size: "S" } as const;

/** Two cells of many, and three of one customer each: below the domain's wildcard, deeper below it, and outside the domain. */
const planOf = (cloud: "aws" | "gcp", proven = false): MultiTenantPlan => {
  const tenant = (name: string, number: number, hostname?: string) => ({
    tier: "dedicated" as const,
    workspaceId: `${workspaceId}${number}`,
    number,
    cell: name,
    ...(hostname === undefined ? {} : { hostname }),
  });
  return cellsPlan(cloud, {
    cells: {
      "cell-1": cell(cloud, "1"),
      acme: cell(cloud, "2", dedicated),
      deep: cell(cloud, "3", dedicated),
      bank: cell(cloud, "4", dedicated),
    },
    tenants: {
      acme: tenant("acme", 2),
      deep: tenant("deep", 3, "code.deep.workspaces.example.com"),
      bank: { ...tenant("bank", 4, "code.bank.example"), ...(proven ? { hostnameProven: true } : {}) },
    },
  });
};

const cellsOf = ({ cells }: MultiTenantPlan) =>
  Object.fromEntries(
    cells.map(({ name }) => [name, { originSecret: `secret of ${name}`, vpcOriginId: `vo_${name}` }] as const),
  );

const routes = (resources: readonly Recorded[]): unknown[] =>
  allOf(resources, "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey").map(({ inputs: { key, value } }) => [
    key,
    value,
  ]);

describe("the edge on AWS", () => {
  const declared = (plan: MultiTenantPlan) =>
    record((opts) => new AwsEdge("mt", { plan, namesZone: "ZNAMES", cells: cellsOf(plan) }, opts), {
      outputs: ({ type, name, inputs }) => {
        if (type === "aws:cloudfront/distribution:Distribution") return { domainName: `${name}.cloudfront.test` };
        if (type === "aws:route53/record:Record") return { fqdn: inputs["name"] };
        if (type !== "aws:acm/certificate:Certificate") return {};
        const names = [inputs["domainName"], ...((inputs["subjectAlternativeNames"] ?? []) as unknown[])] as string[];
        return {
          // In an order of its own, as AWS answers.
          domainValidationOptions: names.reverse().map((domainName) => ({
            domainName,
            resourceRecordName: `_proof.${domainName}`,
            resourceRecordType: "CNAME",
            resourceRecordValue: `of.${domainName}`,
          })),
        };
      },
    });

  it("goes into the network of each cell by the way that its account shares, and shows that cell's secret alone", async () => {
    const { resources } = await declared(planOf("aws"));
    const { inputs, secretInputs } = only(resources, "aws:cloudfront/distribution:Distribution");
    const origins = inputs["origins"] as readonly Record<string, unknown>[];
    assert.deepEqual(origins[1], {
      originId: "acme",
      domainName: "acme.origin.workspaces.example.com",
      customHeaders: [{ name: "X-Sourcegraph-Origin", value: "secret of acme" }],
      vpcOriginConfig: {
        vpcOriginId: "vo_acme",
        ownerAccountId: account("aws", "2").id,
        originReadTimeout: 60,
        originKeepaliveTimeout: 5,
      },
    });
    assert.deepEqual(
      origins.map(({ originId }) => originId),
      ["cell-1", "acme", "deep", "bank"],
    );
    assert.deepEqual(secretInputs, ["origins"]);
  });

  it("proves every name of its certificate by the record that is of that name", async () => {
    const { resources } = await declared(planOf("aws"));
    const records = allOf(resources, "aws:route53/record:Record").map(
      ({ inputs: { name, type, records, aliases } }) => [
        name,
        type,
        records ?? (aliases as readonly { readonly name: string }[])[0]?.name,
      ],
    );
    assert.deepEqual(records, [
      ["_proof.*.workspaces.example.com", "CNAME", ["of.*.workspaces.example.com"]],
      ["_proof.code.deep.workspaces.example.com", "CNAME", ["of.code.deep.workspaces.example.com"]],
      ["*.workspaces.example.com", "A", "mt-edge.cloudfront.test"],
      ["code.deep.workspaces.example.com", "A", "mt-edge.cloudfront.test"],
    ]);
    const { inputs } = only(resources, "aws:acm/certificateValidation:CertificateValidation");
    assert.deepEqual(inputs["validationRecordFqdns"], [
      "_proof.*.workspaces.example.com",
      "_proof.code.deep.workspaces.example.com",
    ]);
  });

  it("holds up nothing for a name in somebody else's zone: its record is told, and waited for when it is said to be written", async () => {
    const before = planOf("aws");
    const told = await declared(before);
    const proves = {
      hostname: "code.bank.example",
      purpose: "proves",
      name: "_proof.code.bank.example",
      type: "CNAME",
      value: "of.code.bank.example",
    } as const;
    assert.deepEqual(told.result && (await valueOf(told.result.records)), [proves]);
    assert.deepEqual(toWrite(before, [proves]), [
      "write the record _proof.code.bank.example CNAME of.code.bank.example where code.bank.example has its zone: its certificate is given for it",
      "then set 'multiTenant.tenants.bank.hostnameProven' to true",
    ]);
    assert.deepEqual(toWrite(planOf("aws", true), [proves]), []);
    const taken = await declared(planOf("aws", true));
    const { inputs } = only(taken.resources, "aws:cloudfront/distribution:Distribution", "mt-edge-code.bank.example");
    assert.deepEqual(inputs["aliases"], ["code.bank.example"]);
    assert.deepEqual(taken.result && (await valueOf(taken.result.records)), [
      proves,
      {
        hostname: "code.bank.example",
        purpose: "leads",
        name: "code.bank.example",
        type: "CNAME",
        value: "mt-edge-code.bank.example.cloudfront.test",
      },
    ]);
  });

  it("publishes the routes of tenants that are resources", async () => {
    const { resources } = await declared(planOf("aws"));
    assert.deepEqual(routes(resources), [
      ["acme.workspaces.example.com", "acme"],
      ["code.deep.workspaces.example.com", "deep"],
      ["code.bank.example", "bank"],
    ]);
  });
});

describe("the edge on Google Cloud", () => {
  const declared = (plan: MultiTenantPlan) =>
    record((opts) => new GcpEdge("mt", { plan, namesZone: "workspaces", cells: cellsOf(plan) }, opts), {
      outputs: ({ type, name, inputs }) => ({
        selfLink: `link of ${name}`,
        ...(type === "gcp:compute/globalAddress:GlobalAddress" ? { address: `address of ${name}` } : {}),
        ...(type === "gcp:certificatemanager/dnsAuthorization:DnsAuthorization"
          ? {
              dnsResourceRecords: [
                { name: `_acme-challenge.${String(inputs["domain"])}.`, type: "CNAME", data: `of.${name}.` },
              ],
            }
          : {}),
      }),
    });
  const refuses = { faultInjectionPolicy: { abort: { httpStatus: 404, percentage: 100 } } };

  it("calls each cell at its origin by TLS, with the header that only the edge sends", async () => {
    const { resources } = await declared(planOf("gcp"));
    const name = "mt-edge-acme-origin";
    const backend = only(resources, "gcp:compute/backendService:BackendService", name);
    assert.deepEqual(
      [backend.inputs["protocol"], backend.inputs["customRequestHeaders"], backend.inputs["securityPolicy"]],
      ["HTTPS", ["X-Sourcegraph-Origin:secret of acme"], "link of mt-edge"],
    );
    assert.deepEqual(backend.secretInputs, ["customRequestHeaders"]);
    assert.deepEqual(backend.inputs["backends"], [{ group: `link of ${name}` }]);
    const endpoint = only(resources, "gcp:compute/globalNetworkEndpoint:GlobalNetworkEndpoint", name);
    assert.deepEqual([endpoint.inputs["fqdn"], endpoint.inputs["port"]], ["acme.origin.workspaces.example.com", 443]);
    for (const { inputs } of resources.filter((each) => each.type.startsWith("gcp:")))
      assert.equal(inputs["project"], account("gcp", "9").id);
  });

  it("leads hosts of tenants that are resources to their cells, and refuses every other name itself", async () => {
    const { resources } = await declared(planOf("gcp"));
    const { inputs } = only(resources, "gcp:compute/uRLMap:URLMap", "mt-routes");
    assert.deepEqual(
      {
        hostRules: inputs["hostRules"],
        defaultRouteAction: inputs["defaultRouteAction"],
        defaultService: inputs["defaultService"],
        headerAction: inputs["headerAction"],
      },
      {
        hostRules: [
          { hosts: ["acme.workspaces.example.com"], pathMatcher: "acme" },
          { hosts: ["code.deep.workspaces.example.com"], pathMatcher: "deep" },
          { hosts: ["code.bank.example"], pathMatcher: "bank" },
        ],
        defaultRouteAction: refuses,
        defaultService: "link of mt-edge-refused",
        headerAction: { requestHeadersToRemoves: ["X-Sourcegraph-Tenant-ID"] },
      },
    );
    const refused = only(resources, "gcp:compute/backendService:BackendService", "mt-edge-refused");
    assert.equal(refused.inputs["backends"], undefined);
  });

  it("has a way in of its own for each cell of many, so that a pooled tenant is a record in DNS and no resource", async () => {
    const { resources, result } = await declared(planOf("gcp"));
    const { inputs } = only(resources, "gcp:compute/uRLMap:URLMap", "mt-edge-cell-1");
    assert.deepEqual(
      [inputs["hostRules"], inputs["pathMatchers"], inputs["defaultRouteAction"]],
      [
        [{ hosts: ["*.workspaces.example.com"], pathMatcher: "cell-1" }],
        [{ name: "cell-1", defaultService: "link of mt-edge-cell-1-origin" }],
        refuses,
      ],
    );
    const entries = Object.entries(result?.entries ?? {});
    assert.deepEqual(await Promise.all(entries.map(async ([of, address]) => [of, await valueOf(address)])), [
      ["cell-1", "address of mt-edge-cell-1"],
    ]);
    const maps = allOf(resources, "gcp:compute/targetHttpsProxy:TargetHttpsProxy").map(
      (proxy) => proxy.inputs["certificateMap"],
    );
    assert.deepEqual([...new Set(maps)], ["//certificatemanager.googleapis.com/mt-edge-id"]);
  });

  it("writes the records of names below the domain, and tells those of the one outside it", async () => {
    const { resources, result } = await declared(planOf("gcp"));
    const records = allOf(resources, "gcp:dns/recordSet:RecordSet").map(({ inputs: { name, type, rrdatas } }) => [
      name,
      type,
      rrdatas,
    ]);
    assert.deepEqual(records, [
      ["_acme-challenge.workspaces.example.com.", "CNAME", ["of.mt-edge."]],
      ["_acme-challenge.code.deep.workspaces.example.com.", "CNAME", ["of.mt-edge-code.deep.workspaces.example.com."]],
      ["*.workspaces.example.com.", "A", ["address of mt-edge"]],
      ["code.deep.workspaces.example.com.", "A", ["address of mt-edge"]],
    ]);
    assert.deepEqual(result && (await valueOf(result.records)), [
      {
        hostname: "code.bank.example",
        purpose: "proves",
        name: "_acme-challenge.code.bank.example.",
        type: "CNAME",
        value: "of.mt-edge-code.bank.example.",
      },
      {
        hostname: "code.bank.example",
        purpose: "leads",
        name: "code.bank.example.",
        type: "A",
        value: "address of mt-edge",
      },
    ]);
  });

  it("lets through so many calls of one address in five minutes", async () => {
    const { resources } = await declared(planOf("gcp"));
    const rules = only(resources, "gcp:compute/securityPolicy:SecurityPolicy").inputs["rules"] as readonly Record<
      string,
      unknown
    >[];
    assert.deepEqual(
      rules.map(({ action, rateLimitOptions }) => [action, rateLimitOptions]),
      [
        [
          "throttle",
          {
            conformAction: "allow",
            exceedAction: "deny(429)",
            enforceOnKey: "IP",
            rateLimitThreshold: { count: 6000, intervalSec: 300 },
          },
        ],
        ["deny(403)", undefined],
      ],
    );
  });

  it("refuses a plan whose edge is another", async () => {
    const { error, resources } = await declared(planOf("aws"));
    assert.ok(error instanceof InputError);
    assert.deepEqual(error.problems, [
      {
        path: "plan.environment.edge.kind",
        message: "is cloudfront; this component is of global-load-balancer",
      },
    ]);
    assert.deepEqual(resources, []);
  });
});
