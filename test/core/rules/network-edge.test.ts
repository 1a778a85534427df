import assert from "node:assert/strict";
import type { BoundaryFacts, ListenerPlane } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { n08 } from "../../../components/core/rules/network/n08";
import { n09 } from "../../../components/core/rules/network/n09";
import { n10 } from "../../../components/core/rules/network/n10";
import { graphOf, said, type Given } from "../../support/graph";

const service = (name: string, plane: ListenerPlane, facts: BoundaryFacts = {}): Given => ({
  type: "sourcegraph:admin:Service",
  name,
  boundary: { facts: { zone: "identity", plane, ...facts } },
});

describe("B-N08", () => {
  const rule = (name: string, parent: string, host: unknown, path = "/v1/*"): Given => ({
    type: "aws:lb/listenerRule",
    name,
    parent,
    inputs: { conditions: [{ hostHeader: { values: [host] } }, { pathPattern: { values: [path] } }] },
  });
  const planes = [service("people", "human"), service("machines", "machine")];

  it("lets each plane have names of its own", () =>
    assert.deepEqual(
      said(
        n08,
        graphOf([
          ...planes,
          rule("staff", "people", "admin.example.com", "/-/roles"),
          rule("api", "machines", "api.example.com"),
        ]),
      ),
      [
        "staff holds: admin.example.com is of the human plane alone",
        "api holds: api.example.com is of the machine plane alone",
      ],
    ));

  it("finds a name of both planes, on a rule, a map, an ingress and a certificate", () => {
    const map: Given = {
      type: "gcp:compute/uRLMap",
      name: "map",
      parent: "machines",
      inputs: { hostRules: [{ hosts: ["admin.example.com"] }] },
    };
    const ingress: Given = {
      type: "kubernetes:networking.k8s.io/v1/Ingress",
      name: "ingress",
      parent: "machines",
      inputs: { spec: { rules: [{ host: "admin.example.com" }] } },
    };
    const certificate: Given = {
      type: "aws:acm/certificate",
      name: "certificate",
      parent: "machines",
      inputs: { domainName: "api.example.com", subjectAlternativeNames: ["admin.example.com"] },
    };
    for (const other of [rule("api", "machines", "admin.example.com"), map, ingress, certificate])
      assert.deepEqual(said(n08, graphOf([...planes, rule("staff", "people", "admin.example.com"), other])).sort(), [
        `${other.name} broken: admin.example.com of its machine plane is also of the human plane at staff; give the human plane a name of its own`,
        `staff broken: admin.example.com of its human plane is also of the machine plane at ${other.name}; give the human plane a name of its own`,
      ]);
  });

  it("finds management on the machine plane, and cannot prove a name that is known later", () => {
    assert.deepEqual(said(n08, graphOf([...planes, rule("api", "machines", "api.example.com", "/-/roles")])), [
      "api broken: it serves /-/roles on the machine plane; serve it at a name of the human plane",
    ]);
    assert.deepEqual(said(n08, graphOf([...planes, rule("api", "machines", unknownValue)])), [
      "api unproven: its hosts or paths are known only after the deployment; give names that are known before",
    ]);
  });
});

describe("B-N09", () => {
  const record = (proxied: boolean): Given => ({
    type: "cloudflare:index/record",
    name: "record",
    parent: "gateway",
    inputs: { proxied },
  });
  const balancer: Given = {
    type: "aws:lb/loadBalancer",
    name: "balancer",
    parent: "gateway",
    refers: { securityGroups: "group" },
  };
  const group = (ingress: readonly object[]): Given => ({
    type: "aws:ec2/securityGroup",
    name: "group",
    parent: "gateway",
    inputs: { ingress },
  });
  const listener = (mode: unknown = "off"): Given => ({
    type: "aws:lb/listener",
    name: "https",
    parent: "gateway",
    inputs: { mutualAuthentication: { mode, trustStoreArn: unknownValue } },
    refers: { loadBalancerArn: "balancer" },
  });
  const rule = (conditions: readonly object[]): Given => ({
    type: "aws:lb/listenerRule",
    name: "api",
    parent: "gateway",
    inputs: { conditions },
    refers: { listenerArn: "https" },
  });
  const edge = group([{ prefixListIds: ["pl-1"] }]);
  const world = group([{ cidrBlocks: ["0.0.0.0/0"] }]);
  const header = rule([{ httpHeader: { httpHeaderName: "x-edge", values: [unknownValue] } }]);
  const says = (facts: BoundaryFacts, ...given: readonly Given[]) =>
    said(n09, graphOf([service("gateway", "machine", facts), ...given]));

  it("lets a listener want client certificates, or the edge's ranges and header", () => {
    assert.deepEqual(says({}, record(true), balancer, world, listener("verify")), [
      "record holds: proxied is true",
      "https holds: mutualAuthentication.mode is verify",
    ]);
    assert.deepEqual(says({}, record(true), balancer, edge, listener(), header), [
      "record holds: proxied is true",
      "https holds: group lets in named ranges and each of its rules wants a header",
    ]);
  });

  it("finds an origin that is open to the world, or wants no header", () => {
    assert.deepEqual(says({}, record(true), balancer, world, listener(), header), [
      "record holds: proxied is true",
      "https broken: group lets in 0.0.0.0/0; let in the ranges of the edge only",
    ]);
    assert.deepEqual(says({}, record(true), balancer, edge, listener(), rule([])), [
      "record holds: proxied is true",
      "https broken: api does not want a header that only the edge sends; add a condition httpHeader to each rule, or verify client certificates",
    ]);
  });

  it("finds a record that goes around the edge, and leaves what is declared direct", () => {
    assert.deepEqual(says({ origin: "edge" }, record(false)), [
      "record broken: proxied is false; set proxied to true, or declare its origin direct",
    ]);
    assert.deepEqual(says({ origin: "direct" }, record(false), { ...record(true), name: "other" }), [
      "record holds: it is declared direct, so B-N03 stands for the edge",
      "other holds: it is declared direct, so B-N03 stands for the edge",
    ]);
  });

  it("holds a policy of Google against the edge, and is silent without one", () => {
    const backend: Given = {
      type: "gcp:compute/backendService",
      name: "backend",
      parent: "gateway",
      refers: { securityPolicy: "armor" },
    };
    const armor = (rules: readonly object[]): Given => ({
      type: "gcp:compute/securityPolicy",
      name: "armor",
      inputs: { rules },
    });
    const at = (action: string, range: string) => ({ action, match: { config: { srcIpRanges: [range] } } });
    const secret = { action: "deny(403)", match: { expr: { expression: "request.headers['x-edge'] != 'v'" } } };
    assert.deepEqual(
      says({ origin: "edge" }, backend, armor([secret, at("allow", "173.245.48.0/20"), at("deny(403)", "*")])),
      ["backend holds: armor admits named ranges and it wants a header"],
    );
    assert.deepEqual(says({ origin: "edge" }, backend, armor([at("allow", "*")])), [
      "backend broken: armor admits * and no rule of armor wants a header that only the edge sends; deny everybody but the ranges of the edge and add a rule on request.headers",
    ]);
    assert.deepEqual(says({}, backend, armor([at("allow", "*")])), []);
  });
});

describe("B-N10", () => {
  const says = (type: string, inputs: Given["inputs"], ...more: readonly Given[]) =>
    said(
      n10,
      graphOf([
        service("gateway", "machine"),
        { type, name: "it", parent: "gateway", ...(inputs && { inputs }) },
        ...more,
      ]),
    );

  it("wants a policy of TLS 1.2 at listeners of AWS", () =>
    assert.deepEqual(
      [
        ...says("aws:lb/listener", { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" }),
        ...says("aws:lb/listener", { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-0-2021-06" }),
        ...says("aws:lb/listener", { protocol: "TLS" }),
        ...says("aws:lb/listener", { protocol: "TCP" }),
      ],
      [
        "it holds: sslPolicy is ELBSecurityPolicy-TLS13-1-2-2021-06",
        "it broken: sslPolicy is ELBSecurityPolicy-TLS13-1-0-2021-06; set sslPolicy to ELBSecurityPolicy-TLS13-1-2-2021-06",
        "it broken: sslPolicy is not set, which means ELBSecurityPolicy-2016-08; set sslPolicy to ELBSecurityPolicy-TLS13-1-2-2021-06",
        "it unproven: it passes TCP on to what is behind it; let it end TLS",
      ],
    ));

  it("finds port 80 that forwards, by itself or by a rule", () => {
    const http = (type: string) => ({ protocol: "HTTP", port: 80, defaultActions: [{ type }] });
    const rule: Given = {
      type: "aws:lb/listenerRule",
      name: "rule",
      inputs: { actions: [{ type: "forward" }] },
      refers: { listenerArn: "it" },
    };
    assert.deepEqual(
      [
        ...says("aws:lb/listener", http("redirect")),
        ...says("aws:lb/listener", http("forward")),
        ...says("aws:lb/listener", http("redirect"), rule),
      ],
      [
        "it holds: it only redirects",
        "it broken: it serves clear text at port 80; let it redirect to HTTPS",
        "it broken: rule serves clear text at port 80; let it redirect to HTTPS",
      ],
    );
  });

  it("wants the same of Google's proxies and policies, and of an ingress", () => {
    const redirect: Given = {
      type: "gcp:compute/uRLMap",
      name: "map",
      inputs: { defaultUrlRedirect: { httpsRedirect: true } },
    };
    const proxy = (type: string, refers: Record<string, string>, ...more: readonly Given[]) =>
      said(n10, graphOf([service("gateway", "machine"), { type, name: "it", parent: "gateway", refers }, ...more]));
    assert.deepEqual(
      [
        ...proxy("gcp:compute/targetHttpsProxy", { sslPolicy: "map" }, redirect),
        ...proxy("gcp:compute/targetHttpsProxy", {}),
        ...proxy("gcp:compute/targetHttpProxy", { urlMap: "map" }, redirect),
        ...proxy("gcp:compute/targetHttpProxy", { urlMap: "map" }, { ...redirect, inputs: {} }),
        ...says("gcp:compute/sSLPolicy", { minTlsVersion: "TLS_1_2" }),
        ...says("gcp:compute/sSLPolicy", {}),
        ...says("kubernetes:networking.k8s.io/v1/Ingress", { spec: { tls: [{ hosts: ["a.example.com"] }] } }),
        ...says("kubernetes:networking.k8s.io/v1/Ingress", { spec: {} }),
      ],
      [
        "it holds: sslPolicy is map",
        "it broken: sslPolicy is not set, which admits TLS 1.0; set sslPolicy to a policy with minTlsVersion TLS_1_2",
        "it holds: map only redirects",
        "it broken: map serves clear text; set defaultUrlRedirect.httpsRedirect of its URL map to true",
        "it holds: minTlsVersion is TLS_1_2",
        "it broken: minTlsVersion is not set, which means TLS_1_0; set minTlsVersion to TLS_1_2",
        "it holds: spec.tls names its certificate",
        "it broken: spec.tls is not set; set spec.tls",
      ],
    );
  });

  it("wants databases to refuse clear text", () => {
    const forced = (value: string): Given => ({
      type: "aws:rds/parameterGroup",
      name: "parameters",
      inputs: { parameters: [{ name: "rds.force_ssl", value }] },
    });
    const rds = (value: string) =>
      said(
        n10,
        graphOf([
          service("gateway", "machine"),
          forced(value),
          { type: "aws:rds/instance", name: "it", parent: "gateway", refers: { parameterGroupName: "parameters" } },
        ]),
      );
    const google = (sslMode: unknown) =>
      says("gcp:sql/databaseInstance", { settings: { ipConfiguration: { sslMode } } });
    assert.deepEqual(
      [
        ...google("ENCRYPTED_ONLY"),
        ...google("ALLOW_UNENCRYPTED_AND_ENCRYPTED"),
        ...google(undefined),
        ...rds("1"),
        ...rds("0"),
        ...says("aws:rds/instance", { engineVersion: "16.4" }),
        ...says("aws:rds/instance", { engineVersion: "14.9" }),
      ],
      [
        "it holds: settings.ipConfiguration.sslMode is ENCRYPTED_ONLY",
        "it broken: settings.ipConfiguration.sslMode is ALLOW_UNENCRYPTED_AND_ENCRYPTED; set settings.ipConfiguration.sslMode to ENCRYPTED_ONLY",
        "it broken: settings.ipConfiguration.sslMode is not set; set settings.ipConfiguration.sslMode to ENCRYPTED_ONLY",
        "it holds: rds.force_ssl is 1",
        "it broken: rds.force_ssl is 0; set the parameter rds.force_ssl to 1",
        "it holds: rds.force_ssl is 1 by default at version 16.4",
        "it unproven: no parameter group of this program sets rds.force_ssl; set the parameter rds.force_ssl to 1",
      ],
    );
  });

  it("wants caches to encrypt and to ask who calls", () =>
    assert.deepEqual(
      [
        ...says("aws:elasticache/replicationGroup", { transitEncryptionEnabled: true, userGroupIds: ["g"] }),
        ...says("aws:elasticache/replicationGroup", {}),
        ...says("gcp:redis/instance", { transitEncryptionMode: "SERVER_AUTHENTICATION", authEnabled: true }),
        ...says("gcp:redis/instance", { transitEncryptionMode: "DISABLED" }),
        ...says("gcp:memorystore/instance", {
          transitEncryptionMode: "SERVER_AUTHENTICATION",
          authorizationMode: "IAM_AUTH",
        }),
        ...says("gcp:memorystore/instance", {}),
      ],
      [
        "it holds: transitEncryptionEnabled is true and userGroupIds is set",
        "it broken: transitEncryptionEnabled is not set and neither authToken nor userGroupIds is set; set transitEncryptionEnabled to true and set userGroupIds",
        "it holds: transitEncryptionMode is SERVER_AUTHENTICATION and authEnabled is true",
        "it broken: transitEncryptionMode is DISABLED and authEnabled is not set; set transitEncryptionMode to SERVER_AUTHENTICATION and set authEnabled to true",
        "it holds: transitEncryptionMode is SERVER_AUTHENTICATION and authorizationMode is IAM_AUTH",
        "it broken: transitEncryptionMode is not set and authorizationMode is not set; set transitEncryptionMode to SERVER_AUTHENTICATION and set authorizationMode to IAM_AUTH",
      ],
    ));
});
