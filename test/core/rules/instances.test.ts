import assert from "node:assert/strict";
import type { Boundary, BoundaryFacts } from "../../../components/core/rules/facts";
import type { Rule } from "../../../components/core/rules/rule";
import { d02 } from "../../../components/core/rules/data/d02";
import { i01 } from "../../../components/core/rules/identities/i01";
import { i03 } from "../../../components/core/rules/identities/i03";
import { i05 } from "../../../components/core/rules/identities/i05";
import { k02 } from "../../../components/core/rules/keys/k02";
import { k05 } from "../../../components/core/rules/keys/k05";
import { l03 } from "../../../components/core/rules/logs/l03";
import { openingsOf } from "../../../components/core/rules/network/policies";
import { n06 } from "../../../components/core/rules/network/n06";
import { n10 } from "../../../components/core/rules/network/n10";
import { x01 } from "../../../components/core/rules/zones/x01";
import { unknownValue } from "../../../components/core/rules/graph";
import { graphOf, said, type Given } from "../../support/graph";

const facts: BoundaryFacts = { zone: "single-tenant", stage: "production", owner: "sourcegraph", account: "acme" };

/** What a rule says about resources of an instance. */
function says(rule: Rule, given: readonly Given[], boundary: Partial<Boundary> = {}): string[] {
  const instance: Given = { type: "sourcegraph:test:Vm", name: "instance", boundary: { facts, ...boundary } };
  return said(rule, graphOf([instance, ...given.map((each) => ({ parent: "instance", ...each }))]));
}

describe("Facts of what belongs to a component", () => {
  const bucket: Given = { type: "aws:s3/bucket:Bucket", name: "uploads" };

  it("are stated by type, and by name, which says more", () => {
    assert.deepEqual(says(d02, [bucket]), [
      "uploads broken: nothing says its data class; make it by a component of the library, or tag it with sourcegraph-zone, sourcegraph-owner and sourcegraph-data-class",
    ]);
    const children = { "aws:s3/bucket": { dataClasses: ["configuration"] } } as const;
    assert.deepEqual(says(d02, [bucket], { children }), [
      "uploads holds: zone single-tenant, owner sourcegraph, configuration",
    ]);
    assert.deepEqual(says(d02, [bucket], { children: { ...children, uploads: { dataClasses: ["user-data"] } } }), [
      "uploads holds: zone single-tenant, owner sourcegraph, user-data",
    ]);
  });

  it("reach what is deep inside, where the nearest component wins", () => {
    const inner = (boundary?: Boundary): Given => ({
      type: "sourcegraph:test:Services",
      name: "services",
      ...(boundary === undefined ? {} : { boundary }),
    });
    const within = { ...bucket, parent: "services" };
    const children = { uploads: { dataClasses: ["identity"] } } as const;
    assert.deepEqual(says(d02, [inner(), within], { children }), [
      "uploads holds: zone single-tenant, owner sourcegraph, identity",
    ]);
    const near: Boundary = { facts: {}, children: { "aws:s3/bucket": { dataClasses: ["operational"] } } };
    assert.deepEqual(says(d02, [inner(near), within], { children }), [
      "uploads holds: zone single-tenant, owner sourcegraph, operational",
    ]);
  });
});

describe("Classes that tags of a resource tell", () => {
  it("add to those that a component states, so that neither hides the other", () => {
    const disk: Given = {
      type: "gcp:compute/disk:Disk",
      name: "data",
      inputs: { labels: { "sourcegraph-data-class": "user-data" } },
    };
    assert.deepEqual(says(d02, [disk]), ["data holds: zone single-tenant, owner sourcegraph, user-data"]);
    assert.deepEqual(says(d02, [disk], { children: { data: { dataClasses: ["identity", "user-data"] } } }), [
      "data holds: zone single-tenant, owner sourcegraph, identity, user-data",
    ]);
    assert.deepEqual(says(d02, [disk], { children: { "gcp:compute/disk": { dataClasses: ["secret"] } } }), [
      "data holds: zone single-tenant, owner sourcegraph, secret, user-data",
    ]);
  });

  it("have keys apart where one store holds more of them than another", () => {
    const key: Given = { type: "gcp:kms/cryptoKey:CryptoKey", name: "key" };
    const store = (name: string): Given => ({
      type: "gcp:memorystore/instance:Instance",
      name,
      refers: { kmsKey: "key" },
    });
    const children = {
      a: { dataClasses: ["user-data", "secret"] },
      b: { dataClasses: ["secret", "operational"] },
      c: { dataClasses: ["operational", "secret", "user-data"] },
    } as const;
    assert.deepEqual(says(k02, [key, store("a"), store("b"), store("c")], { children }), [
      "key broken: it encrypts a with user-data, secret and b with secret; give b a key of its own",
    ]);
  });
});

describe("Rules about what is right in an instance", () => {
  const deployment = (name: string, spec: object): Given => ({
    type: "kubernetes:apps/v1:Deployment",
    name,
    inputs: { spec: { template: { spec } } },
  });

  it("B-K05 takes a switch for no secret, whatever its name ends in", () => {
    const env = (value: string) => [{ name: "AWS_USE_EC2_ROLE_CREDENTIALS", value }];
    const containers = (value: string) => ({ containers: [{ env: env(value) }] });
    assert.deepEqual(says(k05, [deployment("a", containers("true")), deployment("b", containers("AKIA"))]), [
      "a holds: it is given no secret",
      "b broken: AWS_USE_EC2_ROLE_CREDENTIALS is a plain value; take AWS_USE_EC2_ROLE_CREDENTIALS from a secret",
    ]);
  });

  it("B-I01 lets pods share the default account only where they get no token of it", () => {
    const spec = { serviceAccountName: "default", containers: [] };
    assert.deepEqual(
      says(i01, [
        deployment("a", { ...spec, automountServiceAccountToken: false }),
        deployment("b", { ...spec, automountServiceAccountToken: true }),
        deployment("c", spec),
      ]),
      [
        "a holds: spec.template.spec.serviceAccountName is default, whose token its pods do not have",
        ...["b", "c"].map(
          (name) =>
            `${name} broken: spec.template.spec.serviceAccountName is default, which everything shares that names none; set spec.template.spec.serviceAccountName to an identity that is only for ${name} of single-tenant production`,
        ),
      ],
    );
  });

  it("B-I03 lets a role describe everything, and nothing more", () => {
    const policy = (name: string, ...actions: readonly string[]): Given => ({
      type: "aws:iam/rolePolicy:RolePolicy",
      name,
      inputs: { policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }] }) },
    });
    assert.deepEqual(says(i03, [policy("a", "ec2:Describe*"), policy("b", "ec2:Describe*", "ec2:*")]), [
      "a holds: it gives ec2:Describe* for *",
      "b broken: it gives ec2:* for every resource; name the actions and the resources",
    ]);
  });

  it("B-I03 lets nodes of GKE have the role that is made for them", () => {
    const role = (name: string): Given => ({
      type: "gcp:projects/iAMMember:IAMMember",
      name,
      inputs: { project: "acme", role: `roles/${name}`, member: "serviceAccount:nodes@acme.iam.gserviceaccount.com" },
    });
    assert.deepEqual(says(i03, [role("container.defaultNodeServiceAccount"), role("container.admin")]), [
      "container.defaultNodeServiceAccount holds: it gives roles/container.defaultNodeServiceAccount, with which no data can be read",
      "container.admin broken: it gives roles/container.admin in all of a project; give it for the one resource that it is for",
    ]);
  });

  it("B-I05 knows the agents of Google and the pods of a project, and whoever only looks like them", () => {
    const member = (name: string, of: string): Given => ({
      type: "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
      name,
      inputs: { member: of, role: "roles/cloudkms.cryptoKeyEncrypterDecrypter" },
    });
    const pods = (project: string): string =>
      `principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/${project}.svc.id.goog/subject/ns/n/sa/a`;
    assert.deepEqual(
      says(i05, [
        member("agent", "serviceAccount:service-1@container-engine-robot.iam.gserviceaccount.com"),
        member("own-pods", pods("acme")),
        member("other-pods", pods("globex")),
        member("alike", "serviceAccount:service-1@container-engine-robots.iam.gserviceaccount.com"),
      ]),
      [
        "own-pods holds: it names acme",
        "other-pods broken: it names account globex, which is not of zone single-tenant; name only identities of the zone, or state in admits whose account it is",
        "alike broken: it names account container-engine-robots, which is not of zone single-tenant; name only identities of the zone, or state in admits whose account it is",
      ],
    );
  });

  it("B-I05 and B-X01 believe that a policy only refuses until it can be read", () => {
    const policy = (name: string, text: unknown): Given => ({
      type: "aws:s3/bucketPolicy:BucketPolicy",
      name,
      inputs: { policy: text },
      refers: { bucket: "uploads" },
    });
    const allow = JSON.stringify({
      Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }],
    });
    const given = [
      { type: "aws:s3/bucket:Bucket", name: "uploads" },
      policy("hidden", unknownValue),
      policy("known", allow),
    ];
    const children = { "aws:s3/bucketPolicy": { givesRights: false } } as const;
    const everybody =
      "known broken: it names everybody; name only identities of the zone, or state in admits whose account it is";
    assert.deepEqual(says(i05, given), [
      "hidden unproven: whom it names is known only after the deployment; name identities of this program",
      everybody,
    ]);
    assert.deepEqual(says(i05, given, { children }), [everybody]);
    assert.deepEqual(says(x01, given)[0]?.split(":")[0], "hidden unproven");
    assert.deepEqual(says(x01, given, { children }), ["known holds: nobody of another zone has rights on uploads"]);
  });

  it("B-N10 sees that a load balancer of AWS ends TLS, redirects, and how old TLS may be", () => {
    const prefix = "alb.ingress.kubernetes.io";
    const ports = (...protocols: readonly string[]): string => JSON.stringify(protocols.map((each) => ({ [each]: 1 })));
    const ingress = (name: string, annotations: Readonly<Record<string, string>>): Given => ({
      type: "kubernetes:networking.k8s.io/v1:Ingress",
      name,
      inputs: {
        metadata: {
          annotations: Object.fromEntries(
            Object.entries(annotations).map(([key, value]) => [`${prefix}/${key}`, value]),
          ),
        },
        spec: {},
      },
    });
    const modern = "ELBSecurityPolicy-TLS13-1-2-2021-06";
    const both = ports("HTTP", "HTTPS");
    assert.deepEqual(
      says(n10, [
        ingress("right", { "listen-ports": both, "ssl-redirect": "443", "ssl-policy": modern }),
        ingress("closed", { "listen-ports": ports("HTTPS"), "ssl-policy": modern }),
        ingress("open", { "listen-ports": both, "ssl-policy": modern }),
        ingress("old", { "listen-ports": ports("HTTPS") }),
        ingress("clear", { "listen-ports": ports("HTTP") }),
      ]),
      [
        `right holds: ${prefix}/listen-ports is ${both} and ssl-redirect is 443 and ssl-policy is ${modern}`,
        `closed holds: ${prefix}/listen-ports is ${ports("HTTPS")} and ssl-policy is ${modern}`,
        `open broken: ssl-redirect is not set; set ${prefix}/ssl-redirect`,
        `old broken: ssl-policy is not set, which means ELBSecurityPolicy-2016-08; set ${prefix}/ssl-policy to ${modern}`,
        "clear broken: spec.tls is not set; set spec.tls",
      ],
    );
  });

  it("B-N06 knows that a network of Google lets everything out unless a firewall denies it", () => {
    const network = (name: string): Given => ({ type: "gcp:compute/network:Network", name });
    const firewall = (name: string, of: string, more: object): Given => ({
      type: "gcp:compute/firewall:Firewall",
      name,
      inputs: { direction: "EGRESS", destinationRanges: ["0.0.0.0/0"], denies: [{ protocol: "all" }], ...more },
      refers: { network: of },
    });
    const given = [
      network("closed"),
      firewall("deny", "closed", {}),
      network("open"),
      firewall("off", "open", { disabled: true }),
      firewall("inwards", "open", { direction: "INGRESS" }),
      firewall("some", "open", { denies: [{ protocol: "tcp" }] }),
      firewall("elsewhere", "open", { destinationRanges: ["10.0.0.0/8"] }),
    ];
    assert.deepEqual(says(n06, given), [
      "closed holds: deny denies what leaves it",
      "open broken: it lets out to 0.0.0.0/0, and nothing in its zone controls that; let out to what is declared, or make a firewall with an allow-list",
    ]);
  });

  it("B-L03 lets go what can be made again, where that is stated", () => {
    const bucket: Given = { type: "aws:s3/bucket:Bucket", name: "bundles", inputs: { forceDestroy: true } };
    assert.deepEqual(says(l03, [bucket], { children: { bundles: { rebuildable: true } } }), [
      "bundles holds: what it holds can be made again",
    ]);
    assert.deepEqual(says(l03, [bucket], { children: { bundles: { rebuildable: false } } }), [
      "bundles broken: it is not protected and forceDestroy is true; set its option protect and remove forceDestroy",
    ]);
  });
});

describe("Who a network policy lets in, in words", () => {
  it("tells services, jobs, other namespaces, addresses, and what it cannot tell", () => {
    const peers = [
      { podSelector: { matchLabels: { app: "worker" } } },
      { podSelector: { matchExpressions: [{ key: "batch.kubernetes.io/job-name", operator: "Exists" }] } },
      { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress-nginx" } } },
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
        podSelector: { matchLabels: { app: "worker" } },
      },
      { ipBlock: { cidr: "10.0.0.0/8" } },
      { namespaceSelector: {} },
    ];
    const graph = graphOf([
      {
        type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        name: "policy",
        inputs: { spec: { podSelector: { matchLabels: { app: "gitserver" } }, ingress: [{ from: peers }] } },
      },
    ]);
    assert.deepEqual(
      graph.resources.flatMap(openingsOf).map(({ from }) => from),
      [
        "worker",
        "executor-jobs",
        "namespace ingress-nginx",
        "namespace kube-system (app=worker)",
        "10.0.0.0/8",
        '{"namespaceSelector":{}}',
      ],
    );
  });
});
