import assert from "node:assert/strict";
import { AdminServices } from "../../../components/admin-services/aws";
import { rulesOf } from "../../../components/admin-services/aws-names";
import { allOf, only, record, valueOf, type Recorded } from "../../support/recorder";
import { adminConfig, answers, planned } from "./aws-samples";

type Section = Readonly<Record<string, unknown>>;

async function recorded(
  config: Section,
): Promise<{ readonly resources: readonly Recorded[]; readonly services: AdminServices }> {
  const plan = planned(config);
  const { resources, error, result } = await record(
    (opts) => new AdminServices({ plan, secrets: { employeesClient: "client-secret" } }, opts),
    answers,
  );
  assert.equal(error, undefined);
  assert.ok(result);
  return { resources, services: result };
}

const rule = "aws:lb/listenerRule:ListenerRule";
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

interface Condition {
  readonly hostHeader?: { readonly values: readonly string[] };
  readonly pathPattern?: { readonly values: readonly string[] };
  readonly httpHeader?: { readonly httpHeaderName: string; readonly values: readonly string[] };
  readonly sourceIp?: { readonly values: readonly string[] };
}

const conditionsOf = ({ inputs }: Recorded): readonly Condition[] => inputs["conditions"] as readonly Condition[];
const actionsOf = ({ inputs }: Recorded): readonly Section[] => inputs["actions"] as readonly Section[];

describe("ways into support services on AWS", function () {
  this.timeout(60_000);
  let admin: readonly Recorded[];
  let services: AdminServices;
  before(async () => {
    ({ resources: admin, services } = await recorded(adminConfig()));
  });

  it("are one load balancer for each plane; those of employees and of the zone are not reached from the internet", () => {
    assert.deepEqual(
      allOf(admin, "aws:lb/loadBalancer:LoadBalancer")
        .map(({ name, inputs }) => [name, inputs["internal"]])
        .sort(),
      [
        ["admin-end-user", false],
        ["admin-human", true],
        ["admin-internal", true],
        ["admin-machine", false],
      ],
    );
  });

  it("refuse what no rule serves, over TLS 1.2 or newer, and wait as long as the slowest service", () => {
    for (const { inputs } of allOf(admin, "aws:lb/listener:Listener")) {
      assert.deepEqual(
        [inputs["port"], inputs["protocol"], inputs["sslPolicy"]],
        [443, "HTTPS", "ELBSecurityPolicy-TLS13-1-2-2021-06"],
      );
      assert.deepEqual(inputs["defaultActions"], [
        { type: "fixed-response", fixedResponse: { contentType: "text/plain", statusCode: "404", messageBody: "" } },
      ]);
    }
    const machine = only(admin, "aws:lb/loadBalancer:LoadBalancer", "admin-machine");
    assert.equal(machine.inputs["idleTimeout"], 600);
  });

  it("serve the declared paths of their host and nothing else, no more in a rule than AWS takes", () => {
    for (const { listeners, container } of planned(adminConfig()).services)
      for (const listener of listeners) {
        const { resource, host, paths } = listener;
        const own = rulesOf(listener, container.protocol).map(({ name }) => only(admin, rule, name));
        const served = own.flatMap((each) =>
          conditionsOf(each).flatMap(({ pathPattern }) => pathPattern?.values ?? []),
        );
        assert.deepEqual([...served].sort(), [...paths].sort(), resource);
        for (const each of own) {
          assert.deepEqual(conditionsOf(each)[0], { hostHeader: { values: [host] } });
          assert.ok(1 + (conditionsOf(each)[1]?.pathPattern?.values.length ?? 0) <= 5);
        }
      }
  });

  it("speak gRPC to a service that does, and HTTP/2 for its diagnostics, which a target of gRPC does not take", () => {
    const spoken = ["admin-telemetry-gateway-machine", "admin-telemetry-gateway-machine-http"].map((name) => [
      conditionsOf(only(admin, rule, name))[1]?.pathPattern?.values,
      actionsOf(only(admin, rule, name))[0]?.["targetGroupArn"],
      only(admin, "aws:lb/targetGroup:TargetGroup", name).inputs["protocolVersion"],
    ]);
    const target = "arn:aws:lb/targetGroup:TargetGroup:admin-telemetry-gateway-machine";
    assert.deepEqual(spoken, [
      [["/telemetrygateway.v1.TelemeteryGatewayService/RecordEvents"], target, "GRPC"],
      [["/-/version", "/-/healthz"], `${target}-http`, "HTTP2"],
    ]);
  });

  it("ask the company's sign-in before anything of the human plane is served", () => {
    const human = allOf(admin, rule).filter(({ name }) => /-human(-\d+)?$/.test(name));
    assert.ok(human.length >= 3);
    for (const each of human) {
      const [first, second] = actionsOf(each);
      assert.deepEqual([first?.["type"], first?.["order"]], ["authenticate-oidc", 1]);
      assert.deepEqual([second?.["type"], second?.["order"]], ["forward", 2]);
      assert.ok(each.secretInputs.includes("actions"));
      const { issuer, clientSecret, onUnauthenticatedRequest } = first?.["authenticateOidc"] as Section;
      assert.deepEqual(
        [issuer, clientSecret, onUnauthenticatedRequest],
        ["https://login.example.com", "client-secret", "authenticate"],
      );
    }
  });

  it("let a check ask for the health of the human plane from the subnets of services only, at a target of its own", () => {
    const health = only(admin, rule, "admin-billing-human-health");
    assert.deepEqual(conditionsOf(health), [
      { httpHeader: { httpHeaderName: "x-check", values: ["admin-billing-human-health"] } },
      { pathPattern: { values: ["/-/healthz"] } },
      { sourceIp: { values: ["10.60.64.0/18", "10.60.128.0/18", "10.60.192.0/18"] } },
    ]);
    assert.deepEqual(
      actionsOf(health).map(({ type, targetGroupArn }) => [type, targetGroupArn]),
      [["forward", "arn:aws:lb/targetGroup:TargetGroup:admin-billing-human-health"]],
    );
  });

  it("of machines and end users are behind a web firewall that counts, and that reads no body", () => {
    const acls = allOf(admin, "aws:wafv2/webAcl:WebAcl");
    assert.deepEqual(
      acls.map(({ name }) => name),
      ["admin-end-user", "admin-machine"],
    );
    const limits = (acls[1]?.inputs["rules"] as readonly Section[]).flatMap(({ name, statement }) => {
      const { rateBasedStatement } = statement as { readonly rateBasedStatement?: Section };
      return rateBasedStatement === undefined ? [] : [[name, rateBasedStatement["limit"]]];
    });
    assert.deepEqual(limits, [
      ["admin-billing-machine", 600],
      ["admin-cody-gateway-machine", 6000],
      ["admin-enterprise-portal-machine", 600],
      ["admin-pings-machine", 120],
      ["admin-telemetry-gateway-machine", 3000],
    ]);
    assert.ok(!JSON.stringify(acls).includes('"body"'));
    for (const { inputs } of allOf(admin, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"))
      assert.deepEqual(inputs["redactedFields"], [
        { singleHeader: { name: "authorization" } },
        { singleHeader: { name: "cookie" } },
        { queryString: {} },
      ]);
  });

  it("reach a service from its load balancers alone", () => {
    const into = allOf(admin, ingress).filter(({ inputs }) => inputs["securityGroupId"] === "admin-pings-id");
    assert.deepEqual(
      into.map(({ name, inputs }) => [name, inputs["referencedSecurityGroupId"], inputs["fromPort"]]),
      [["admin-pings-machine", "admin-machine-id", 9992]],
    );
    const inside = allOf(admin, ingress).filter(({ inputs }) => inputs["securityGroupId"] === "admin-internal-id");
    assert.deepEqual(
      inside.map(({ inputs }) => inputs["referencedSecurityGroupId"]),
      ["admin-cody-gateway-id"],
    );
  });

  it("lead out through the firewall of their zone, which lets out to named hosts only", () => {
    const [group] = allOf(admin, "aws:networkfirewall/ruleGroup:RuleGroup");
    const { rulesSource } = group?.inputs["ruleGroup"] as { readonly rulesSource: Section };
    assert.deepEqual((rulesSource["rulesSourceList"] as Section)["targets"], [
      "accounts-api.example.com",
      "api.anthropic.com",
      "api.stripe.com",
      "login.example.com",
    ]);
    for (const zone of ["a", "b", "c"]) {
      const way = only(admin, "aws:ec2/route:Route", `admin-egress-private-${zone}`);
      assert.deepEqual(
        [way.inputs["destinationCidrBlock"], way.inputs["vpcEndpointId"], way.inputs["routeTableId"]],
        ["0.0.0.0/0", `vpce-${zone}`, `admin-private-${zone}-id`],
      );
    }
    const data = allOf(admin, "aws:ec2/route:Route").filter(({ inputs }) =>
      String(inputs["routeTableId"]).startsWith("admin-data-"),
    );
    assert.deepEqual(data, []);
  });

  it("are checked with the diagnostics secret and without, each under an alarm that also rings when nothing is heard", () => {
    const checks = planned(adminConfig()).services.flatMap((service) => service.checks);
    const canaries = allOf(admin, "aws:synthetics/canary:Canary");
    assert.deepEqual(canaries.map(({ name }) => name).sort(), checks.map(({ resource }) => resource).sort());
    for (const { name, inputs } of canaries) {
      const { environmentVariables } = inputs["runConfig"] as { readonly environmentVariables?: Section };
      assert.equal(environmentVariables !== undefined, name.endsWith("-with"), name);
      assert.equal(inputs["vpcConfig"] !== undefined, name.includes("-human-"), name);
      assert.deepEqual(inputs["schedule"], { expression: "rate(5 minutes)" });
      const alarm = only(admin, "aws:cloudwatch/metricAlarm:MetricAlarm", `${name}-failed`);
      assert.deepEqual(alarm.inputs["dimensions"], { CanaryName: name });
      assert.equal(alarm.inputs["treatMissingData"], "breaching");
    }
  });

  it("have checks whose log is under the key of logs, in the group of their function, and which make no group themselves", () => {
    for (const { name } of allOf(admin, "aws:synthetics/canary:Canary")) {
      const log = only(admin, "aws:cloudwatch/logGroup:LogGroup", `${name}-log`);
      assert.equal(log.inputs["name"], `/aws/lambda/cwsyn-${name}-0a1b2c3d`);
      assert.deepEqual(
        [log.inputs["retentionInDays"], log.inputs["kmsKeyId"]],
        [30, "arn:aws:kms/key:Key:admin-log-key"],
      );
      const { Statement } = JSON.parse(String(only(admin, "aws:iam/rolePolicy:RolePolicy", name).inputs["policy"])) as {
        readonly Statement: readonly { readonly Sid: string; readonly Action: unknown }[];
      };
      assert.deepEqual(
        Statement.flatMap(({ Sid, Action }) => (Sid === "Log" ? [Action] : [])),
        [["logs:CreateLogStream", "logs:PutLogEvents"]],
      );
    }
  });

  it("are told where their records lead", () => {
    assert.equal(
      Object.keys(services.addresses).length,
      planned(adminConfig()).services.flatMap((s) => s.listeners).length,
    );
    assert.equal(services.edgeSecret, undefined);
  });

  describe("behind an edge", () => {
    let edge: readonly Recorded[];
    before(async () => {
      ({ resources: edge, services } = await recorded(adminConfig({ edge: "cloudflare" })));
    });

    it("want the header that only the edge sends, and let in its blocks alone", async () => {
      const portal = allOf(edge, rule).filter(({ name }) => /^admin-enterprise-portal-machine(-\d)?$/.test(name));
      assert.equal(portal.length, 2);
      for (const each of portal)
        assert.deepEqual(conditionsOf(each)[2], {
          httpHeader: { httpHeaderName: "x-origin-auth", values: ["password-of-admin-edge"] },
        });
      assert.ok(services.edgeSecret);
      assert.equal(await valueOf(services.edgeSecret), "password-of-admin-edge");
      const from = allOf(edge, ingress).filter(({ inputs }) => inputs["securityGroupId"] === "admin-machine-edge-id");
      assert.equal(from.length, 15);
      assert.ok(!from.some(({ inputs }) => inputs["cidrIpv4"] === "0.0.0.0/0"));
    });

    it("leave the record to whoever runs the edge, and what is direct on a load balancer of its own", () => {
      const records = allOf(edge, "aws:route53/record:Record").map(({ name }) => name);
      assert.ok(!records.includes("admin-enterprise-portal-machine"));
      assert.ok(records.includes("admin-pings-machine"));
      const direct = allOf(edge, ingress).filter(({ inputs }) => inputs["securityGroupId"] === "admin-machine-id");
      assert.deepEqual(
        direct.map(({ inputs }) => inputs["cidrIpv4"]),
        ["0.0.0.0/0"],
      );
    });
  });
});
