import assert from "node:assert/strict";
import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderBootstrap } from "../../../components/core/rendering/bootstrap";
import { bundleText, digestOf } from "../../../components/core/rendering/bundle";
import { signatureOf, verificationKey, withSignature } from "../../../components/core/rendering/pointer";
import { Moto } from "../../support/moto";
import { requirePython } from "../../support/python";
import { Machine, serviceUrl, type MachineParts } from "../../support/vm";
import { eachNeedsTheLast, log, pointerOf, requireMachines, secretsArrive, serves, type Status } from "./life";
import { standInDeployments, type Deployment, type Deployments } from "./stand-in-deployment";

const region = "us-east-1";
const bucket = "stand-in-bundles";
const disk = "vol0a1b2c3d4e5f60718";
const device = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${disk}`;
const signer = "secret of the stack";

describe("a Debian 13 machine on AWS, with its bundle in S3", function () {
  this.timeout(1_800_000);
  eachNeedsTheLast();
  const machine = new Machine("test-ec2");
  const addresses = new Map<string, string>();
  let work: string | undefined;
  let moto: Moto | undefined;
  let parts: MachineParts;
  let deployments: Deployments;
  let fileSystem: string;

  before(async function () {
    const tools = requirePython(this);
    work = await requireMachines(this);
    deployments = await standInDeployments(work);
    moto = await Moto.start(tools, region);
    await moto.aws("s3", "mb", `s3://${bucket}`);
    for (const [name, value] of Object.entries(deployments.first.secretValues)) {
      const made = await moto.aws("secretsmanager", "create-secret", "--name", name, "--secret-string", value);
      addresses.set(name, (JSON.parse(made) as { ARN: string }).ARN);
    }
    const object = (key: string): string => `arn:aws:s3:::${bucket}/${key}`;
    const credentials = await moto.machineRole([
      { Effect: "Allow", Action: "s3:GetObject", Resource: ["pointer.json", "order.json", "bundles/*"].map(object) },
      { Effect: "Allow", Action: "s3:PutObject", Resource: object("status.json") },
      // moto knows the resource of a request to S3 only.
      { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" },
    ]);
    const userData = join(work, "user-data.yaml");
    const { text } = renderBootstrap({
      cloud: "aws",
      name: "sourcegraph",
      source: { kind: "s3", bucket, region, endpoint: serviceUrl, secretsEndpoint: serviceUrl },
      dataDevice: device,
      pointerKey: verificationKey(signer),
      adminSshKeys: [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJrM2r3q0u7a9Jt0yN0bqkq1o3o9Zk0iXw1Q5y8cB2fT admin@example.com",
      ],
    });
    writeFileSync(userData, text);
    parts = {
      cloud: "ec2",
      userData,
      dataDisk: join(work, "ec2-data.raw"),
      dataSize: "6G",
      diskId: disk,
      metadata: {
        "meta-data/iam/security-credentials/sourcegraph": JSON.stringify({ Code: "Success", ...credentials }),
      },
      servicePort: moto.port,
      imageTars: deployments.first.imageTars,
      preload: true,
    };
  });
  after(async () => {
    await moto?.stop();
    if (work === undefined) return;
    await machine.pullPlug();
    rmSync(work, { recursive: true, force: true });
  });

  const store = (): Moto => moto ?? assert.fail("moto did not start");
  /** Puts a deployment into the store and points to it, signed by a key made out of that secret. */
  const publish = async ({ bundle }: Deployment, secret = signer): Promise<string> => {
    const text = bundleText(bundle);
    const pointer = pointerOf({ ...deployments.first, bundle }, (name) => addresses.get(name) ?? "");
    await store().put(bucket, `bundles/${digestOf(text)}.json`, text);
    await store().put(bucket, "pointer.json", withSignature(pointer, signatureOf(pointer, secret)));
    return digestOf(text);
  };
  const status = async (): Promise<Status | undefined> => {
    const text = await store().get(bucket, "status.json");
    return text === undefined ? undefined : (JSON.parse(text) as Status);
  };
  /** Waits for a status that satisfies; the machine's journal is in the error. */
  const reported = async (what: string, satisfied: (now: Status) => boolean): Promise<Status> => {
    let last: Status | undefined;
    for (const end = Date.now() + 1_200_000; Date.now() < end; await new Promise((r) => setTimeout(r, 2000))) {
      last = await status();
      if (last !== undefined && satisfied(last)) return last;
    }
    const journal = await machine.shell("journalctl -b --no-pager -o cat | tail -n 60");
    throw new Error(`not reported: ${what}; last ${JSON.stringify(last)}\n${journal}`);
  };
  const settled = (digest: string): Promise<Status> =>
    reported(`bundle ${digest}`, (now) => now.digest === digest && now.result !== "converging");

  it("sets up a new machine and a blank disk, and reports all services healthy", async () => {
    const digest = await publish(deployments.first);
    await machine.boot(parts);
    const report = await settled(digest);
    assert.deepEqual(
      [report.release, report.result, report.message, report.installed],
      ["7.4.0", "ready", "all services are healthy", { release: "7.4.0", digest }],
    );
    const cloudInit = await machine.shell(
      "cloud-init status --wait --long | grep -E '^(status|errors):' | xargs echo; cloud-init schema --system | grep -o 'Valid schema user-data'",
    );
    assert.equal(cloudInit, "status: done errors: []\nValid schema user-data");
    await serves(machine, "7.4.0", "first");
    await machine.until(
      "all units are up",
      "systemctl is-active sourcegraph sourcegraph-poll.timer | xargs; systemctl --failed --no-legend",
      (state) => state === "active active",
    );
    fileSystem = await machine.shell(`blkid -s UUID -o value ${device}`);
  });

  it("asks S3 and Secrets Manager by the role of the instance, whose signature and rights are checked, for its own things only", async () => {
    await machine.until("a poll", "journalctl -b --no-pager -o cat -u sourcegraph-poll", (text) =>
      text.includes("Finished sourcegraph-poll"),
    );
    const own = store()
      .requests()
      .filter(
        ({ method, path }) => !(method === "GET" && path.endsWith("/status.json")) && path !== "/moto-api/reset-auth",
      );
    const kinds = new Set(
      own.map(({ method, path, status: code }) => `${method} ${path.replace(/[0-9a-f]{64}/, "DIGEST")} ${code}`),
    );
    for (const kind of [
      `GET /${bucket}/pointer.json 200`,
      `GET /${bucket}/pointer.json 304`,
      `GET /${bucket}/bundles/DIGEST.json 200`,
      `PUT /${bucket}/status.json 200`,
    ])
      assert.ok(kinds.has(kind), kind);
    assert.deepEqual(
      [...kinds].filter((kind) => / [45]\d\d$/.test(kind)),
      [],
    );
  });

  it("hands secrets to containers unchanged, and shows them nowhere else", async () => {
    await secretsArrive(machine);
    const places = "/etc /var/lib/cloud /var/log /run/sourcegraph /mnt/sourcegraph/state";
    assert.equal(await machine.shell(`grep -rIlE 'marker-471[12]' ${places} || true`), "");
    assert.equal(await machine.shell("journalctl --no-pager -o cat | grep -acE 'marker-471[12]' || true"), "0");
    assert.equal(
      await machine.shell(
        "find /mnt/sourcegraph/deployment/secrets /mnt/sourcegraph/bundles -path '*secrets/*' -type f -printf '%f %m %U:%G\\n' | sort -u",
      ),
      "token 400 100:101\nweb.env 600 0:0",
    );
    assert.equal(await machine.shell("stat -c %a /mnt/sourcegraph/bundles"), "700");
  });

  it("keeps Docker's data on the data disk and sets the host's limits", async () => {
    assert.equal(
      await machine.shell("docker info --format '{{.DockerRootDir}} {{.LiveRestoreEnabled}} {{.LoggingDriver}}'"),
      "/mnt/sourcegraph/docker true json-file",
    );
    assert.equal(await machine.shell("findmnt -no FSTYPE,LABEL /mnt/sourcegraph | xargs"), "xfs sourcegraph");
    assert.equal(await machine.shell("docker exec sourcegraph-frontend-0 sh -c 'ulimit -n'"), "262144");
    const limits = await machine.shell("sysctl -n vm.max_map_count fs.inotify.max_user_watches | xargs");
    const [maps = 0, watches = 0] = limits.split(" ").map(Number);
    assert.ok(maps >= 300000 && watches >= 128000, limits);
  });

  it("believes no pointer that the stack did not sign, and says so", async () => {
    await publish(deployments.next, "secret of somebody else");
    const { message, installed } = await reported("a failure", ({ result }) => result === "failed");
    assert.deepEqual(
      [message, installed?.release],
      ["the pointer is not signed by the stack of this machine; nothing was changed", "7.4.0"],
    );
    await serves(machine, "7.4.0", "first");
  });

  it("loses its power and its root disk while the runbook brings the schemas up: a new machine takes the disk, which has grown, to the target release", async () => {
    const digest = await publish(deployments.next);
    await machine.until(
      "the migrator is at work",
      "docker exec pgsql cat /var/lib/db/schema && jq -r '.steps.migrate.state' /mnt/sourcegraph/state/journal.json",
      (text) => text === "half\nrunning",
    );
    assert.equal(await machine.shell("docker ps --format '{{.Names}}' | grep -c frontend || true"), "0");
    await machine.pullPlug();
    truncateSync(parts.dataDisk, 8 * 2 ** 30);
    await machine.boot(parts);
    const report = await reported("the end of the upgrade", (now) => now.digest === digest && now.result === "ready");
    assert.deepEqual(report.installed, { release: "7.5.4453", digest });
    await serves(machine, "7.5.4453", "next", true);
    assert.equal(await log(machine), "started started");
    assert.equal(
      await machine.shell(
        "jq -r '.steps | map_values(.state + \" \" + (.tries | tostring)) | .stop, .migrate, .start' /mnt/sourcegraph/state/last-upgrade.json",
      ),
      // Docker starts what was stopped when it comes up: it is stopped again.
      "done 2\ndone 2\ndone 1",
    );
    assert.equal(await machine.shell("df --output=size -B1G /mnt/sourcegraph | tail -n 1"), "8");
    assert.equal(await machine.shell("blkid -s UUID -o value /dev/disk/by-label/sourcegraph"), fileSystem);
  });

  it("refuses the release before, says so, and goes on serving", async () => {
    const refused = await settled(await publish(deployments.first));
    assert.deepEqual([refused.result, refused.installed?.release], ["refused", "7.5.4453"]);
    assert.match(refused.message, /^7\.4\.0 is older than 7\.5\.4453/);
    await serves(machine, "7.5.4453", "next", true);
    await secretsArrive(machine);
    await machine.powerOff();
  });
});
