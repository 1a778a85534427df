import assert from "node:assert/strict";
import * as aws from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { edgeFacts } from "../../../components/core/planning/multi-tenant/edge-facts";
import type { MultiTenantPlan, PlannedCell } from "../../../components/core/planning/multi-tenant/multi-tenant-plan";
import { planMultiTenant } from "../../../components/core/planning/multi-tenant/plan";
import { specifyMultiTenant } from "../../../components/core/planning/multi-tenant/specify";
import { declareOriginGroup, declareOriginWall } from "../../../components/multi-tenant-backend/aws-origin";
import { awsCellScope } from "../../../components/multi-tenant-backend/aws-scope";
import { originArmorRules } from "../../../components/multi-tenant-backend/gcp-origin";
import { declareOriginSecrets, shownSecret } from "../../../components/multi-tenant-backend/origin-secrets";
import { account, cell, cellsConfig, cellsPlan } from "../../support/cells";
import { allOf, only, record, valueOf } from "../../support/recorder";

const plan = cellsPlan("aws", { cells: { "cell-1": cell("aws", "1", { originSecrets: [1, 2] }) } });

/** The cell, and the plan that it is of. */
const cellOf = (of: MultiTenantPlan): PlannedCell => of.cells[0] ?? assert.fail();

class Parent extends pulumi.ComponentResource {
  constructor(opts: pulumi.ComponentResourceOptions) {
    super("test:Parent", "parent", {}, opts);
  }
}

const scopeOf = (opts: pulumi.ComponentResourceOptions) => {
  const parent = new Parent(opts);
  const provider = new aws.Provider("cell-1", {}, { parent });
  return awsCellScope({ parent, plan, cell: cellOf(plan), provider, tags: {} });
};

const answers = {
  calls: ({ token }: { readonly token: string }) =>
    token.startsWith("aws:lb/") ? { arn: "arn:balancer" } : { id: "pl-of-cloudfront" },
};

describe("the origin of a cell on AWS", () => {
  it("accepts every secret that the edge may show during a change, and the edge is given the last", async () => {
    const { resources, result } = await record(
      (opts) => {
        const scope = scopeOf(opts);
        const secrets = declareOriginSecrets(scope.parent, scope.cell);
        const way = declareOriginWall(scope, secrets, pulumi.output("balancer"));
        return shownSecret(secrets, way.accepts);
      },
      {
        ...answers,
        outputs: ({ type, name }) => (type.startsWith("random:") ? { result: `password ${name}` } : {}),
      },
    );
    const { inputs, secretInputs } = only(resources, "aws:wafv2/webAcl:WebAcl");
    const [rule] = inputs["rules"] as readonly [{ readonly statement: unknown }];
    const shows = (searchString: string) => ({
      byteMatchStatement: {
        fieldToMatch: { singleHeader: { name: "x-sourcegraph-origin" } },
        positionalConstraint: "EXACTLY",
        searchString,
        textTransformations: [{ priority: 0, type: "NONE" }],
      },
    });
    assert.deepEqual(rule.statement, {
      orStatement: { statements: [shows("password cell-1-origin"), shows("password cell-1-origin-2")] },
    });
    assert.deepEqual([inputs["defaultAction"], secretInputs], [{ block: {} }, ["rules"]]);
    assert.equal(result && (await valueOf(result)), "password cell-1-origin-2");
    assert.equal(result && (await pulumi.isSecret(result)), true);
  });

  it("is called by CloudFront inside the network, by a way that is shared with the edge's account and no other", async () => {
    const { resources, result } = await record(
      (opts) => declareOriginWall(scopeOf(opts), ["secret"], pulumi.output("balancer")).vpcOriginId,
      answers,
    );
    const origin = only(resources, "aws:cloudfront/vpcOrigin:VpcOrigin", "cell-1-origin");
    assert.deepEqual(origin.inputs["vpcOriginEndpointConfig"], {
      name: "cell-1-origin",
      arn: "arn:balancer",
      httpPort: 80,
      httpsPort: 443,
      originProtocolPolicy: "https-only",
      originSslProtocols: { items: ["TLSv1.2"], quantity: 1 },
    });
    const share = only(resources, "aws:ram/resourceShare:ResourceShare");
    const [resource, principal] = [
      only(resources, "aws:ram/resourceAssociation:ResourceAssociation"),
      only(resources, "aws:ram/principalAssociation:PrincipalAssociation"),
    ];
    assert.deepEqual(
      [share.inputs["allowExternalPrincipals"], resource.inputs["resourceArn"], principal.inputs["principal"]],
      [false, "arn:aws:cloudfront/vpcOrigin:VpcOrigin:cell-1-origin", account("aws", "9").id],
    );
    assert.deepEqual(
      [share, resource, principal].map(({ inputs }) => inputs["region"]),
      ["us-east-1", "us-east-1", "us-east-1"],
    );
    assert.equal(result && (await valueOf(result)), "cell-1-origin-id");
  });

  it("has a load balancer that lets in the addresses of CloudFront, and calls the frontends and nothing else", async () => {
    const { vpcOrigin = assert.fail(), ...ingress } = cellOf(plan).ingress;
    const { resources } = await record(
      (opts) => declareOriginGroup(scopeOf(opts), vpcOrigin, { vpcId: "vpc-1", nodes: "sg-nodes" }),
      answers,
    );
    const group = only(resources, "aws:ec2/securityGroup:SecurityGroup");
    assert.equal((group.inputs["tags"] as Record<string, string>)["Name"], "cell-1-origin");
    const { annotations } = cellOf(plan).plan.ingress ?? assert.fail();
    assert.deepEqual(
      [annotations["alb.ingress.kubernetes.io/security-groups"], annotations["alb.ingress.kubernetes.io/scheme"]],
      ["cell-1-origin", "internal"],
    );
    const rules = [
      ...allOf(resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
      ...allOf(resources, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
    ];
    assert.deepEqual(
      rules.map(({ name, inputs }) => [
        name,
        inputs["securityGroupId"],
        inputs["prefixListId"] ?? inputs["referencedSecurityGroupId"],
        inputs["fromPort"],
        inputs["toPort"],
      ]),
      [
        ["cell-1-origin", "cell-1-origin-id", "pl-of-cloudfront", 443, 443],
        ["cell-1-origin-pods", "sg-nodes", "cell-1-origin-id", 3080, 3080],
        ["cell-1-origin", "cell-1-origin-id", "sg-nodes", 3080, 3080],
      ],
    );
    assert.equal(ingress.origin, "cell-1.origin.workspaces.example.com");
  });
});

describe("the origin of a cell on Google Cloud", () => {
  it("refuses who shows no header, and who shows none of its secrets", async () => {
    const { result } = await record(() => originArmorRules("X-Sourcegraph-Origin", ["one", pulumi.secret("two")]));
    const rules = await Promise.all(
      (result ?? []).map(async ({ action, priority, match }) => {
        const { expr } = (match ?? {}) as { readonly expr?: { readonly expression: pulumi.Input<string> } };
        return [action, priority, await valueOf(pulumi.output(expr?.expression ?? ""))];
      }),
    );
    const sent = "request.headers['x-sourcegraph-origin']";
    assert.deepEqual(rules, [
      ["deny(403)", 100, `!has(${sent})`],
      ["deny(403)", 110, `${sent} != 'one' && ${sent} != 'two'`],
    ]);
  });
});

describe("an origin whose edge is somebody else's", () => {
  it("is on the internet for that edge's addresses, and all the edge has to know is told, but no secret", () => {
    const config = cellsConfig("aws") as { readonly multiTenant: { readonly environment: object } };
    const environment = {
      ...config.multiTenant.environment,
      edge: "cloudflare",
      cloudflare: { accountId: "a".repeat(32), zoneId: "b".repeat(32) },
    };
    const elsewhere = planMultiTenant(
      specifyMultiTenant({ ...config, multiTenant: { ...config.multiTenant, environment } } as never),
    );
    const [first] = elsewhere.cells;
    assert.equal(first?.ingress.vpcOrigin, undefined);
    const { annotations = {} } = first?.plan.ingress ?? {};
    assert.equal(annotations["alb.ingress.kubernetes.io/scheme"], "internet-facing");
    assert.equal(annotations["alb.ingress.kubernetes.io/security-groups"], undefined);
    assert.match(annotations["alb.ingress.kubernetes.io/inbound-cidrs"] ?? "", /^103\.21\.244\.0\/22,/);
    assert.deepEqual(edgeFacts(elsewhere), {
      kind: "cloudflare",
      routes: "mt-routes",
      origins: { "cell-1": "cell-1.origin.workspaces.example.com", "cell-2": "cell-2.origin.workspaces.example.com" },
      header: "X-Sourcegraph-Origin",
      headerSecrets: { "cell-1": "cell-1-origin", "cell-2": "cell-2-origin" },
      published: {},
    });
  });
});
