import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { AwsMachineStore } from "../../cli/machine/aws";
import { carryOut, type Wanted } from "../../cli/machine/carry-out";
import type { Clock } from "../../cli/machine/clock";
import { CloudError, cloudProgram, type CloudProgram } from "../../cli/machine/cloud-program";
import { GcpMachineStore } from "../../cli/machine/gcp";
import type { MachineStore } from "../../cli/machine/machine-store";
import type { DiskSnapshot } from "../../components/core/planning/vm/backups";
import { parseOrder } from "../../components/core/planning/vm/orders";
import { signed } from "../../components/core/rendering/pointer";
import { folderWith } from "./support";

const start = Date.parse("2026-11-22T05:00:00Z");
const snapshot: DiskSnapshot = { id: "snap-1", kind: "daily", at: "2026-11-21T03:00:00Z", diskGb: 500 };

/** Time that only passes by pauses. */
function clockAt(time = start): Clock {
  let now = time;
  return {
    now: () => now,
    pause: (seconds) => {
      now += seconds * 1000;
      return Promise.resolve();
    },
  };
}

/** A cloud's command line that answers by the first words it knows, and keeps what it was asked. */
function answering(answers: Readonly<Record<string, unknown>>): CloudProgram & { readonly asked: string[] } {
  const asked: string[] = [];
  const run = (args: readonly string[], input?: string): Promise<string> => {
    const line = args.join(" ");
    asked.push(input === undefined ? line : `${line} < ${input.trim()}`);
    const known = Object.keys(answers).find((words) => line.startsWith(words));
    const answer = known === undefined ? "" : answers[known];
    if (answer instanceof Error) return Promise.reject(answer);
    const next: unknown =
      Array.isArray(answer) && answer.length > 1 ? answer.shift() : Array.isArray(answer) ? answer[0] : answer;
    return Promise.resolve(typeof next === "string" ? next : JSON.stringify(next));
  };
  return Object.assign(run, { asked });
}

describe("an order from a desk", () => {
  const ready = { result: "ready", message: "all services are healthy", release: "7.5.4453" };

  /** A store whose machine answers with one status after another; the id of the order stands as `ID`. */
  function storeWith(statuses: readonly object[], last?: object) {
    const put: string[] = [];
    let looked = 0;
    const id = () => parseOrder(put.at(-1))?.id ?? "ID";
    const store = {
      order: () => Promise.resolve(put.at(-1) ?? (last && JSON.stringify(last))),
      putOrder: (text: string) => Promise.resolve(void put.push(text)),
      status: () => {
        const status = statuses[Math.min(looked++, statuses.length - 1)] ?? {};
        return Promise.resolve(JSON.stringify(status).replace('"ID"', JSON.stringify(id())));
      },
    } as unknown as MachineStore;
    return { store, put };
  }
  const of = (result: string, message: string, more: object = {}) => ({
    ...ready,
    order: { id: "ID", kind: "backup", result, message, at: "2026-11-22T05:01:00Z", ...more },
  });
  async function followed(statuses: readonly object[], wanted: Wanted = { kind: "backup" }, last?: object) {
    const notes: string[] = [];
    const { store, put } = storeWith(statuses, last);
    const clock = clockAt();
    const end = await carryOut({ store }, wanted, { note: (line: string) => notes.push(line) } as never, clock).then(
      (state) => ({ state }),
      (error: unknown) => ({ error: error as Error }),
    );
    return { ...end, notes, put, minutes: (clock.now() - start) / 60_000 };
  }

  it("is put once and followed to its end, each change told once", async () => {
    const { put, notes, ...end } = await followed([
      ready,
      ready,
      of("running", "backing up pgsql"),
      of("running", "backing up pgsql"),
      of("done", "backup b is complete", { backup: "b" }),
    ]);
    assert.ok("state" in end);
    assert.equal(end.state.message, "backup b is complete");
    assert.equal(put.length, 1);
    const order = parseOrder(put[0]);
    assert.match(order?.id ?? "", /^20261122T050000Z-[0-9a-f]{8}$/);
    assert.deepEqual({ ...order, id: "" }, { schema: 1, id: "", kind: "backup", at: "2026-11-22T05:00:00Z" });
    assert.deepEqual(notes, [
      `put order ${order?.id} (backup); the machine looks for orders each minute`,
      "the machine has not taken the order yet; it says ready: all services are healthy",
      "backing up pgsql",
    ]);
  });

  it("is signed by what the stack keeps for that", async () => {
    const { store, put } = storeWith([of("done", "well")]);
    await carryOut({ store, secret: "secret" }, { kind: "backup" }, { note: () => undefined } as never, clockAt());
    const [text = ""] = put;
    assert.equal(text, signed(`${text.slice(0, text.indexOf(',"signature"'))}}`, "secret"));
    assert.equal(parseOrder(text)?.kind, "backup");
  });

  it("is followed and not put again where one for the same is on its way", async () => {
    const last = { schema: 1, id: "ID", kind: "backup", at: "2026-11-22T04:59:00Z" };
    const { put, notes, ...end } = await followed([ready, of("done", "well")], { kind: "backup" }, last);
    assert.ok("state" in end);
    assert.deepEqual(put, []);
    assert.equal(notes[0], "order ID of 2026-11-22T04:59:00Z is for the same and on its way; following it");
  });

  it("is refused while something else is on its way", async () => {
    const last = { schema: 1, id: "ID", kind: "drill", at: "2026-11-22T04:59:00Z" };
    const end = await followed([ready], { kind: "backup" }, last);
    assert.ok("error" in end);
    assert.equal(
      end.error.message,
      "refused, because something else is on its way:\n  - 'order' ID (drill, put at 2026-11-22T04:59:00Z) is not over; a machine does one thing at a time: wait for it, or run the same command again to follow it",
    );
    assert.deepEqual(end.put, []);
  });

  it("ends after ten minutes at a machine that does not answer, with what was seen last", async () => {
    const end = await followed([ready]);
    assert.ok("error" in end);
    assert.equal(end.minutes, 10);
    assert.match(
      end.error.message,
      /^the machine has not taken the order within 10 minutes; it says ready: all services are healthy; order \S+ stays put, and the same command follows it again$/,
    );
  });

  it("tells why the machine failed, with its last lines, and why it refused", async () => {
    const failed = await followed([ready, of("failed", "pgsql could not be dumped", { log: ["one", "two"] })]);
    assert.ok("error" in failed);
    assert.equal(
      failed.error.message,
      "backup failed on the machine: pgsql could not be dumped\nlast lines of its log:\n  one\n  two",
    );
    const refused = await followed([ready, of("refused", "there is no backup 'x'")]);
    assert.ok("error" in refused);
    assert.equal(refused.error.message, "the machine refuses the backup:\n  - there is no backup 'x'");
  });
});

describe("the store of a machine on AWS", () => {
  const place = {
    cloud: "aws",
    region: "us-east-1",
    zone: "us-east-1a",
    machine: "i-1",
    dataDisk: "vol-data",
    bundleBucket: "bundles",
    backupBucket: "backups",
  } as const;
  const volume = (state: string, instance?: string) => ({
    Volumes: [
      { VolumeId: "vol-2", State: state, Attachments: instance === undefined ? [] : [{ InstanceId: instance }] },
    ],
  });

  it("finds the volume of an interrupted restore instead of making another", async () => {
    const run = answering({ "ec2 describe-volumes": volume("in-use", "i-1") });
    const copy = await new AwsMachineStore(place, run, clockAt()).attachCopy(snapshot);
    assert.deepEqual(copy, { id: "vol-2", device: "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol2" });
    assert.ok(
      run.asked.every((line) => line.startsWith("ec2 describe-volumes")),
      run.asked.join("\n"),
    );
    assert.match(
      run.asked[0] ?? "",
      /--filters Name=tag:sourcegraph:restore-of,Values=snap-1 Name=availability-zone,Values=us-east-1a/,
    );
  });

  it("deletes no volume but that one, and nothing where there is none", async () => {
    const run = answering({ "ec2 describe-volumes": [volume("in-use", "i-1"), volume("in-use"), volume("available")] });
    await new AwsMachineStore(place, run, clockAt()).removeCopy(snapshot);
    assert.deepEqual(
      run.asked.filter((line) => !line.startsWith("ec2 describe")),
      [
        "ec2 detach-volume --volume-id vol-2 --instance-id i-1 --region us-east-1",
        "ec2 delete-volume --volume-id vol-2 --region us-east-1",
      ],
    );
    const none = answering({ "ec2 describe-volumes": { Volumes: [] } });
    await new AwsMachineStore(place, none, clockAt()).removeCopy(snapshot);
    assert.equal(none.asked.length, 1);
  });

  it("gives up on a volume that does not get ready", async () => {
    const run = answering({ "ec2 describe-volumes": volume("creating") });
    await assert.rejects(() => new AwsMachineStore(place, run, clockAt()).attachCopy(snapshot), {
      message: "volume vol-2 is creating after 15 minutes, and not available",
    });
  });

  it("takes a missing object for none, and no other error", async () => {
    const error = (said: string) => answering({ "s3 cp": new CloudError(said, "aws s3 cp") });
    const missing = error(
      "fatal error: An error occurred (404) when calling the HeadObject operation: Key does not exist",
    );
    assert.equal(await new AwsMachineStore(place, missing, clockAt()).status(), undefined);
    const denied = new AwsMachineStore(place, error("An error occurred (403)"), clockAt());
    await assert.rejects(() => denied.status(), { message: "aws s3 cp failed: An error occurred (403)" });
  });
});

describe("the store of a machine on Google Cloud", () => {
  const place = {
    cloud: "gcp",
    project: "example",
    region: "us-central1",
    zone: "us-central1-a",
    machine: "sourcegraph-machine-1",
    dataDisk: "sourcegraph-data-1",
    bundleBucket: "bundles",
    backupBucket: "backups",
  } as const;
  const key = "projects/example/locations/us-central1/keyRings/r/cryptoKeys/k";
  const data = {
    name: "sourcegraph-data-1",
    type: "https://www.googleapis.com/compute/v1/projects/example/zones/us-central1-a/diskTypes/pd-ssd",
    users: ["machine"],
    diskEncryptionKey: { kmsKeyName: `${key}/cryptoKeyVersions/3` },
  };
  const inZone = "--zone=us-central1-a --project=example --quiet";

  it("puts the order by standard input, so that nothing is cached and no argument holds it", async () => {
    const run = answering({});
    await new GcpMachineStore(place, run).putOrder('{"id":"1"}\n');
    assert.deepEqual(run.asked, [
      'storage cp - gs://bundles/order.json --content-type=application/json --cache-control=no-store --project=example --quiet < {"id":"1"}',
    ]);
  });

  it("makes a disk of the same type and key from the snapshot, and attaches it under a name of its own", async () => {
    const run = answering({ "compute disks list": [[data]] });
    const copy = await new GcpMachineStore(place, run).attachCopy(snapshot);
    const made = run.asked[1]?.split(" ")[3] ?? "";
    assert.match(made, /^sourcegraph-restore-[0-9a-f]{8}$/);
    assert.deepEqual(copy, { id: made, device: "/dev/disk/by-id/google-sourcegraph-restore" });
    assert.deepEqual(run.asked, [
      `compute disks list --filter=name=(sourcegraph-data-1 ${made}) --zones=us-central1-a --format=json --project=example --quiet`,
      `compute disks create ${made} --source-snapshot=snap-1 --type=pd-ssd --kms-key=${key} ${inZone}`,
      `compute instances attach-disk sourcegraph-machine-1 --disk=${made} --device-name=sourcegraph-restore --mode=rw ${inZone}`,
    ]);
  });

  it("goes on where it was interrupted, and takes the disk away again", async () => {
    const find = answering({ "compute disks list": [[data]] });
    const { id } = await new GcpMachineStore(place, find).attachCopy(snapshot);
    const run = answering({ "compute disks list": [[data, { name: id, users: ["machine"] }]] });
    await new GcpMachineStore(place, run).attachCopy(snapshot);
    assert.equal(run.asked.length, 1);
    const remove = answering({ "compute disks list": [[{ name: id, users: ["machine"] }]] });
    await new GcpMachineStore(place, remove).removeCopy(snapshot);
    assert.deepEqual(remove.asked.slice(1), [
      `compute instances detach-disk sourcegraph-machine-1 --disk=${id} ${inZone}`,
      `compute disks delete ${id} ${inZone}`,
    ]);
  });

  it("lists the snapshots of its own disk only, and backups that are whole", async () => {
    const of = (more: object) => ({
      creationTimestamp: "2026-11-20T02:00:00.000-08:00",
      diskSizeGb: "500",
      status: "READY",
      sourceDisk: "https://www.googleapis.com/compute/v1/projects/example/zones/us-central1-a/disks/sourcegraph-data-1",
      ...more,
    });
    const run = answering({
      "compute snapshots list": [
        [
          of({ name: "before", description: "data of Sourcegraph prod before the upgrade from 7.4.0 to 7.5.4453" }),
          of({ name: "daily", autoCreated: true }),
          of({ name: "making", status: "CREATING" }),
          of({
            name: "another",
            sourceDisk: "https://x/projects/example/zones/us-central1-a/disks/other-sourcegraph-data-1",
          }),
        ],
      ],
      "storage ls": "gs://backups/backups/b1/backup.json\n",
      "storage cat": JSON.stringify({
        schema: 1,
        id: "b1",
        release: "7.5.4453",
        at: "2026-11-21T03:00:00Z",
        complete: true,
        databases: [],
      }),
    });
    const kept = await new GcpMachineStore(place, run).kept();
    const at = "2026-11-20T10:00:00.000Z";
    assert.deepEqual(kept.snapshots, [
      { id: "before", at, diskGb: 500, kind: "upgrade", release: "7.4.0" },
      { id: "daily", at, diskGb: 500, kind: "daily" },
    ]);
    assert.deepEqual(
      kept.backups.map(({ id }) => id),
      ["b1"],
    );
  });

  it("takes it for none where nothing matches", async () => {
    const nothing = new CloudError("ERROR: The following URLs matched no objects or files", "gcloud storage ls");
    const run = answering({ "storage ls": nothing, "storage cat": nothing, "compute snapshots list": [[]] });
    const store = new GcpMachineStore(place, run);
    assert.deepEqual([await store.kept(), await store.status()], [{ backups: [], snapshots: [] }, undefined]);
  });
});

describe("a cloud's command line", () => {
  it("is asked for by name where it is missing", async () => {
    const message =
      "a program is missing:\n  - 'gcloud' is not on the PATH, and the machine is reached by it, with your own credentials; install it: https://cloud.google.com/sdk/docs/install";
    await assert.rejects(() => cloudProgram("gcloud", { env: { PATH: "/nowhere" } })([]), {
      name: "InputError",
      message,
    });
  });

  it("gets what it is told by standard input, and its last lines are why it failed", async () => {
    const folder = folderWith({});
    const file = path.join(folder, "aws");
    writeFileSync(
      file,
      '#!/bin/sh\n[ "$1" = fail ] || exec cat\nprintf "a trace\\n1\\n\\n2\\nit is so\\n" >&2\nexit 254\n',
    );
    chmodSync(file, 0o755);
    const run = cloudProgram("aws", { env: { PATH: `${folder}:/usr/bin:/bin` } });
    assert.equal(await run(["s3"], "the order"), "the order");
    await assert.rejects(() => run(["fail", "it", "--profile", "x"]), {
      message: "aws fail it x failed: 1; 2; it is so",
    });
  });
});
