import assert from "node:assert/strict";
import type { BoundaryFacts } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { l01 } from "../../../components/core/rules/logs/l01";
import { l02 } from "../../../components/core/rules/logs/l02";
import { l04 } from "../../../components/core/rules/logs/l04";
import { n01 } from "../../../components/core/rules/network/n01";
import { n02 } from "../../../components/core/rules/network/n02";
import { n03 } from "../../../components/core/rules/network/n03";
import { n04 } from "../../../components/core/rules/network/n04";
import { n05 } from "../../../components/core/rules/network/n05";
import { n06 } from "../../../components/core/rules/network/n06";
import { n07 } from "../../../components/core/rules/network/n07";
import { n09 } from "../../../components/core/rules/network/n09";
import { n10 } from "../../../components/core/rules/network/n10";
import type { Rule } from "../../../components/core/rules/rule";
import { graphOf, said, type Given } from "../../support/graph";

const says = (
  rule: Rule,
  facts: BoundaryFacts,
  type: string,
  inputs: Given["inputs"],
  refers: Given["refers"] = {},
  ...more: readonly Given[]
): string[] =>
  said(
    rule,
    graphOf([
      { type: "sourcegraph:admin:Service", name: "service", boundary: { facts: { zone: "admin", ...facts } } },
      { type, name: "it", parent: "service", inputs: inputs ?? {}, refers },
      ...more.map((each) => ({ parent: "service", ...each })),
    ]),
  );
const human: BoundaryFacts = { plane: "human" };
const machine: BoundaryFacts = { plane: "machine" };
const edge: BoundaryFacts = { plane: "machine", origin: "edge" };

describe("what is known only after the deployment is unproven, not held", () => {
  it("at listeners", () =>
    assert.deepEqual(
      [
        ...says(n01, human, "aws:lb/listener", { protocol: "HTTPS", defaultActions: unknownValue }),
        ...says(n02, {}, "gcp:cloudrunv2/serviceIamMember", { role: "roles/run.invoker", member: unknownValue }),
        ...says(n03, machine, "aws:lb/listenerRule", { conditions: unknownValue }),
        ...says(n03, machine, "gcp:compute/backendService", { backends: [{}], securityPolicy: unknownValue }),
      ],
      [
        "it unproven: its first action is known only after the deployment; let its first action be authenticate-oidc",
        "it unproven: whom it lets in is known only after the deployment; name identities that are known before",
        "it unproven: its paths are known only after the deployment; serve the declared paths only",
        "it unproven: its securityPolicy is not of this program; make its policy here",
      ],
    ));

  it("at a default action, beside what is not known", () => {
    const acl: readonly Given[] = [
      { type: "aws:lb/loadBalancer", name: "balancer" },
      { type: "aws:wafv2/webAcl", name: "acl", inputs: { rules: [{ statement: { rateBasedStatement: {} } }] } },
      {
        type: "aws:wafv2/webAclAssociation",
        name: "association",
        refers: { resourceArn: "balancer", webAclArn: "acl" },
      },
    ];
    assert.deepEqual(
      says(n03, machine, "aws:lb/listener", { defaultActions: unknownValue }, { loadBalancerArn: "balancer" }, ...acl),
      [
        "it unproven: its default action is known only after the deployment; let its default action be fixed-response with status 404",
      ],
    );
  });

  it("at networks, egress and the edge", () =>
    assert.deepEqual(
      [
        ...says(n04, {}, "gcp:bigquery/dataset", { accesses: unknownValue }),
        ...says(n05, {}, "aws:ec2transitgateway/vpcAttachment", { transitGatewayId: "tgw-1" }),
        ...says(n06, {}, "gcp:compute/networkFirewallPolicyRule", { match: { destFqdns: unknownValue } }),
        ...says(n06, {}, "aws:ec2/securityGroup", { egress: [{ cidrBlocks: [unknownValue] }] }),
        ...says(n06, {}, "aws:ec2/securityGroupRule", { type: "egress", cidrBlocks: unknownValue }),
        ...says(n06, {}, "kubernetes:networking.k8s.io/v1/NetworkPolicy", { spec: { egress: unknownValue } }),
        ...says(n07, {}, "aws:eks/cluster", { computeConfig: { enabled: true } }),
        ...says(n09, edge, "aws:lb/listener", { mutualAuthentication: { mode: unknownValue } }),
      ],
      [
        "it unproven: accesses is known only after the deployment; name identities that are known before",
        "it unproven: transitGatewayId is not of this program, so what it joins is not known; use a gateway of this zone",
        "it unproven: match.destFqdns is known only after the deployment; name the hosts that connections of the zone declare",
        "it unproven: where it lets out is known only after the deployment; name ranges that are known before",
        "it unproven: where it lets out is known only after the deployment; name ranges that are known before",
        "it unproven: where it lets out is known only after the deployment; name ranges that are known before",
        "it unproven: whether its nodes enforce network policies is set within it; show the add-on's configuration",
        "it unproven: mutualAuthentication.mode is known only after the deployment; set mutualAuthentication.mode to verify",
      ],
    ));

  it("at the groups of an origin", () => {
    const balancer: Given = { type: "aws:lb/loadBalancer", name: "balancer", refers: { securityGroups: "group" } };
    const group: Given = { type: "aws:ec2/securityGroup", name: "group", inputs: { ingress: unknownValue } };
    const header: Given = {
      type: "aws:lb/listenerRule",
      name: "rule",
      inputs: { conditions: [{ httpHeader: {} }] },
      refers: { listenerArn: "it" },
    };
    assert.deepEqual(says(n09, edge, "aws:lb/listener", {}, { loadBalancerArn: "balancer" }, balancer, group, header), [
      "it unproven: whom group lets in is known only after the deployment; let in the ranges of the edge only",
    ]);
    assert.deepEqual(says(n09, edge, "aws:lb/listener", {}, {}, header), [
      "it unproven: no security group of this program is before it; let in the ranges of the edge only",
    ]);
  });

  it("at encryption, logs and images", () =>
    assert.deepEqual(
      [
        ...says(n10, {}, "gcp:compute/targetHttpsProxy", { sslPolicy: unknownValue }),
        ...says(n10, {}, "kubernetes:networking.k8s.io/v1/Ingress", { spec: { tls: unknownValue } }),
        ...says(
          n10,
          {},
          "aws:rds/instance",
          {},
          { parameterGroupName: "group" },
          {
            type: "aws:rds/parameterGroup",
            name: "group",
            inputs: { parameters: unknownValue },
          },
        ),
        ...says(l01, {}, "aws:rds/parameterGroup", { family: "postgres16", parameters: unknownValue }),
        ...says(l01, {}, "aws:rds/parameterGroup", {
          family: "postgres16",
          parameters: [
            { name: "log_statement", value: unknownValue },
            { name: "log_parameter_max_length", value: unknownValue },
          ],
        }),
        ...says(l02, {}, "gcp:logging/projectSink", { destination: unknownValue }).filter((each) =>
          each.startsWith("it "),
        ),
        ...says(l04, {}, "gcp:cloudrunv2/service", { template: { containers: unknownValue } }),
      ],
      [
        "it unproven: sslPolicy is not of this program; set sslPolicy to a policy with minTlsVersion TLS_1_2",
        "it unproven: spec.tls is known only after the deployment; set spec.tls",
        "it unproven: parameters is known only after the deployment; set the parameter rds.force_ssl to 1",
        "it unproven: parameters is known only after the deployment; set log_parameter_max_length to 0",
        "it unproven: log_statement is known only after the deployment and log_parameter_max_length is known only after the deployment; set log_statement to none and set log_parameter_max_length to 0",
        "it unproven: destination is known only after the deployment; send it to an account or project that is only for logs",
        "it unproven: its containers are known only after the deployment; give it containers that are known before",
      ],
    ));
});

describe("what is missing is found", () => {
  it("before a backend, at a matcher, in a parameter group and in an audit configuration", () =>
    assert.deepEqual(
      [
        ...says(n09, edge, "gcp:compute/backendService", {}),
        ...says(
          n03,
          machine,
          "gcp:compute/uRLMap",
          {
            defaultService: "a",
            pathMatchers: [{ name: "api", defaultService: "b", pathRules: [{ paths: ["/v1/*"] }] }],
          },
          { defaultService: "nobody" },
          { type: "gcp:compute/backendBucket", name: "nobody" },
        ),
        ...says(
          n10,
          {},
          "aws:rds/instance",
          { engineVersion: "14.9" },
          { parameterGroupName: "group" },
          {
            type: "aws:rds/parameterGroup",
            name: "group",
          },
        ),
        ...says(l02, {}, "gcp:projects/iAMAuditConfig", {
          service: "allServices",
          auditLogConfigs: [
            { logType: "DATA_READ", exemptedMembers: ["user:eve@example.com"] },
            { logType: "DATA_WRITE" },
          ],
        }).filter((each) => each.startsWith("it ")),
        ...says(l04, {}, "gcp:binaryauthorization/policy", {
          defaultAdmissionRule: { evaluationMode: "REQUIRE_ATTESTATION", enforcementMode: "DRYRUN_AUDIT_LOG_ONLY" },
        }),
      ],
      [
        "it broken: no policy of this program is before it; set securityPolicy to a policy that admits the edge only",
        "it broken: pathMatcher api has another default; let what no path serves go to a backend that refuses",
        "it broken: rds.force_ssl is not set; set the parameter rds.force_ssl to 1",
        "it broken: user:eve@example.com is exempted; remove exemptedMembers",
        "it broken: defaultAdmissionRule.enforcementMode is DRYRUN_AUDIT_LOG_ONLY; set defaultAdmissionRule.enforcementMode to ENFORCED_BLOCK_AND_AUDIT_LOG",
      ],
    ));
});
