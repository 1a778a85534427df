import assert from "node:assert/strict";
import type { ListenerPlane } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { n01 } from "../../../components/core/rules/network/n01";
import { n02 } from "../../../components/core/rules/network/n02";
import { n03 } from "../../../components/core/rules/network/n03";
import type { Rule } from "../../../components/core/rules/rule";
import { graphOf, said, type Given } from "../../support/graph";

/** What a rule says of resources of a service of the admin zone on one plane. */
const says = (rule: Rule, plane: ListenerPlane, ...given: readonly Given[]): string[] =>
  said(
    rule,
    graphOf([
      {
        type: "sourcegraph:admin:Service",
        name: "service",
        boundary: { facts: { zone: "admin", service: "enterprise-portal", plane, companyDomains: ["example.com"] } },
      },
      ...given.map((each) => ({ parent: "service", ...each })),
    ]),
  );

const run = (inputs: Given["inputs"] = {}): Given => ({ type: "gcp:cloudrunv2/service", name: "portal", inputs });
const oidc = { order: 1, type: "authenticate-oidc" };
const forward = { order: 2, type: "forward" };
const balancer = (inputs: Given["inputs"] = {}): Given => ({ type: "aws:lb/loadBalancer", name: "balancer", inputs });
const https = (defaultActions: readonly object[], inputs: Given["inputs"] = {}): Given => ({
  type: "aws:lb/listener",
  name: "https",
  inputs: { protocol: "HTTPS", defaultActions, ...inputs },
  refers: { loadBalancerArn: "balancer" },
});
const targets: Given = { type: "aws:lb/targetGroup", name: "portal-targets" };
const rule = (name: string, actions: readonly object[], conditions: readonly object[] = []): Given => ({
  type: "aws:lb/listenerRule",
  name,
  inputs: { actions, conditions },
  refers: { listenerArn: "https", actions: "portal-targets" },
});
const refuse = [{ type: "fixed-response", fixedResponse: { statusCode: "404" } }];
const negGroup: Given = {
  type: "gcp:compute/regionNetworkEndpointGroup",
  name: "group",
  refers: { cloudRun: "portal" },
};

describe("B-N01", () => {
  const member = (inputs: Given["inputs"]): Given => ({
    type: "gcp:iap/webCloudRunServiceIamMember",
    name: "lets-in",
    inputs: { role: "roles/iap.httpsResourceAccessor", ...inputs },
    refers: { cloudRunServiceName: "portal" },
  });

  it("lets a group of the company in through the proxy of a service", () =>
    assert.deepEqual(says(n01, "human", run({ iapEnabled: true }), member({ member: "group:staff@example.com" })), [
      "portal holds: iapEnabled is true and lets-in lets group:staff@example.com in",
    ]));

  it("finds a service without the proxy, and members that are no group of the company", () => {
    assert.deepEqual(says(n01, "human", run()), ["portal broken: iapEnabled is not set; set iapEnabled to true"]);
    for (const each of ["allUsers", "user:eve@example.com", "group:staff@example.org"])
      assert.deepEqual(says(n01, "human", run({ iapEnabled: true }), member({ member: each })), [
        `portal broken: lets-in lets ${each} in; let lets-in name groups of the company`,
      ]);
    assert.deepEqual(says(n01, "human", run({ iapEnabled: true }), member({ member: unknownValue })), [
      "portal unproven: whom lets-in lets in is known only after the deployment; let lets-in name groups of the company",
    ]);
  });

  it("wants the proxy once, and no address that goes around it", () => {
    const backend: Given = {
      type: "gcp:compute/backendService",
      name: "backend",
      inputs: { iap: { enabled: true } },
      refers: { backends: "group" },
    };
    const with_ = (inputs: Given["inputs"]) => says(n01, "human", run(inputs), negGroup, backend);
    assert.deepEqual(with_({ defaultUriDisabled: true }), [
      "portal holds: defaultUriDisabled is true",
      "backend holds: iap.enabled is true",
    ]);
    assert.deepEqual(with_({}), [
      "portal broken: backend has the proxy, but its own address goes around it: defaultUriDisabled is not set; set defaultUriDisabled to true",
      "backend holds: iap.enabled is true",
    ]);
    assert.deepEqual(with_({ iapEnabled: true }), [
      "portal broken: both iapEnabled and iap of backend are on, which exclude each other; turn one of them off",
      "backend holds: portal behind it has the proxy",
    ]);
    assert.deepEqual(says(n01, "human", { type: "gcp:compute/backendService", name: "backend" }), [
      "backend broken: iap.enabled is not set; set iap.enabled to true",
    ]);
  });

  it("lets people sign in at a load balancer, on HTTPS", () =>
    assert.deepEqual(says(n01, "human", balancer(), https(refuse), targets, rule("sign-in", [forward, oidc])), [
      "https holds: its default action is fixed-response",
      "sign-in holds: its first action is authenticate-oidc and protocol is HTTPS at https",
    ]));

  it("finds a rule that forwards first, a second one around it, and clear text", () => {
    assert.deepEqual(says(n01, "human", balancer(), https([forward])), [
      "https broken: its first action is forward; let its first action be authenticate-oidc",
    ]);
    assert.deepEqual(
      says(
        n01,
        "human",
        balancer(),
        https(refuse),
        targets,
        rule("sign-in", [oidc, forward]),
        rule("around", [forward]),
      ),
      [
        "https holds: its default action is fixed-response",
        "sign-in broken: around forwards to the same target group without signing in; remove around, or let it authenticate first",
        "around broken: its first action is forward; let its first action be authenticate-oidc",
      ],
    );
    assert.deepEqual(says(n01, "human", balancer(), https([oidc], { protocol: "HTTP" })), [
      "https broken: protocol is HTTP at https; set protocol of https to HTTPS",
    ]);
  });

  it("lets people in through Verified Access, with an internal load balancer", () => {
    const endpoint: Given = {
      type: "aws:verifiedaccess/endpoint",
      name: "endpoint",
      inputs: { policyDocument: "permit(principal, action, resource);" },
      refers: { loadBalancerOptions: "balancer" },
    };
    assert.deepEqual(says(n01, "human", endpoint, balancer({ internal: true }), https([forward])), [
      "endpoint holds: it has a policy and internal is true at balancer",
      "https holds: it is reached through Verified Access only",
    ]);
    assert.deepEqual(says(n01, "human", endpoint, balancer()), [
      "endpoint broken: internal is not set at balancer; set internal of balancer to true",
    ]);
  });

  it("wants an ingress to sign people in, and is silent of machines", () => {
    const ingress = (annotations: object): Given => ({
      type: "kubernetes:networking.k8s.io/v1/Ingress",
      name: "ingress",
      inputs: { metadata: { annotations } },
    });
    assert.deepEqual(says(n01, "human", ingress({ "alb.ingress.kubernetes.io/auth-type": "oidc" })), [
      "ingress holds: alb.ingress.kubernetes.io/auth-type is oidc",
    ]);
    assert.deepEqual(says(n01, "human", ingress({})), [
      "ingress broken: nothing signs people in before it: alb.ingress.kubernetes.io/auth-type is not set; set alb.ingress.kubernetes.io/auth-type to oidc",
    ]);
    assert.deepEqual(says(n01, "machine", run(), ingress({})), []);
  });
});

describe("B-N02", () => {
  const invoker = (type: string, inputs: Given["inputs"]): Given => ({
    type: `gcp:cloudrunv2/${type}`,
    name: "invoker",
    inputs,
    refers: { name: "portal" },
  });
  const role = "roles/run.invoker";

  it("lets a named identity invoke a service", () =>
    assert.deepEqual(
      says(
        n02,
        "machine",
        run(),
        invoker("serviceIamMember", { role, member: "serviceAccount:lb@p.iam.gserviceaccount.com" }),
      ),
      [
        "invoker holds: it lets serviceAccount:lb@p.iam.gserviceaccount.com in",
        "portal holds: invokerIamDisabled is not set",
      ],
    ));

  for (const anyone of ["allUsers", "allAuthenticatedUsers"])
    it(`finds ${anyone} in a member, a binding and a policy`, () => {
      const found = [`invoker broken: it lets ${anyone} in without a condition; name the identities that may`];
      const one = (type: string, inputs: Given["inputs"]) =>
        said(n02, graphOf([{ ...invoker(type, { ...inputs, labels: { "sourcegraph-zone": "admin" } }), refers: {} }]));
      assert.deepEqual(one("serviceIamMember", { role, member: anyone }), found);
      assert.deepEqual(one("serviceIamBinding", { role, members: [anyone] }), found);
      const policyData = JSON.stringify({ bindings: [{ role, members: [anyone] }] });
      assert.deepEqual(one("serviceIamPolicy", { policyData }), found);
    });

  it("finds the switch that turns the check off", () => {
    assert.deepEqual(says(n02, "machine", run({ invokerIamDisabled: true })), [
      "portal broken: invokerIamDisabled is true; remove invokerIamDisabled",
    ]);
    assert.deepEqual(says(n02, "machine", run({ invokerIamDisabled: unknownValue })), [
      "portal unproven: invokerIamDisabled is known only after the deployment; remove invokerIamDisabled",
    ]);
  });

  it("finds a function and a policy of AWS that anybody may call", () => {
    const url = (authorizationType: string): Given => ({
      type: "aws:lambda/functionUrl",
      name: "url",
      inputs: { authorizationType },
    });
    const policy = (more: object): Given => ({
      type: "aws:sqs/queuePolicy",
      name: "policy",
      inputs: {
        policy: JSON.stringify({
          Statement: [{ Effect: "Allow", Principal: "*", Action: "sqs:*", Resource: "*", ...more }],
        }),
      },
    });
    const permission = (inputs: Given["inputs"]): Given => ({
      type: "aws:lambda/permission",
      name: "permission",
      inputs,
    });
    assert.deepEqual(says(n02, "machine", url("NONE"), policy({}), permission({ principal: "*" })), [
      "policy broken: it lets * in without a condition; name the identities that may",
      "url broken: authorizationType is NONE; set authorizationType to AWS_IAM",
      "permission broken: principal is *; name the principal, or set sourceArn",
    ]);
    const how = { Bool: { "aws:SecureTransport": "true" }, NumericGreaterThan: { "s3:TlsVersion": "1.1" } };
    assert.deepEqual(says(n02, "machine", policy({ Condition: how })), [
      "policy broken: it lets * in without a condition on who it is; name the identities that may",
    ]);
    const Condition = { StringEquals: { "aws:PrincipalOrgID": "o-1" } };
    assert.deepEqual(
      says(
        n02,
        "machine",
        url("AWS_IAM"),
        policy({ Condition }),
        permission({ principal: "*", principalOrgId: "o-1" }),
      ),
      [
        "policy holds: it lets * in under a condition",
        "url holds: authorizationType is AWS_IAM",
        "permission holds: it is limited by principalOrgId",
      ],
    );
  });

  it("finds a binding of Kubernetes to everybody", () => {
    const binding = (name: string): Given => ({
      type: "kubernetes:rbac.authorization.k8s.io/v1/RoleBinding",
      name: "binding",
      inputs: { roleRef: { name: "view" }, subjects: [{ kind: "Group", name }] },
    });
    assert.deepEqual(says(n02, "machine", binding("system:unauthenticated")), [
      "binding broken: it lets Group:system:unauthenticated in without a condition; name the identities that may",
    ]);
    assert.deepEqual(says(n02, "machine", binding("operators")), ["binding holds: it lets Group:operators in"]);
  });
});

describe("B-N03", () => {
  const acl = (rules: readonly object[]): readonly Given[] => [
    { type: "aws:wafv2/webAcl", name: "acl", inputs: { rules } },
    {
      type: "aws:wafv2/webAclAssociation",
      name: "association",
      refers: { resourceArn: "balancer", webAclArn: "acl" },
    },
  ];
  const limits = [{ statement: { rateBasedStatement: { limit: 1000 } } }];
  const path = (...values: readonly string[]) => [{ pathPattern: { values } }];

  it("finds a service that can be reached around the load balancer, whomever its listeners are for", () => {
    const says = (inputs: Given["inputs"]): string[] =>
      said(
        n03,
        graphOf([
          { type: "sourcegraph:test:Part", name: "zone", boundary: { facts: { zone: "admin" } } },
          { ...run(inputs), parent: "zone" },
        ]),
      );
    assert.deepEqual(says({ ingress: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER", defaultUriDisabled: true }), [
      "portal holds: ingress is INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER and defaultUriDisabled is true",
    ]);
    assert.deepEqual(says({ ingress: "INGRESS_TRAFFIC_ALL" }), [
      "portal broken: ingress is INGRESS_TRAFFIC_ALL and defaultUriDisabled is not set; set ingress to INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER and set defaultUriDisabled to true",
    ]);
  });

  it("lets machines reach declared paths behind a web firewall of AWS", () =>
    assert.deepEqual(
      says(n03, "machine", balancer(), https(refuse), ...acl(limits), targets, rule("api", [forward], path("/v1/*"))),
      ["https holds: what no rule serves gets 404 and acl limits its rate", "api holds: it serves /v1/*"],
    ));

  it("finds a listener that forwards what no rule serves, without firewall or limit", () => {
    assert.deepEqual(says(n03, "machine", balancer(), https([forward])), [
      "https broken: its default action is forward and no web firewall is associated with its load balancer; let its default action be fixed-response with status 404 and associate a web ACL with a rate limit",
    ]);
    assert.deepEqual(says(n03, "machine", balancer(), https(refuse), ...acl([])), [
      "https broken: acl has no rate limit; add a rule with a rateBasedStatement",
    ]);
  });

  it("finds a rule for every path, and for what operators reach", () => {
    for (const each of ["/", "/*", "/metrics", "/-/actor/sync-all-sources", "/debug/pprof"])
      assert.deepEqual(
        says(
          n03,
          "machine",
          balancer(),
          targets,
          ...[https(refuse), ...acl(limits), rule("api", [forward], path("/v1/*", each))],
        ).at(-1),
        `api broken: it serves ${each}, which is not declared for machines; serve the declared paths only`,
      );
    assert.deepEqual(
      says(n03, "machine", balancer(), https(refuse), ...acl(limits), targets, rule("api", [forward])).at(-1),
      "api broken: it serves every path; serve the declared paths only",
    );
  });

  const map = (inputs: Given["inputs"], to: string): Given => ({
    type: "gcp:compute/uRLMap",
    name: "map",
    inputs,
    refers: { defaultService: to },
  });
  const paths = (...each: readonly string[]) => ({
    pathMatchers: [{ name: "api", defaultUrlRedirect: {}, pathRules: [{ paths: each }] }],
  });
  const backend = (policy?: string): Given => ({
    type: "gcp:compute/backendService",
    name: "backend",
    inputs: { backends: [{ group: unknownValue }] },
    refers: { backends: "group", ...(policy === undefined ? {} : { securityPolicy: policy }) },
  });
  const armor = (action: string): Given => ({
    type: "gcp:compute/securityPolicy",
    name: "armor",
    inputs: { rules: [{ action }] },
  });
  const nobody: Given = { type: "gcp:compute/backendBucket", name: "nobody" };
  const closed = run({ ingress: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER", defaultUriDisabled: true });

  it("lets machines reach declared paths behind a policy of Google", () =>
    assert.deepEqual(
      says(
        n03,
        "machine",
        closed,
        negGroup,
        nobody,
        armor("throttle"),
        backend("armor"),
        map(paths("/v1/*"), "nobody"),
      ),
      [
        "portal holds: ingress is INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER and defaultUriDisabled is true",
        "backend holds: armor limits its rate",
        "map holds: what no path serves goes to nobody and it serves /v1/*",
      ],
    ));

  it("finds the service as the default of the map, a matcher with another, and every path", () => {
    assert.deepEqual(says(n03, "machine", closed, negGroup, backend(), map(paths("/v1/*"), "backend")), [
      "portal holds: ingress is INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER and defaultUriDisabled is true",
      "backend broken: securityPolicy is not set; set securityPolicy to a policy with a rate limit",
      "map broken: what no path serves goes to backend; let what no path serves go to a backend that refuses",
    ]);
    const matcher = {
      pathMatchers: [{ name: "api", defaultService: unknownValue, pathRules: [{ paths: ["/v1/*"] }] }],
    };
    assert.deepEqual(says(n03, "machine", nobody, map(matcher, "nobody")), [
      "map unproven: where pathMatcher api leads by default is known only after the deployment; give it a defaultRouteAction that aborts",
    ]);
    assert.deepEqual(says(n03, "machine", nobody, map(paths("/*"), "nobody")), [
      "map broken: it serves /*, which is not declared for machines; serve the declared paths only",
    ]);
  });

  it("finds a backend without limit, and a service with an address of its own", () => {
    assert.deepEqual(says(n03, "machine", closed, negGroup, armor("allow"), backend("armor")), [
      "portal holds: ingress is INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER and defaultUriDisabled is true",
      "backend broken: armor has no rate limit; add a rule with action throttle or rate_based_ban",
    ]);
    assert.deepEqual(says(n03, "machine", run()), [
      "portal broken: ingress is not set and defaultUriDisabled is not set; set ingress to INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER and set defaultUriDisabled to true",
    ]);
  });
});
