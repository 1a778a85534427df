import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { GcpSourcegraphVmArgs } from "../../components/gcp";
import { signatureOf, verificationKey, withSignature } from "../../components/core/rendering/pointer";
import { fullArgs, leastArgs, inputsOf, recordVm, secretMarker } from "../support/gcp-vm";
import { allOf, identitiesOf, only, valueOf, type Recorded } from "../support/recorder";
import { factLabels } from "../support/fact-labels";

const member = "serviceAccount:sourcegraph-ae1fb@example.iam.gserviceaccount.com";
const key = "sourcegraph-keys-id/cryptoKeys/sourcegraph-key-1a2b3c4";
const labels = { "sourcegraph-name": "sourcegraph", team: "search" };
const dataLabels = (dataClass: string) => ({ ...labels, "sourcegraph-data-class": dataClass });

/** Inputs of the one child of a type and, where there are several, a name. */
const inputsAt = (resources: readonly Recorded[], type: string, name?: string) => only(resources, type, name).inputs;

describe("SourcegraphVm on Google Cloud", () => {
  it("serves by itself with a lasting address, and makes no load balancer, record or way out, by default", async () => {
    const { resources } = await recordVm(leastArgs);
    assert.deepEqual(inputsAt(resources, "gcp:compute/address:Address"), {
      project: "example",
      region: "us-central1",
      addressType: "EXTERNAL",
      labels: { "sourcegraph-name": "sourcegraph" },
    });
    const machine = inputsAt(resources, "gcp:compute/instance:Instance");
    assert.deepEqual(machine["networkInterfaces"], [
      {
        subnetwork: "link:Subnetwork/sourcegraph-machine",
        accessConfigs: [{ natIp: "203.0.113.10", networkTier: "PREMIUM" }],
      },
    ]);
    const absent =
      /GlobalAddress|BackendService|URLMap|Certificate|RecordSet|RouterNat|Notification|UptimeCheck|TunnelInstance/;
    assert.deepEqual(
      resources.filter(({ type }) => absent.test(type)),
      [],
    );
  });

  it("makes a machine from the pinned image that cannot be deleted, tampered with or reached by foreign keys", async () => {
    const { resources } = await recordVm(fullArgs);
    const machine = only(resources, "gcp:compute/instance:Instance");
    const { metadata, ...rest } = machine.inputs;
    assert.deepEqual(rest, {
      project: "example",
      zone: "us-central1-a",
      machineType: "n2-standard-16",
      bootDisk: {
        autoDelete: true,
        kmsKeySelfLink: key,
        initializeParams: {
          image: "projects/debian-cloud/global/images/debian-13-trixie-v20260921",
          size: 50,
          type: "pd-balanced",
          labels,
        },
      },
      attachedDisks: [{ source: "link:Disk/sourcegraph-data", deviceName: "sourcegraph-data", mode: "READ_WRITE" }],
      networkInterfaces: [{ subnetwork: "link:Subnetwork/sourcegraph-machine", accessConfigs: [] }],
      serviceAccount: {
        email: "sourcegraph-ae1fb@example.iam.gserviceaccount.com",
        scopes: ["cloud-platform"],
      },
      shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
      deletionProtection: true,
      allowStoppingForUpdate: true,
      labels,
    });
    const { "startup-script": script, ...others } = metadata as Record<string, string>;
    assert.deepEqual(others, {
      "block-project-ssh-keys": "true",
      "serial-port-enable": "false",
      "enable-oslogin": "TRUE",
    });
    assert.match(script ?? "", /^#!\/bin\/bash\n/);
    assert.match(script ?? "", /sourcegraph-bundles-1a2b3c4/);
    assert.match(script ?? "", /\/dev\/disk\/by-id\/google-sourcegraph-data/);
    assert.deepEqual([machine.deleteBeforeReplace, machine.dependsOn], [true, ["sourcegraph-key-compute"]]);
  });

  it("puts the admins' keys into the metadata and leaves OS Login off where there are any", async () => {
    const sshKeys = ["ssh-ed25519 AAAAone ada", "ssh-ed25519 AAAAtwo"];
    const access = { allowedCidrs: ["198.51.100.0/24"], sshKeys, iapMembers: ["user:ada@example.com"] };
    const { resources, result } = await recordVm({ ...leastArgs, access });
    const metadata = inputsAt(resources, "gcp:compute/instance:Instance")["metadata"] as Record<string, string>;
    assert.equal(metadata["ssh-keys"], "admin:ssh-ed25519 AAAAone ada\nadmin:ssh-ed25519 AAAAtwo");
    assert.equal(metadata["enable-oslogin"], "FALSE");
    assert.deepEqual(allOf(resources, "gcp:compute/instanceIAMMember:InstanceIAMMember"), []);
    assert.deepEqual(allOf(resources, "gcp:serviceaccount/iAMMember:IAMMember"), []);
    assert.deepEqual(await valueOf(result!.connect), {
      shell:
        "gcloud compute ssh admin@sourcegraph-machine-1a2b3c4 --project example --zone us-central1-a --tunnel-through-iap --plain",
      logs: `gcloud compute ssh admin@sourcegraph-machine-1a2b3c4 --project example --zone us-central1-a --tunnel-through-iap --plain -- 'sudo journalctl --follow --unit "sourcegraph*"'`,
    });
  });

  it("lets admins of the config tunnel to port 22 only, and log in where there are no keys", async () => {
    const { resources } = await recordVm(fullArgs);
    assert.deepEqual(inputsAt(resources, "gcp:iap/tunnelInstanceIAMMember:TunnelInstanceIAMMember"), {
      project: "example",
      zone: "us-central1-a",
      instance: "sourcegraph-machine-1a2b3c4",
      role: "roles/iap.tunnelResourceAccessor",
      member: "group:admins@example.com",
      condition: { title: "SSH only", expression: "destination.port == 22" },
    });
    assert.deepEqual(inputsAt(resources, "gcp:compute/instanceIAMMember:InstanceIAMMember"), {
      project: "example",
      zone: "us-central1-a",
      instanceName: "sourcegraph-machine-1a2b3c4",
      role: "roles/compute.osAdminLogin",
      member: "group:admins@example.com",
    });
    assert.deepEqual(inputsAt(resources, "gcp:serviceaccount/iAMMember:IAMMember"), {
      serviceAccountId: "projects/example/serviceAccounts/sourcegraph-ae1fb@example.iam.gserviceaccount.com",
      role: "roles/iam.serviceAccountUser",
      member: "group:admins@example.com",
    });
  });

  const rules = (resources: readonly Recorded[]) =>
    Object.fromEntries(
      Object.entries(inputsOf(resources, "gcp:compute/firewall:Firewall")).map(([name, rule]) => [
        name,
        [rule["sourceRanges"], rule["allows"], rule["targetServiceAccounts"]],
      ]),
    );
  const tunnel = [
    ["35.235.240.0/20"],
    [{ protocol: "tcp", ports: ["22"] }],
    ["sourcegraph-ae1fb@example.iam.gserviceaccount.com"],
  ];

  it("lets in the web from the allowed blocks and port 22 from Identity-Aware Proxy, to this machine, and nothing else", async () => {
    const args: GcpSourcegraphVmArgs = {
      ...leastArgs,
      domain: "sourcegraph.example.com",
      tls: { mode: "acme", email: "ops@example.com" },
      access: { allowedCidrs: ["0.0.0.0/0", "::/0"] },
    };
    const { resources } = await recordVm(args);
    assert.deepEqual(rules(resources), {
      "sourcegraph-web": [["0.0.0.0/0"], [{ protocol: "tcp", ports: ["80", "443"] }], tunnel[2]],
      "sourcegraph-tunnel": tunnel,
    });
  });

  it("lets in only Google's load balancers where one is in front", async () => {
    const { resources } = await recordVm(fullArgs);
    assert.deepEqual(rules(resources), {
      "sourcegraph-web": [["130.211.0.0/22", "35.191.0.0/16"], [{ protocol: "tcp", ports: ["80"] }], tunnel[2]],
      "sourcegraph-tunnel": tunnel,
    });
  });

  it("gives the machine's account these rights and no others", async () => {
    const { resources } = await recordVm(fullArgs);
    const account = only(resources, "gcp:serviceaccount/account:Account");
    assert.deepEqual(account.inputs, {
      project: "example",
      accountId: "sourcegraph-ae1fb",
      displayName: "Sourcegraph sourcegraph",
      description: "identity of the machine",
    });
    // The id comes from the stack's name; a stack that is renamed keeps its account.
    assert.deepEqual(account.ignoreChanges, ["accountId"]);
    const granted = resources.filter(({ inputs }) => inputs["member"] === member);
    const rights = granted.map(({ inputs: { role, bucket, project, secretId, condition } }) => [
      role,
      bucket ?? (secretId === undefined ? project : [project, secretId].join("/")),
      ...(condition === undefined ? [] : [(condition as { expression: string }).expression]),
    ]);
    const accessor = "roles/secretmanager.secretAccessor";
    const backups = "sourcegraph-backups-1a2b3c4";
    const belowBackups = `resource.name.startsWith("projects/_/buckets/${backups}/objects/backups/")`;
    assert.deepEqual(rights.sort(), [
      ["roles/logging.logWriter", "example"],
      ["roles/monitoring.metricWriter", "example"],
      [accessor, "example/sourcegraph-codeinsightsDbPassword-1a2b3c4"],
      [accessor, "example/sourcegraph-codeintelDbPassword-1a2b3c4"],
      [accessor, "example/sourcegraph-pgsqlPassword-1a2b3c4"],
      [accessor, "example/sourcegraph-smtpPassword-1a2b3c4"],
      [accessor, "shared/registry-login"],
      ["roles/storage.objectCreator", backups, belowBackups],
      ["roles/storage.objectUser", "example-uploads"],
      [
        "roles/storage.objectUser",
        "sourcegraph-bundles-1a2b3c4",
        'resource.name == "projects/_/buckets/sourcegraph-bundles-1a2b3c4/objects/status.json"',
      ],
      ["roles/storage.objectViewer", backups, belowBackups],
      ["roles/storage.objectViewer", "sourcegraph-bundles-1a2b3c4"],
    ]);
  });

  it("keeps bundles in a bucket that is closed, versioned and encrypted with the instance's key", async () => {
    const { resources } = await recordVm(fullArgs);
    const bucket = only(resources, "gcp:storage/bucket:Bucket", "sourcegraph-bundles");
    assert.deepEqual(bucket.inputs, {
      project: "example",
      location: "US-CENTRAL1",
      forceDestroy: true,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      versioning: { enabled: true },
      encryption: { defaultKmsKeyName: key },
      lifecycleRules: [{ action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 90 } }],
      labels: { ...dataLabels("configuration"), ...factLabels("configuration") },
    });
    assert.deepEqual(bucket.dependsOn, ["sourcegraph-key-storage"]);
  });

  it("writes the pointer last, with exact versions of the secrets", async () => {
    const { resources, result } = await recordVm(fullArgs);
    const bundle = only(resources, "gcp:storage/bucketObject:BucketObject", "sourcegraph-bundle");
    const pointer = only(resources, "gcp:storage/bucketObject:BucketObject", "sourcegraph-pointer");
    const manifest = await valueOf(result!.manifest);
    assert.equal(bundle.inputs["name"], `bundles/${manifest!.planDigest}.json`);
    assert.deepEqual([bundle.retainOnDelete, bundle.deleteBeforeReplace], [true, false]);
    assert.equal(pointer.inputs["name"], "pointer.json");
    const version = (secret: string) => `projects/123/secrets/sourcegraph-${secret}-1a2b3c4/versions/1`;
    const content = pointer.inputs["content"] as string;
    const { signature: _signature, ...said } = JSON.parse(content) as { signature: string };
    const text = JSON.stringify(said);
    assert.equal(content, withSignature(text, signatureOf(text, secretMarker)));
    assert.deepEqual(
      [await valueOf(result!.orderSecret), await pulumi.isSecret(result!.orderSecret)],
      [secretMarker, true],
    );
    const { metadata } = only(resources, "gcp:compute/instance:Instance").inputs;
    assert.ok(JSON.stringify(metadata).includes(`signer='${verificationKey(secretMarker)}'`));
    assert.deepEqual(said, {
      schema: 1,
      release: "7.5.4453",
      digest: manifest!.planDigest,
      secrets: {
        codeinsightsDbPassword: version("codeinsightsDbPassword"),
        codeintelDbPassword: version("codeintelDbPassword"),
        pgsqlPassword: version("pgsqlPassword"),
        "projects/shared/secrets/registry-login": "projects/shared/secrets/registry-login/versions/latest",
        smtpPassword: version("smtpPassword"),
      },
      backups: {
        kind: "gcs",
        bucket: "sourcegraph-backups-1a2b3c4",
        url: "https://storage.googleapis.com/sourcegraph-backups-1a2b3c4",
        prefix: "backups",
      },
    });
    assert.deepEqual(
      [...new Set(pointer.dependsOn)],
      [
        "sourcegraph-bundle",
        "sourcegraph-codeinsightsDbPassword",
        "sourcegraph-codeintelDbPassword",
        "sourcegraph-machine",
        "sourcegraph-pgsqlPassword",
        "sourcegraph-projects-shared-secrets-registry-login",
        "sourcegraph-smtpPassword",
      ],
    );
  });

  it("uses a network that exists, by config or from the program, and makes none", async () => {
    const byConfig = { ...leastArgs, network: { existing: { network: "corp", subnetId: "corp-a" } } };
    const byProgram = {
      ...leastArgs,
      existingNetwork: { network: pulumi.output("corp"), subnetwork: pulumi.output("corp-a") },
    };
    for (const args of [byConfig, byProgram]) {
      const { resources } = await recordVm(args);
      const machine = inputsAt(resources, "gcp:compute/instance:Instance");
      assert.equal((machine["networkInterfaces"] as { subnetwork: string }[])[0]?.subnetwork, "corp-a");
      assert.equal(inputsAt(resources, "gcp:compute/firewall:Firewall", "sourcegraph-web")["network"], "corp");
      assert.deepEqual(
        resources.filter(({ type }) => /Network$|Subnetwork$/.test(type)),
        [],
      );
    }
  });

  it("tells where it is, what runs and how to get in", async () => {
    const { result } = await recordVm(fullArgs);
    const { url, release, address, instanceName, dataDiskName, connect } = result!;
    assert.deepEqual(await Promise.all([url, release, address, instanceName, dataDiskName].map(valueOf)), [
      "https://sourcegraph.example.com",
      "7.5.4453",
      "203.0.113.20",
      "sourcegraph-machine-1a2b3c4",
      "sourcegraph-data-1a2b3c4",
    ]);
    assert.deepEqual(await valueOf(connect), {
      shell:
        "gcloud compute ssh sourcegraph-machine-1a2b3c4 --project example --zone us-central1-a --tunnel-through-iap",
      logs: `gcloud compute ssh sourcegraph-machine-1a2b3c4 --project example --zone us-central1-a --tunnel-through-iap --command 'sudo journalctl --follow --unit "sourcegraph*"'`,
    });
    const least = await recordVm(leastArgs);
    assert.equal(await valueOf(least.result!.url), "http://203.0.113.10");
  });

  it("declares the same in a preview, so nothing is made inside apply", async () => {
    const [real, dry] = [await recordVm(fullArgs), await recordVm(fullArgs, { dryRun: true })];
    assert.deepEqual(identitiesOf(dry.resources), identitiesOf(real.resources));
  });

  it("has each child below the component or its network", async () => {
    const { resources } = await recordVm(fullArgs);
    assert.deepEqual([...new Set(resources.map(({ parent }) => parent))].sort(), [
      "sourcegraph:gcp:Network sourcegraph",
      "sourcegraph:gcp:SourcegraphVm sourcegraph",
      "stack",
    ]);
  });

  it("names every child with characters that Google Cloud takes in names it is given", async () => {
    const { resources } = await recordVm(fullArgs);
    const named = resources.filter(({ type }) => /^gcp:compute/.test(type) && !/IAMMember$/.test(type));
    assert.deepEqual(
      named.filter(({ name }) => !/^[a-z]([-a-z0-9]{0,53}[a-z0-9])?$/.test(name)),
      [],
    );
  });
});
