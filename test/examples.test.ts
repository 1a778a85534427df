import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { identitiesOf } from "./support/recorder";

const root = resolve(__dirname, "..");

/** The examples with the config their README sets. */
const examples: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "aws-vm": {
    domain: "sourcegraph.example.com",
    dnsZone: "Z0123456789ABCDEFGHIJ",
    alarmEmail: "ops@example.com",
    allowedCidrs: '["10.0.0.0/8"]',
  },
  "aws-kubernetes": {
    domain: "sourcegraph.example.com",
    dnsZone: "Z0123456789ABCDEFGHIJ",
    alarmEmail: "ops@example.com",
    allowedCidrs: '["10.0.0.0/8"]',
    operatorCidrs: '["198.51.100.7/32"]',
  },
  "existing-kubernetes": {
    domain: "sourcegraph.example.com",
    storageClass: "fast",
    ingressClass: "nginx",
    issuer: "letsencrypt",
    context: "production",
  },
  "restricted-kubernetes": {
    domain: "sourcegraph.example.com",
    registry: "registry.example.com/sourcegraph",
    registryLogin: "sourcegraph:not-a-real-password",
    namespace: "team-search",
    serviceAccount: "sourcegraph",
    storageClass: "fast",
    ingressClass: "openshift-default",
    tlsSecret: "sourcegraph-tls",
    codeHostCidr: "10.20.0.0/16",
  },
  "kubernetes-helm": {
    domain: "sourcegraph.example.com",
    storageClass: "fast",
    ingressClass: "nginx",
    issuer: "letsencrypt",
  },
  "kubernetes-upgrade": { storageClass: "fast", ingressClass: "nginx" },
  "kubernetes-upgrade/step2": { storageClass: "fast", ingressClass: "nginx" },
  "aws-vm-managed-services": {
    domain: "sourcegraph.example.com",
    dnsZone: "Z0123456789ABCDEFGHIJ",
    alarmEmail: "ops@example.com",
    allowedCidrs: '["10.0.0.0/8"]',
  },
  "gcp-vm": {
    project: "example-project",
    domain: "sourcegraph.example.com",
    dnsZone: "example-zone",
    allowedCidrs: '["10.0.0.0/8"]',
    admins: '["group:admins@example.com"]',
  },
  "gcp-kubernetes": {
    project: "example-project",
    domain: "sourcegraph.example.com",
    dnsZone: "example-zone",
    alarmEmail: "ops@example.com",
    allowedCidrs: '["10.0.0.0/8"]',
    operatorCidrs: '["198.51.100.7/32"]',
    admins: '["group:admins@example.com"]',
  },
  "gcp-admin-services": {
    project: "example-admin",
    auditProject: "example-audit",
    domain: "example.com",
    dnsZone: "example-zone",
    alarmEmail: "ops@example.com",
    employeeGroups: '["on-call@example.com"]',
    registry: "us-docker.pkg.dev/example/images",
    "cody-gatewayDigest": `sha256:${"0".repeat(64)}`,
    "enterprise-portalDigest": `sha256:${"1".repeat(64)}`,
    pingsDigest: `sha256:${"2".repeat(64)}`,
    gatewayClientId: "sams_cid_gateway",
    portalClientId: "sams_cid_portal",
    anthropicToken: "not-a-real-token",
    codyGatewayClient: "not-a-real-secret",
    enterprisePortalClient: "not-a-real-secret",
  },
  "aws-admin-services": {
    account: "111122223333",
    auditBucket: "example-audit-logs",
    domain: "example.com",
    dnsZone: "Z0123456789ABCDEFGHIJ",
    alarmEmail: "ops@example.com",
    login: "https://login.example.com",
    registry: "111122223333.dkr.ecr.us-east-1.amazonaws.com",
    "cody-gatewayDigest": `sha256:${"0".repeat(64)}`,
    "enterprise-portalDigest": `sha256:${"1".repeat(64)}`,
    pingsDigest: `sha256:${"2".repeat(64)}`,
    gatewayClientId: "sams_cid_gateway",
    portalClientId: "sams_cid_portal",
    employeesClientId: "admin-services",
    anthropicToken: "not-a-real-token",
    codyGatewayClient: "not-a-real-secret",
    employeesClient: "not-a-real-secret",
    enterprisePortalClient: "not-a-real-secret",
  },
  "own-admin-service": {
    account: "111122223333",
    domain: "example.com",
    dnsZone: "Z0123456789ABCDEFGHIJ",
    login: "https://login.example.com",
    employeesClientId: "release-registry",
    image: `111122223333.dkr.ecr.us-east-1.amazonaws.com/release-registry@sha256:${"0".repeat(64)}`,
    employeesClient: "not-a-real-secret",
    githubToken: "not-a-real-token",
  },
  "aws-multi-tenant": {
    account: "999999999999",
    logsAccount: "777777777777",
    imagesAccount: "888888888888",
    domain: "workspaces.example.com",
    dnsZone: "Z0123456789ABCDEFGHIJ",
    alarmEmail: "ops@example.com",
    workspacesHost: "workspaces-api.example.com",
    accountsHost: "accounts.example.com",
    cell1Account: "111111111111",
    cell1ClientId: "sams_cid_cell_1",
    cell1Client: "not-a-real-secret",
  },
  "gcp-multi-tenant": {
    account: "example-mt-edge",
    logsAccount: "example-mt-logs",
    imagesAccount: "example-mt-images",
    domain: "workspaces.example.com",
    dnsZone: "workspaces",
    alarmEmail: "ops@example.com",
    workspacesHost: "workspaces-api.example.com",
    accountsHost: "accounts.example.com",
    cell1Account: "example-cell-1",
    cell1ClientId: "sams_cid_cell_1",
    cell1Client: "not-a-real-secret",
  },
  "byok-cell": {
    account: "999999999999",
    logsAccount: "777777777777",
    imagesAccount: "888888888888",
    domain: "workspaces.example.com",
    dnsZone: "Z0123456789ABCDEFGHIJ",
    alarmEmail: "ops@example.com",
    workspacesHost: "workspaces-api.example.com",
    accountsHost: "accounts.example.com",
    bankAccount: "333333333333",
    bankClientId: "sams_cid_bank",
    bankClient: "not-a-real-secret",
    customerAccount: "444444444444",
    workspaceId: "6f1c0a52-58a5-4d9c-9d0b-0c1f1f6a0b11",
    customerKeys: JSON.stringify({
      db: "arn:aws:kms:us-east-1:444444444444:key/00000000-0000-0000-0000-000000000000",
      disk: "arn:aws:kms:us-east-1:444444444444:key/00000000-0000-0000-0000-000000000001",
      object: "arn:aws:kms:us-east-1:444444444444:key/00000000-0000-0000-0000-000000000002",
      cache: "arn:aws:kms:us-east-1:444444444444:key/00000000-0000-0000-0000-000000000003",
      secret: "arn:aws:kms:us-east-1:444444444444:key/00000000-0000-0000-0000-000000000004",
      backup: "arn:aws:kms:us-east-1:444444444444:key/00000000-0000-0000-0000-000000000005",
      log: "arn:aws:kms:us-east-1:444444444444:key/00000000-0000-0000-0000-000000000006",
      column: "arn:aws:kms:us-east-1:444444444444:key/00000000-0000-0000-0000-000000000007",
    }),
  },
  "machine-images": { vpcId: "vpc-0123456789abcdef0", subnetId: "subnet-0123456789abcdef0" },
  "local-vm": {},
  monolith: {},
  "airgapped-vm": {
    owner: "platform",
    domain: "sourcegraph.example.com",
    registry: "registry.example.com/sourcegraph",
    packageMirror: "https://mirror.example.com/debian",
    certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000",
  },
  "aws-vm-existing-network": {},
  "aws-vm-upgrade": {},
  "aws-vm-upgrade/step2": {},
};

const sections = ["What you get", "Prerequisites", "Deploy", "What you should see", "Next steps", "Clean up"];

interface Run {
  readonly identities: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** The part of a registration's request that tells what is registered. */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
}

/** Sees every registration as it leaves the program. */
function observe(see: (request: Request) => void): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource: (request: Request, ...rest: unknown[]) => unknown;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    see(request);
    return register(request, ...rest);
  };
}

/** `type name` of a resource from its URN. */
function parentOf(urn: string): string {
  if (urn === "") return "stack";
  const [, , types = "", name] = urn.split("::");
  return `${types.split("$").at(-1)} ${name}`;
}

/** What the clouds compute that programs go on with. */
const computed = (name: string) => ({
  arn: `arn:aws:mock:us-east-1:123456789012:${name}`,
  result: "made up",
  exitCode: 0,
  resources: [],
  outputResources: [],
  address: "10.0.0.9",
  privateIpAddress: "10.0.0.9",
  primaryEndpointAddress: "cache.example.com",
  name,
  bucket: name,
  selfLink: `https://www.googleapis.com/compute/v1/projects/mock/global/networks/${name}`,
  certificateAuthority: { data: "Q0E=" },
  masterAuth: { clusterCaCertificate: "Q0E=" },
  masterVersion: "1.34.3-gke.1001000",
  version: "1",
  engineArn: `arn:aws:lambda:us-east-1:111122223333:function:cwsyn-${name}-0a1b2c3d:1`,
  serverCaCerts: [{ cert: "PEM" }],
  dnsResourceRecords: [{ name: "_a.example.com.", type: "CNAME", data: "_b.example.com." }],
  firewallStatuses: [{ syncStates: [] }],
  domainValidationOptions: [
    { resourceRecordName: "_a.example.com", resourceRecordType: "CNAME", resourceRecordValue: "_b.example.com" },
  ],
});

/** Runs a program. An error inside an Output, which would leave its resource waiting for ever, is thrown. */
async function toTheEnd<Result>(program: () => Promise<Result>): Promise<Result> {
  let fail: (reason: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  process.prependListener("unhandledRejection", fail);
  return await Promise.race([program(), failed]).finally(() => process.off("unhandledRejection", fail));
}

/** Runs an example's program as Pulumi would, under mocks. */
async function run(example: string, previous?: unknown): Promise<Run> {
  const seen: { type: string; name: string; parent: string }[] = [];
  const project = `sourcegraph-${example.split("/")[0]}`;
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (type === "pulumi:pulumi:StackReference")
          return { id: name, state: { outputs: previous === undefined ? {} : { manifest: previous } } };
        return { id: `${name}-id`, state: { ...computed(name), ...(inputs as object) } };
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    project,
    "dev",
    false,
    "organization",
  );
  const config = examples[example] ?? {};
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(config).map(([key, value]) => [`${project}:${key}`, value])),
  );
  observe((request) =>
    seen.push({ type: request.getType(), name: request.getName(), parent: parentOf(request.getParent()) }),
  );
  const file = join(root, "examples", example, "index.ts");
  // Loaded anew each time, because loading it is what declares.
  delete require.cache[file];
  const outputs = await toTheEnd(async () => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- as Pulumi does
    const program = require(file) as Record<string, unknown> | (() => Promise<Record<string, unknown>>);
    const exported = typeof program === "function" ? await program() : program;
    await pulumi.runtime.disconnect();
    return exported;
  });
  await pulumi.runtime.disconnect();
  return { identities: identitiesOf(seen), outputs };
}

describe("the examples", function () {
  this.timeout(60_000);

  for (const example of Object.keys(examples)) {
    it(`${example} declares what test/identity says, so that an update of the library keeps it`, async () => {
      const previous = example.endsWith("/step2")
        ? await valueOf((await run(example.replace("/step2", ""))).outputs.manifest)
        : undefined;
      const { identities, outputs } = await run(example, previous);
      if (example !== "machine-images") assert.match(String(await valueOf(outputs.url)), /^https?:\/\//);
      const fixture = join(root, "test/identity/examples", `${example.replace("/", "-")}.json`);
      if (process.env.UPDATE_IDENTITY === "1") writeFileSync(fixture, `${JSON.stringify(identities, null, 2)}\n`);
      assert.deepEqual(identities, JSON.parse(readFileSync(fixture, "utf8")));
    });
  }

  it("refuse the first step of the upgrade after the second, by the manifest the second exported", async () => {
    const first = (await valueOf((await run("aws-vm-upgrade")).outputs.manifest)) as object;
    const manifest = (await valueOf((await run("aws-vm-upgrade/step2", { ...first })).outputs.manifest)) as object;
    await assert.rejects(run("aws-vm-upgrade", { ...manifest }), {
      name: "RefusedError",
      message: [
        "the upgrade is refused:",
        "  - 'release' is 7.4.0, older than 7.5.4453, which runs now; right after a standard upgrade this is a rollback: 7.4.0 is started again on the databases as they are; add \"rollback\" to 'acknowledge' for it",
      ].join("\n"),
    });
  });

  for (const example of Object.keys(examples).filter((name) => !name.includes("/"))) {
    it(`${example} explains itself in the order of all examples`, () => {
      const text = readFileSync(join(root, "examples", example, "README.md"), "utf8");
      assert.deepEqual(
        [...text.matchAll(/^## (.*)$/gm)].map((match) => match[1]),
        sections,
      );
    });
  }
});

function valueOf(value: unknown): Promise<unknown> {
  return new Promise((settle) => (pulumi.output(value as object) as pulumi.Output<unknown>).apply(settle));
}
