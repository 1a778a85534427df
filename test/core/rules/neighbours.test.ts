import assert from "node:assert/strict";
import { d03 } from "../../../components/core/rules/data/d03";
import { d06 } from "../../../components/core/rules/data/d06";
import { d07 } from "../../../components/core/rules/data/d07";
import type { BoundaryFacts, DeclaredEdge } from "../../../components/core/rules/facts";
import { n01 } from "../../../components/core/rules/network/n01";
import { n03 } from "../../../components/core/rules/network/n03";
import { n04 } from "../../../components/core/rules/network/n04";
import { graphOf, said, type Given } from "../../support/graph";

const part = (name: string, facts: BoundaryFacts, edges: readonly DeclaredEdge[] = []): Given => ({
  type: "sourcegraph:admin:Service",
  name,
  boundary: { facts: { zone: "admin", ...facts }, edges },
});
const machine = part("service", { plane: "machine" });

describe("a rule tells what it is about from what stands beside it", () => {
  it("counts no store of another service, class or zone against a model call", () => {
    const call: DeclaredEdge = { kind: "connects", from: "worker", to: "admin/cody-gateway", contract: "model-call" };
    const topic = (name: string): Given => ({ type: "gcp:pubsub/topic", name, parent: `${name}-part` });
    const graph = graphOf([
      part("cell", { zone: "multi-tenant", service: "worker" }, [
        call,
        { kind: "stores", from: "cody-gateway", to: "cell-store", dataClass: "user-data" },
        { kind: "connects", from: "worker", to: "gitserver" },
      ]),
      part("other-part", { service: "pings", dataClasses: ["user-data"] }, [
        { kind: "stores", from: "pings", to: "other-store", dataClass: "user-data" },
        { kind: "connects", from: "pings", to: "billing" },
      ]),
      part("class-part", { service: "cody-gateway", owner: "cody-gateway", dataClasses: ["operational"] }),
      part("zone-part", { zone: "dotcom", service: "cody-gateway", dataClasses: ["user-data"] }),
      ...["other", "class", "zone"].map(topic),
    ]);
    assert.deepEqual(said(d07, graph), [
      "multi-tenant/worker to admin/cody-gateway holds: its contract is model-call, and its callee keeps no user-data",
    ]);
  });

  it("finds a named reader of a dataset", () =>
    assert.deepEqual(
      said(
        d03,
        graphOf([
          part("accounts", { owner: "accounts", dataClasses: ["identity"] }),
          { type: "gcp:kms/cryptoKey", name: "key", parent: "accounts" },
          {
            type: "gcp:bigquery/dataset",
            name: "emails",
            parent: "accounts",
            inputs: { accesses: [{ role: "READER", userByEmail: "eve@example.com" }] },
            refers: { defaultEncryptionConfiguration: "key" },
          },
        ]),
      ),
      ["emails broken: its own input gives user:eve@example.com READER on it; remove them from it"],
    ));

  it("is silent of a subscription that somebody reads, and takes a delivery to S3 where none is named", () =>
    assert.deepEqual(
      said(
        d06,
        graphOf([
          machine,
          { type: "gcp:pubsub/subscription", name: "read", parent: "service" },
          { type: "gcp:pubsub/subscription", name: "kept", parent: "service", inputs: { cloudStorageConfig: {} } },
          { type: "aws:kinesis/firehoseDeliveryStream", name: "delivery", parent: "service" },
        ]),
      ),
      [
        "kept broken: it writes its topic straight to where it is kept, without filter or schema; set filter, or give the topic a schema of the fields that may pass",
        "delivery broken: extendedS3Configuration.processingConfiguration.enabled is not set; enable extendedS3Configuration.processingConfiguration with a function that drops the fields that may not pass",
      ],
    ));

  it("lets any domain of the company in", () =>
    assert.deepEqual(
      said(
        n01,
        graphOf([
          part("service", { plane: "human", companyDomains: ["example.com", "example.org"] }),
          { type: "gcp:cloudrunv2/service", name: "run", parent: "service", inputs: { iapEnabled: true } },
          {
            type: "gcp:iap/webCloudRunServiceIamMember",
            name: "lets-in",
            inputs: { member: "group:staff@example.org" },
            refers: { cloudRunServiceName: "run" },
          },
        ]),
      ),
      ["run holds: iapEnabled is true and lets-in lets group:staff@example.org in"],
    ));

  it("finds a fixed response that is no refusal, and a fault that is not for all", () => {
    const map = (name: string, httpStatus: number, percentage: number): Given => ({
      type: "gcp:compute/uRLMap",
      name,
      parent: "service",
      inputs: {
        defaultRouteAction: { faultInjectionPolicy: { abort: { httpStatus, percentage } } },
        pathMatchers: [{ name: "api", pathRules: [{ paths: ["/v1/*"] }] }],
      },
    });
    const listener: Given = {
      type: "aws:lb/listener",
      name: "listener",
      parent: "service",
      inputs: { defaultActions: [{ type: "fixed-response", fixedResponse: { statusCode: "200" } }] },
      refers: { loadBalancerArn: "balancer" },
    };
    const firewall: readonly Given[] = [
      { type: "aws:lb/loadBalancer", name: "balancer" },
      {
        type: "aws:wafv2/webAcl",
        name: "acl",
        inputs: { rules: [{ statement: {} }, { statement: { rateBasedStatement: {} } }] },
      },
      {
        type: "aws:wafv2/webAclAssociation",
        name: "association",
        refers: { resourceArn: "balancer", webAclArn: "acl" },
      },
    ];
    assert.deepEqual(
      said(
        n03,
        graphOf([
          machine,
          map("refuses", 404, 100),
          map("half", 404, 50),
          map("serves", 200, 100),
          listener,
          ...firewall,
        ]),
      ),
      [
        "refuses holds: what no path serves is refused and it serves /v1/*",
        "half broken: what no path serves goes to a backend of nobody here; let what no path serves go to a backend that refuses",
        "serves broken: what no path serves goes to a backend of nobody here; let what no path serves go to a backend that refuses",
        "listener broken: its default action is fixed-response; let its default action be fixed-response with status 404",
      ],
    );
  });

  it("finds a Service before a pod with a claim among other volumes", () => {
    const labels = { app: "blobstore" };
    assert.deepEqual(
      said(
        n04,
        graphOf([
          machine,
          {
            type: "kubernetes:apps/v1/Deployment",
            name: "blobstore",
            inputs: {
              spec: {
                template: {
                  metadata: { labels },
                  spec: { volumes: [{ emptyDir: {} }, { persistentVolumeClaim: {} }] },
                },
              },
            },
          },
          {
            type: "kubernetes:core/v1/Service",
            name: "open",
            parent: "service",
            inputs: { spec: { type: "NodePort", selector: labels } },
          },
        ]),
      ),
      ["open broken: spec.type is NodePort in front of blobstore; set spec.type to ClusterIP"],
    );
  });
});
