import assert from "node:assert/strict";
import { a01 } from "../../../components/core/rules/air-gap/a01";
import { a02 } from "../../../components/core/rules/air-gap/a02";
import { a03 } from "../../../components/core/rules/air-gap/a03";
import { a04 } from "../../../components/core/rules/air-gap/a04";
import { a05 } from "../../../components/core/rules/air-gap/a05";
import type { ProductSettings } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { storeKinds } from "../../../components/core/rules/stores";
import { part, pod } from "../../support/boundary";
import { graphOf, said, type Given } from "../../support/graph";

const gapped = part("gapped", { zone: "single-tenant", modes: ["air-gapped"], mirror: "mirror.acme.com" });
const inside = (type: string, name: string, inputs: Given["inputs"] = {}, refers: Given["refers"] = {}): Given => ({
  type,
  name,
  parent: "gapped",
  inputs,
  refers,
});

describe("B-A01", () => {
  const says = (...resources: readonly Given[]) => said(a01, graphOf([gapped, ...resources]));

  it("lets a network have endpoints, one without routes, a machine without address, and pods that name what they reach", () =>
    assert.deepEqual(
      says(
        inside("aws:ec2/vpc:Vpc", "vpc"),
        inside("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", {}, { vpcId: "vpc" }),
        inside("aws:ec2/instance:Instance", "vm", { associatePublicIpAddress: false }),
        inside("gcp:compute/network:Network", "bare", { deleteDefaultRoutesOnCreate: true }),
        inside("gcp:compute/network:Network", "closed"),
        inside(
          "gcp:compute/firewall:Firewall",
          "deny",
          { direction: "EGRESS", destinationRanges: ["0.0.0.0/0"], denies: [{ protocol: "all" }] },
          { network: "closed" },
        ),
        inside("kubernetes:networking.k8s.io/v1:NetworkPolicy", "dns", {
          spec: { policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }] },
        }),
        inside("docker:index/network:Network", "services", { internal: true }),
      ),
      [
        "vpc holds: 1 endpoints lead to services of the cloud",
        "vm holds: it has no public address",
        "bare holds: deleteDefaultRoutesOnCreate is true",
        "closed holds: deny denies what leaves it",
        "dns holds: it names what may be reached",
        "services holds: internal is true",
      ],
    ));

  for (const type of [
    "aws:ec2/internetGateway",
    "aws:ec2/natGateway",
    "aws:ec2/egressOnlyInternetGateway",
    "aws:ec2/eip",
    "gcp:compute/routerNat",
  ])
    it(`finds ${type}, even one that belongs to nobody`, () =>
      assert.deepEqual(says(inside(type, "mine"), { type, name: "bare" }), [
        "mine broken: it leads to the internet; remove it; use endpoints of the cloud's services",
        "bare broken: it leads to the internet; remove it; use endpoints of the cloud's services",
      ]));

  it("finds routes, public addresses, a network with a way out, pods that reach everything, and an open network of containers", () =>
    assert.deepEqual(
      says(
        inside("aws:ec2/route:Route", "default", { destinationCidrBlock: "0.0.0.0/0" }),
        inside("aws:ec2/instance:Instance", "vm", { associatePublicIpAddress: true }),
        inside("gcp:compute/instance:Instance", "machine", { networkInterfaces: [{ accessConfigs: [{}] }] }),
        inside("gcp:compute/network:Network", "network"),
        inside("gcp:compute/network:Network", "later", { deleteDefaultRoutesOnCreate: unknownValue }),
        inside("kubernetes:networking.k8s.io/v1:NetworkPolicy", "all", {
          spec: { policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }, {}] },
        }),
        inside("docker:index/network:Network", "services"),
      ),
      [
        "default broken: it leads to 0.0.0.0/0; remove it",
        "vm broken: associatePublicIpAddress is true; set it to false",
        "machine broken: networkInterfaces have accessConfigs, which are public addresses; remove them",
        "network broken: it has a default route; set deleteDefaultRoutesOnCreate, or deny egress to 0.0.0.0/0 by a firewall",
        "later unproven: deleteDefaultRoutesOnCreate is known only after the deployment; set deleteDefaultRoutesOnCreate, or deny egress to 0.0.0.0/0 by a firewall",
        "all broken: it lets 0.0.0.0/0 and everything be reached; name what it may reach",
        "services broken: internal is not set; set internal to true",
      ],
    ));

  it("cannot see what pods reach where that is known only later", () =>
    assert.deepEqual(
      says(inside("kubernetes:networking.k8s.io/v1:NetworkPolicy", "later", { spec: { egress: unknownValue } })),
      ["later unproven: spec.egress is known only after the deployment; name what it may reach"],
    ));

  it("says nothing of what is not air-gapped", () =>
    assert.deepEqual(
      said(
        a01,
        graphOf([part("open", { zone: "single-tenant" }), { type: "aws:ec2/natGateway", name: "nat", parent: "open" }]),
      ),
      [],
    ));
});

describe("B-A02", () => {
  const settings: ProductSettings = {
    updateChannel: "none",
    modelGateway: false,
    licence: ["plan:enterprise-1", "allow-air-gapped"],
  };
  const given = (change: Partial<ProductSettings>) =>
    said(
      a02,
      graphOf([
        part("instance", { zone: "single-tenant", modes: ["air-gapped"], settings: { ...settings, ...change } }),
      ]),
    );

  it("lets a deployment be that asks nobody", () =>
    assert.deepEqual(given({}), [
      "instance holds: updateChannel is none and modelGateway is off and its licence has allow-air-gapped",
    ]));

  it("finds a licence that is looked up, pings, the gateway, and cannot tell without the licence", () =>
    assert.deepEqual(
      [
        ...given({ licence: ["plan:enterprise-1"] }),
        ...given({ updateChannel: "release" }),
        ...given({ modelGateway: true }),
        ...given({ licence: undefined }),
      ],
      [
        "instance broken: its licence has plan:enterprise-1, and is looked up; get a licence with the feature allow-air-gapped",
        "instance broken: updateChannel is release, with which it sends pings; set update.channel to none, and from release 7.1 on put the company's hosts on EXTERNAL_DENY_LIST as well",
        "instance broken: modelGateway is not off; set modelGateway to false",
        "instance unproven: its licence is not known, so nothing tells whether it is looked up; give the licence, so that it can be read",
      ],
    ));

  it("finds the address events are sent to, and a connection to the admin zone", () => {
    const env = (value: string) => [{ name: "TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR", value }];
    const edge = { kind: "connects", from: "worker", to: "admin/pings", contract: "ping" } as const;
    assert.deepEqual(
      said(
        a02,
        graphOf([
          part("gapped", { zone: "single-tenant", modes: ["air-gapped"] }, edge),
          pod("worker", "gapped", env("https://telemetry-gateway.sourcegraph.com:443")),
          pod("frontend", "gapped", env("")),
        ]),
      ),
      [
        "single-tenant/worker to admin/pings broken: it leads to zone admin; remove it",
        "worker broken: TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR is set; leave TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR empty",
        "frontend holds: TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR is empty",
      ],
    );
  });
});

describe("B-A03", () => {
  const own = (settings: ProductSettings, ...edges: Parameters<typeof part>[2][]) =>
    part("own", { zone: "single-tenant", modes: ["own-model"], settings }, ...edges);
  const right: ProductSettings = { ownModels: true, modelGateway: false };

  it("lets a deployment have models of its own", () =>
    assert.deepEqual(said(a03, graphOf([own(right)])), [
      "own holds: ownModels is on and modelGateway is off and attribution is off",
    ]));

  it("finds the gateway beside own models, as setting, connection and token, and what needs it", () => {
    const edge = { kind: "connects", from: "frontend", to: "admin/cody-gateway", contract: "model-call" } as const;
    assert.deepEqual(
      said(
        a03,
        graphOf([
          own({ ...right, modelGateway: true, attribution: true }, edge),
          pod("frontend", "own", [{ name: "CODY_GATEWAY_ACCESS_TOKEN" }]),
        ]),
      ),
      [
        "single-tenant/frontend to admin/cody-gateway broken: it calls models of the company's gateway; remove it",
        "own broken: modelGateway is not off and attribution is on, for which the gateway is needed; set modelGateway to false and set attribution to false",
        "frontend broken: CODY_GATEWAY_ACCESS_TOKEN is set; remove CODY_GATEWAY_ACCESS_TOKEN",
      ],
    );
    assert.deepEqual(said(a03, graphOf([own({ modelGateway: false })])), [
      "own broken: ownModels is not on; configure models of the customer",
    ]);
  });
});

describe("B-A04", () => {
  const byok = part("byok", {
    zone: "multi-tenant",
    tenancy: "byok",
    account: "111111111111",
    admits: ["999999999999"],
  });
  const key = (facts: Given["inputs"] = {}, type = "aws:kms/key"): Given => ({
    type,
    name: "key",
    parent: "owner",
    inputs: facts,
  });
  const customers = part("owner", { keyOwner: "customer" });
  const ours = { ...part("owner", {}), parent: "byok" };
  const store = (type: string, path: string, named = "key"): Given => ({
    type,
    name: "store",
    parent: "byok",
    refers: { [path.split(".")[0] ?? ""]: named },
  });

  for (const { type, key: path } of storeKinds.filter((kind) => kind.keyOn === undefined))
    it(`lets ${type} be under the customer's key, and finds it under ours`, () => {
      assert.deepEqual(said(a04, graphOf([byok, customers, key(), store(type, path)])), [
        `store holds: ${path} is key, which the customer owns`,
      ]);
      assert.deepEqual(said(a04, graphOf([byok, ours, key(), store(type, path)])), [
        `store broken: ${path} is key, which is ours; use the key that the customer owns`,
        "key broken: it is a key of ours to fall back to; remove it",
      ]);
      assert.deepEqual(said(a04, graphOf([byok, { type, name: "store", parent: "byok" }])), [
        "store broken: no key is set, so it is under one of the provider; use the key that the customer owns",
      ]);
    });

  it("takes external keys, key stores and levels of protection for the customer's", () =>
    assert.deepEqual(
      [
        key({}, "aws:kms/externalKey"),
        key({ customKeyStoreId: "cks-1" }),
        key({ versionTemplate: { protectionLevel: "EXTERNAL_VPC" } }, "gcp:kms/cryptoKey"),
      ].flatMap((each) => said(a04, graphOf([byok, ours, each]))),
      [
        "key holds: it is a key whose material the customer has",
        "key holds: it is a key which is in a key store of the customer",
        "key holds: it is a key whose level is EXTERNAL_VPC",
      ],
    ));

  it("tells whose a key is by its project, wherever in a value it is named", () => {
    const project = part("byok", { zone: "multi-tenant", tenancy: "byok", account: "ours", admits: ["customer-keys"] });
    const secret = (owner: string): Given => ({
      type: "gcp:secretmanager/secret",
      name: "secret",
      parent: "byok",
      inputs: {
        replication: {
          userManaged: {
            replicas: [
              {
                customerManagedEncryption: { kmsKeyName: `projects/${owner}/locations/us/keyRings/sg/cryptoKeys/sg` },
              },
            ],
          },
        },
      },
    });
    assert.deepEqual(
      ["customer-keys", "ours"].flatMap((owner) => said(a04, graphOf([project, secret(owner)]))),
      [
        "secret holds: replication is of the customer's account customer-keys",
        "secret broken: replication is of our account ours; use the key that the customer owns",
      ],
    );
  });

  it("tells whose a key is by its account", () => {
    const log = (kmsKeyId: unknown): Given => ({
      type: "aws:cloudwatch/logGroup",
      name: "log",
      parent: "byok",
      inputs: { kmsKeyId },
    });
    const arn = (account: string) => `arn:aws:kms:us-east-1:${account}:key/x`;
    assert.deepEqual(
      [arn("999999999999"), arn("111111111111"), arn("333333333333"), "alias/x", unknownValue].flatMap((each) =>
        said(a04, graphOf([byok, log(each)])),
      ),
      [
        "log holds: kmsKeyId is of the customer's account 999999999999",
        "log broken: kmsKeyId is of our account 111111111111; use the key that the customer owns",
        "log unproven: kmsKeyId is of account 333333333333, which nothing states to be the customer's; state it in admits",
        "log unproven: kmsKeyId is alias/x, and nothing states whose it is; state account, and the customer's in admits",
        "log unproven: kmsKeyId is known only after the deployment; use the key that the customer owns",
      ],
    );
  });
});

describe("B-A05", () => {
  const says = (image: unknown) => said(a05, graphOf([gapped, pod("frontend", "gapped", [], image as string)]));

  it("lets an image be from the mirror by digest", () =>
    assert.deepEqual(says("mirror.acme.com/sourcegraph/frontend@sha256:aa"), [
      "frontend holds: mirror.acme.com/sourcegraph/frontend@sha256:aa is from mirror.acme.com",
    ]));

  it("finds one of Docker's registry, one without digest, and cannot see one that is known later", () =>
    assert.deepEqual(
      ["sourcegraph/frontend:5.0.0@sha256:aa", "mirror.acme.com/frontend:5.0.0", unknownValue].flatMap(says),
      [
        "frontend broken: sourcegraph/frontend:5.0.0@sha256:aa is from docker.io; take it from mirror.acme.com, by digest",
        "frontend broken: mirror.acme.com/frontend:5.0.0 has no digest; take it from mirror.acme.com, by digest",
        "frontend unproven: an image is known only after the deployment; take it from mirror.acme.com, by digest",
      ],
    ));

  it("cannot see images of containers that are known only later", () =>
    assert.deepEqual(
      said(
        a05,
        graphOf([gapped, inside("gcp:cloudrunv2/service", "later", { template: { containers: unknownValue } })]),
      ),
      ["later unproven: its images are known only after the deployment; give it images that are known before"],
    ));

  it("finds a deployment that states no mirror", () =>
    assert.deepEqual(
      said(
        a05,
        graphOf([part("gapped", { zone: "single-tenant", modes: ["air-gapped"] }), pod("frontend", "gapped", [])]),
      ),
      ["frontend broken: nothing states the customer's mirror; state mirror"],
    ));
});
