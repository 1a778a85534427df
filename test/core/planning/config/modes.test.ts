import assert from "node:assert/strict";
import { parseSpecification, type FileTexts } from "../../../../components/core/planning/config/specification";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import { planVm } from "../../../../components/core/planning/vm/plan";
import { goodConfigs as good, problemLines, refusalOf, wrong } from "../../../support/configs";

/** Asserts that a config is well formed and refused for exactly these reasons. */
function refused(config: unknown, problems: readonly string[], files: FileTexts = {}): void {
  const error = refusalOf(() => parseSpecification(config, files));
  assert.deepEqual(problemLines(error), problems);
  assert.match(error.message, /^what the instance promises is broken:/);
}

const registry = { host: "mirror.example.com/sourcegraph" };
const boundaries = { licence: ["allow-air-gapped"] };
const machine = { packageMirror: "https://mirror.example.com/debian" };
const network = { existing: { vpcId: "vpc-0123456789abcdef0", subnetId: "subnet-0123456789abcdef0" } };
const closedLocal = { ...good.local, modes: ["air-gapped"], registry, boundaries };
const closedAws = { ...good.aws, modes: ["air-gapped"], registry, boundaries, machine, network };
const customerKey = "arn:aws:kms:us-east-1:210987654321:key/00000000-0000-0000-0000-000000000000";
const byokAws = { ...good.aws, modes: ["byok"], customerKey, boundaries: { account: "123456789012" } };
const site = (text: string) => ({ "site.json": text });
const siteConfig = { siteFile: "site.json" };
const models = '"modelConfiguration": { "providerOverrides": [{ "id": "own" }] }';

describe("an air-gapped instance", () => {
  it("is refused for whatever leads out, is asked of us, or comes from elsewhere", () =>
    refused(
      {
        ...good.aws,
        modes: ["air-gapped"],
        domain: "sg.example.com",
        dnsZone: "Z0123456789ABCDEFGHIJ",
        access: { allowedCidrs: ["0.0.0.0/0"] },
        tls: { mode: "acme", email: "ops@example.com" },
        proxy: { https: "http://proxy.example.com:3128" },
        overrides: { worker: { env: { TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR: "https://events.example.com:443" } } },
        siteConfig,
      },
      [
        "'machine.packageMirror' breaks B-A01: the machine would install from Debian on the internet; give a mirror inside, or a machine image that has the packages in 'machine.image'",
        "'tls.mode' breaks B-A01: acme asks an authority on the internet; give mode certificate",
        "'proxy' breaks B-A01: a proxy leads out; remove it",
        `'siteConfig.siteFile' breaks B-A02: site.json sets update.channel to "release"; leave it out`,
        "'siteConfig.siteFile' breaks B-A02: site.json configures our models in modelConfiguration.sourcegraph; leave it out",
        "'overrides.worker.env.TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR' breaks B-A02: it is where events are sent; leave it out",
        "'boundaries.licence' breaks B-A02: nothing tells whether the licence is looked up; get one with the feature allow-air-gapped, and list its features here",
        "'registry' breaks B-A05: images would come from the internet; name the mirror they were copied to in 'registry.host'",
      ],
      site('{ "update.channel": "release", "modelConfiguration": { "sourcegraph": {} } }'),
    ));

  it("is refused for a licence that is looked up, and for images of anywhere else or without digest", () => {
    const image = "docker.io/sourcegraph/gitserver:7.5.4453";
    refused(
      {
        ...closedLocal,
        registry: { ...registry, pinDigests: false },
        boundaries: { licence: ["plan:enterprise-1"] },
        overrides: { gitserver: { image } },
      },
      [
        "'boundaries.licence' breaks B-A02: the licence has plan:enterprise-1, and is looked up; get one with the feature allow-air-gapped",
        "'registry.pinDigests' breaks B-A05: false takes images without digest; remove it",
        `'overrides.gitserver.image' breaks B-A05: "${image}" is not of mirror.example.com/sourcegraph by digest; copy it there and name it so`,
      ],
    );
  });

  it("is refused behind Google's load balancer, and on a cluster that is made", () => {
    const existing = { existing: { network: "inside", subnetId: "inside" } };
    refused(
      {
        ...good.gcp,
        domain: "sg.example.com",
        modes: ["air-gapped"],
        registry,
        boundaries,
        machine,
        network: existing,
      },
      ["'tls.mode' breaks B-A01: a load balancer of Google has a public address; give mode certificate"],
    );
    refused({ ...good.aws, shape: "kubernetes", modes: ["air-gapped"], registry, boundaries }, [
      "'cluster' breaks B-A01: a cluster that is made has a way out; name one that has none in 'cluster.existing'",
    ]);
  });

  it("is told to ask nobody: no updates, no models of ours, no events, no host of ours", () => {
    const {
      siteConfig: written,
      overrides,
      modes,
    } = parseSpecification(
      { ...closedLocal, siteConfig, overrides: { gitserver: { env: { EXTERNAL_DENY_LIST: "private.example.com" } } } },
      site('{\n  // ours\n  "externalURL": "https://sg.example.com"\n}'),
    );
    assert.deepEqual(modes, ["air-gapped"]);
    assert.equal(
      written?.site,
      [
        "{",
        "  // ours",
        '  "externalURL": "https://sg.example.com",',
        '  "modelConfiguration": {',
        '    "sourcegraph": null',
        "  },",
        '  "update.channel": "none",',
        '  "disableChangelog": true',
        "}",
      ].join("\n"),
    );
    assert.equal(
      overrides["gitserver"]?.env?.["EXTERNAL_DENY_LIST"],
      "private.example.com,sourcegraph.com,*.sourcegraph.com",
    );
    assert.deepEqual(overrides["worker"]?.env, {
      EXTERNAL_DENY_LIST: "sourcegraph.com,*.sourcegraph.com",
      TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR: "",
    });
  });

  it("has nothing public: no address of the machine is paid for, and it is known what it may reach", () => {
    const plan = planVm(parseSpecification(closedAws));
    assert.deepEqual(plan.exposure.closed, {
      egress: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"],
    });
    const paid = (config: object) => planVm(parseSpecification(config)).price?.lines.map(({ item }) => item) ?? [];
    assert.deepEqual(
      paid(good.aws).filter((item) => !paid(closedAws).includes(item)),
      ["public IPv4, 1"],
    );
    assert.equal(planVm(parseSpecification(good.aws)).exposure.closed, undefined);
    assert.equal(planVm(parseSpecification(closedLocal)).exposure.closed?.entry, "sourcegraph-entry");
  });

  it("is air-gapped on a cluster that is there by its mode alone, and by no other profile", () => {
    const cluster = {
      shape: "kubernetes",
      cloud: "existing",
      release: "7.5.4453",
      size: "S",
      domain: "sg.example.com",
      modes: ["air-gapped"],
      registry,
      boundaries,
      kubernetes: { storageClass: { name: "fast", create: false }, ingress: { className: "nginx", tlsSecret: "tls" } },
    };
    const specification = parseSpecification(cluster);
    assert.ok(specification.shape === "kubernetes");
    assert.equal(specification.kubernetes.profile, "air-gapped");
    assert.deepEqual(specification.kubernetes.egress, []);
    // What has no effect on Kubernetes would be refused by the plan.
    assert.deepEqual(Object.keys(specification.overrides), ["sourcegraph-frontend", "worker", "gitserver", "migrator"]);
    assert.equal(planKubernetes(specification).profile, "air-gapped");
    wrong({ ...cluster, kubernetes: { ...cluster.kubernetes, profile: "restricted" } }, [
      "'kubernetes.profile' must be air-gapped with mode air-gapped, got restricted; remove it",
    ]);
  });
});

describe("an instance under the customer's key", () => {
  it("takes the key, and tells how it is taken back", () => {
    const plan = planVm(parseSpecification(byokAws));
    assert.match(plan.revocation ?? "", new RegExp(`^1\\. aws kms disable-key --key-id ${customerKey} `));
    assert.equal(planVm(parseSpecification(good.aws)).revocation, undefined);
    const quantity = (config: object) =>
      planVm(parseSpecification(config)).price?.lines.find(({ key }) => key === "kms.key")?.quantity;
    assert.deepEqual([quantity(good.aws), quantity(byokAws)], [1, undefined]);
  });

  it("is refused without a key, and under a key of ours", () => {
    refused({ ...good.aws, modes: ["byok"] }, [
      "'customerKey' breaks B-A04: it is missing, so everything would be under a key of ours; give the customer's",
    ]);
    refused({ ...byokAws, boundaries: { account: "210987654321" } }, [
      "'customerKey' breaks B-A04: it is of our account 210987654321; use the key that the customer owns",
    ]);
    const ours = "projects/example-project/locations/us-central1/keyRings/sg/cryptoKeys/sg";
    refused({ ...good.gcp, modes: ["byok"], customerKey: ours }, [
      "'customerKey' breaks B-A04: it is of our account example-project; use the key that the customer owns",
    ]);
  });

  it("is wrong where the key is none, is elsewhere, or cannot be told from ours", () => {
    wrong({ ...byokAws, boundaries: {} }, [
      "'boundaries.account' is missing; mode byok needs the account the instance is in, to tell the customer's key from ours",
    ]);
    wrong({ ...byokAws, customerKey: "alias/ours" }, [
      `'customerKey' must be the ARN of a key such as arn:aws:kms:us-east-1:210987654321:key/00000000-0000-0000-0000-000000000000, got "alias/ours"`,
    ]);
    wrong({ ...byokAws, customerKey: customerKey.replace("us-east-1", "eu-west-1") }, [
      "'customerKey' must be of region us-east-1, where what it encrypts is, got one of eu-west-1",
    ]);
    wrong({ ...good.aws, customerKey }, [
      "'customerKey' has a meaning with mode byok only; remove it, or add byok to 'modes'",
    ]);
    wrong({ ...good.local, modes: ["byok"] }, [
      "'modes' byok has no meaning for cloud local, where nothing is encrypted by us; remove it",
    ]);
  });

  it("is on a cluster as well, whose classes and price follow, and is told whom the customer has to let use the key", () => {
    const onCluster = { shape: "kubernetes", cluster: { version: "1.35" }, domain: "sg.example.com" };
    const dnsZone = "Z0123456789ABCDEFGHIJ";
    const eks = planKubernetes(parseSpecification({ ...byokAws, ...onCluster, dnsZone }));
    assert.equal(eks.storageClass?.parameters["kmsKeyId"], customerKey);
    assert.equal(
      eks.revocation,
      `1. aws kms disable-key --key-id ${customerKey} (in the customer's account). 2. Take every node group down to no node: what is attached stays readable until then. 3. Check that no pod with a claim starts again, and that no secret, snapshot or backup can be read; databases, Redis and the control plane stop by themselves within hours. Undone by aws kms enable-key; for good by aws kms schedule-key-deletion.`,
    );
    assert.ok(
      eks.notices.includes(
        "the customer's key has to let this account use it before anything is deployed, and stays the customer's: its policy names account 123456789012, logs.us-east-1.amazonaws.com, its role AWSServiceRoleForAutoScaling",
      ),
      eks.notices.join("\n"),
    );
    const keysOf = (config: object) =>
      planKubernetes(parseSpecification(config)).price?.lines.find(({ key }) => key === "kms.key")?.quantity;
    const { modes: _modes, customerKey: _key, ...ours } = byokAws;
    assert.deepEqual(
      [keysOf({ ...byokAws, ...onCluster, dnsZone }), keysOf({ ...ours, ...onCluster, dnsZone })],
      [undefined, 2],
    );

    const key = "projects/customer-keys/locations/us-central1/keyRings/sg/cryptoKeys/sg";
    const gke = planKubernetes(
      parseSpecification({
        ...good.gcp,
        ...onCluster,
        modes: ["byok"],
        customerKey: key,
        databases: "managed",
        cache: "managed",
        objectStorage: "managed",
      }),
    );
    assert.equal(gke.storageClass?.parameters["disk-encryption-kms-key"], key);
    const agents = [
      "compute-system.iam.gserviceaccount.com (disks)",
      "container-engine-robot.iam.gserviceaccount.com (the cluster's secrets)",
      "gcp-sa-gkebackup.iam.gserviceaccount.com (backups)",
      "gs-project-accounts.iam.gserviceaccount.com (buckets)",
      "gcp-sa-cloud-sql.iam.gserviceaccount.com (databases)",
      "cloud-redis.iam.gserviceaccount.com (Redis)",
    ].map((agent) => `service-NUMBER@${agent}`);
    assert.ok(
      gke.notices.includes(
        `the customer's key has to let this account use it before anything is deployed, and stays the customer's: it gives roles/cloudkms.cryptoKeyEncrypterDecrypter to ${agents.join(", ")}, with the number of project example-project; 'gcloud beta services identity create' makes those of container.googleapis.com, gkebackup.googleapis.com, sqladmin.googleapis.com, redis.googleapis.com`,
      ),
      gke.notices.join("\n"),
    );
    refused({ ...byokAws, ...onCluster, dnsZone, kubernetes: { storageClass: { name: "fast", create: false } } }, [
      "'kubernetes.storageClass.create' breaks B-A04: claims would take a class that is there, with a key nobody knows; set it to true",
    ]);
  });
});

describe("an instance with models of the customer's", () => {
  const own = { ...good.local, modes: ["own-model"], siteConfig };

  it("is refused without them, with ours beside them, and with what needs our gateway", () => {
    refused({ ...good.local, modes: ["own-model"] }, [
      "'siteConfig.siteFile' breaks B-A03: names no models of the customer; give them in modelConfiguration.providerOverrides",
    ]);
    refused(
      own,
      [
        "'siteConfig.siteFile' breaks B-A03: site.json configures our models in modelConfiguration.sourcegraph; leave it out",
        "'siteConfig.siteFile' breaks B-A03: site.json sets attribution.enabled, for which our gateway is needed; leave it out",
      ],
      site('{ "modelConfiguration": { "sourcegraph": {}, "providerOverrides": [{}] }, "attribution.enabled": true }'),
    );
  });

  it("is told not to use ours, and else what its file says", () => {
    const { siteConfig: written } = parseSpecification(own, site(`{ ${models} }`));
    assert.deepEqual(JSON.parse(written?.site ?? ""), {
      modelConfiguration: { providerOverrides: [{ id: "own" }], sourcegraph: null },
    });
  });
});

describe("modes", () => {
  it("are of one customer's instance, and all that is wrong is said at once", () => {
    wrong({ ...good.local, modes: ["air-gapped"], boundaries: { zone: "dotcom" } }, [
      `'modes' is for instances of one customer, got ["air-gapped"] in zone dotcom; remove it`,
      "'boundaries.licence' breaks B-A02: nothing tells whether the licence is looked up; get one with the feature allow-air-gapped, and list its features here",
      "'registry' breaks B-A05: images would come from the internet; name the mirror they were copied to in 'registry.host'",
    ]);
    wrong({ ...good.local, machine: { packageMirror: "ftp://mirror" } }, [
      `'machine' has no meaning for cloud local, got {"packageMirror":"ftp://mirror"}; remove it`,
      `'machine.packageMirror' must be a URL such as https://mirror.example.com/debian, without a login, got "ftp://mirror"`,
    ]);
    wrong({ ...good.local, modes: ["airgapped"] }, [
      `'modes.0' must be one of air-gapped, byok, own-model, got "airgapped"`,
    ]);
  });

  it("are not concluded from what could not be read", () =>
    wrong({ ...good.local, modes: ["air-gapped"], boundaries: { licence: "x" }, registry: 7 }, [
      `'registry' must be a set of keys, got 7`,
      `'boundaries.licence' must be a list, such as ["allow-air-gapped"], got "x"`,
    ]));

  it("leave the public code search to its zone: it is told what it is, and promises nothing else", () => {
    const { overrides, boundaries: told } = parseSpecification({ ...good.aws, boundaries: { zone: "dotcom" } });
    assert.equal(told.zone, "dotcom");
    assert.deepEqual(Object.keys(overrides), [
      "sourcegraph-frontend",
      "worker",
      "gitserver",
      "precise-code-intel-worker",
    ]);
    assert.deepEqual(overrides["worker"]?.env, { SOURCEGRAPHDOTCOM_MODE: "true" });
  });
});
