import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deleteBackups, deleteEndpointGroups } from "../../cli/fleet/cluster-remains";
import { DeletionFiles } from "../../cli/fleet/deletion-files";
import { openFleet } from "../../cli/fleet/folder";
import { codeOf, oneByOne } from "../../cli/fleet/one-by-one";
import { runDeletion, type DeletionDriver } from "../../cli/fleet/run-deletion";
import { processTerminal } from "../../cli/terminal";
import { RefusedError } from "../../components/core/errors";
import { planDeletion, type DeletionStepName } from "../../components/core/planning/fleet/deletion";
import { guardsLifted, historyOf } from "../../components/core/planning/fleet/deletion-journal";
import type { StateResource } from "../../components/core/planning/fleet/deletion-state";
import type { EarlierTry } from "../../components/core/planning/fleet/earlier-try";
import { fleetOf, instanceFile } from "../support/fleet";
import { sgbox } from "./support";

describe("the run of a deletion", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sgbox-deletion-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const [instance] = fleetOf([instanceFile(1, { type: "trial", state: "leaving" })]).instances;
  assert.ok(instance !== undefined);
  const resources: StateResource[] = [
    { urn: "urn:a", type: "aws:ec2/instance:Instance", id: "i-1", custom: true },
    { urn: "urn:b", type: "aws:ebs/volume:Volume", id: "vol-1", custom: true, protect: true },
  ];
  const plan = (files: DeletionFiles) =>
    planDeletion(
      instance,
      { resources, hasMachine: true, data: ["data"] },
      { dropData: true },
      historyOf(files.events),
      new Date("2026-11-22T12:00:00Z"),
    );
  const open = (): DeletionFiles => DeletionFiles.of(folder, instance.id);

  /** A driver that fails at one step, and tells which it was asked to take. */
  function driver(fails?: DeletionStepName): DeletionDriver & { readonly taken: (DeletionStepName | EarlierTry)[] } {
    const taken: (DeletionStepName | EarlierTry)[] = [];
    return {
      taken,
      prepare: (earlier) => {
        taken.push(earlier);
        return Promise.resolve();
      },
      step: (name) => {
        taken.push(name);
        return name === fails
          ? Promise.reject(new Error("the cloud says no"))
          : Promise.resolve({ said: `${name} is done` });
      },
    };
  }
  const world = (each: DeletionDriver, told: string[] = []) => ({
    driver: each,
    now: () => new Date("2026-11-22T10:00:00Z"),
    by: "ann",
    told: (line: string) => void told.push(line),
  });

  it("stops at a step that fails, and goes on there with the same command, without a second backup", async () => {
    const first = driver("data-away");
    await assert.rejects(runDeletion(plan(open()), open(), world(first)), {
      message: `customer-1 (src-00000001): data-away failed: the cloud says no
the same command goes on with it; its log is ${join(folder, ".fleet/deletions/src-00000001.log")}`,
    });
    assert.deepEqual(first.taken, ["none", "final-backup", "resources-away", "data-away"]);
    const [second, told] = [driver(), [] as string[]];
    const files = open();
    assert.equal(await runDeletion(plan(files), files, world(second, told)), "gone");
    assert.deepEqual(second.taken, ["failed", "resources-away", "data-away", "stack-away", "file-away"]);
    assert.equal(told[0], "customer-1 (src-00000001): resources-away");
    assert.equal(open().events.at(-1)?.event, "gone");
  });

  it("mends what a kill left before the first step, and takes guards as lifted by the last run only", async () => {
    const files = open();
    const at = "2026-11-22T10:00:00Z";
    const guards = [{ urn: "urn:b", protect: true, retainOnDelete: true, inputs: {}, outputs: {} }];
    files.write({ at, event: "begun", by: "ann", digest: "d", dropsData: true });
    files.write({ at, event: "step-begun", step: "data-away" });
    files.write({ at, event: "lifted", guards });
    assert.deepEqual(guardsLifted(open().events), guards);
    const [again, other] = [driver("resources-away"), open()];
    await assert.rejects(runDeletion(plan(other), other, world(again)));
    assert.deepEqual(again.taken, ["killed", "final-backup", "resources-away"]);
    assert.deepEqual(guardsLifted(open().events), []);
  });

  it("reads a journal whose last line was cut off by a kill, and writes the next line whole", () => {
    const files = open();
    files.write({ at: "2026-11-22T10:00:00Z", event: "begun", by: "ann", digest: "d", dropsData: false });
    files.write({ at: "2026-11-22T10:00:01Z", event: "step-begun", step: "resources-away" });
    appendFileSync(files.file, '{"at":"2026-11-22T10:00:02Z","event":"step-do');
    const again = open();
    assert.equal(again.events.length, 2);
    again.write({ at: "2026-11-22T10:00:03Z", event: "kept" });
    assert.equal(readFileSync(files.file, "utf8").trim().split("\n").length, 3);
    appendFileSync(files.file, "what\n");
    assert.throws(open, {
      name: "RefusedError",
      message: /^the deletion cannot go on:\n {2}- 'line 4' of the deletion's journal cannot be read; /,
    });
  });
});

describe("what is done to one instance after the other", () => {
  it("is done to all it can be done to, with every reason why not to the others", async () => {
    const all = fleetOf([0, 1, 2, 3].map((number) => instanceFile(number, { type: "trial" }))).instances;
    const seen: string[] = [];
    const { done, failed } = await oneByOne(
      all.map((instance) => ({ instance })),
      ({ instance: { id, slug } }) => {
        seen.push(slug);
        if (slug === "customer-0")
          return Promise.reject(new RefusedError([{ path: "a", message: "is b" }], `refused, because of ${id}`));
        return slug === "customer-2" ? Promise.reject(new Error("no backend answers")) : Promise.resolve(slug);
      },
    );
    assert.deepEqual(seen, ["customer-0", "customer-1", "customer-2", "customer-3"]);
    assert.deepEqual(done, ["customer-1", "customer-3"]);
    const [first, second] = failed;
    assert.ok(first !== undefined && second !== undefined);
    const end = "failed";
    assert.deepEqual(failed, [
      { id: first.id, slug: "customer-0", end, message: "refused, because of src-00000000:\n  - 'a' is b", code: 3 },
      { id: second.id, slug: "customer-2", end, message: "customer-2 (src-00000002): no backend answers", code: 1 },
    ]);
    assert.deepEqual([codeOf([]), codeOf([first]), codeOf([second]), codeOf(failed)], [0, 3, 1, 1]);
  });
});

describe("what a cluster leaves", () => {
  const network: StateResource = {
    urn: "urn:network",
    type: "gcp:compute/network:Network",
    outputs: { selfLink: "https://www.googleapis.com/compute/v1/projects/p-1/global/networks/acme" },
  };
  const cluster: StateResource[] = [
    {
      urn: "urn:cluster",
      type: "gcp:container/cluster:Cluster",
      outputs: { project: "p-1", network: "projects/p-1/global/networks/acme" },
    },
    {
      urn: "urn:plan",
      type: "gcp:gkebackup/backupPlan:BackupPlan",
      outputs: { project: "p-1", location: "us-central1", name: "daily" },
    },
  ];

  it("is asked of the cloud and deleted one by one, in its own network and plan only", async () => {
    const asked: string[] = [];
    const gcloud = (args: readonly string[]): Promise<string> => {
      asked.push(args.join(" "));
      if (!args.includes("list")) return Promise.resolve("");
      return Promise.resolve(
        args.includes("backups")
          ? '[{"name":"projects/p-1/locations/us-central1/backupPlans/daily/backups/monday"}]'
          : '[{"name":"k8s1-a","zone":"https://www.googleapis.com/compute/v1/projects/p-1/zones/us-central1-a"},{"name":"of-a-region"}]',
      );
    };
    assert.deepEqual(await deleteBackups(cluster, gcloud), { said: "1 backups of the cluster were deleted" });
    assert.deepEqual(await deleteEndpointGroups([network, ...cluster], gcloud), {
      said: "1 endpoint groups were left and deleted",
    });
    const where = "--backup-plan=daily --location=us-central1 --project=p-1";
    assert.deepEqual(asked, [
      `container backup-restore backups list ${where} --format=json`,
      `container backup-restore backups delete monday ${where} --quiet`,
      "compute network-endpoint-groups list --filter=network~/acme$ --project=p-1 --format=json",
      "compute network-endpoint-groups delete k8s1-a --zone=us-central1-a --project=p-1 --quiet",
    ]);
    asked.length = 0;
    await deleteBackups([], gcloud);
    await deleteEndpointGroups([], gcloud);
    await deleteEndpointGroups(cluster, gcloud);
    assert.deepEqual(asked, []);
  });
});

describe("the example of a managed instance", () => {
  it("is a fleet of one that is valid, and whose deletion is not begun without its slug", async () => {
    const { code, stdout, stderr } = await sgbox(["fleet", "cost", "--fleet", "examples/managed-instance", "--json"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"src-3f9c1a20b7"/);
    const [acme] = openFleet("examples/managed-instance", { ...processTerminal(), today: "2026-11-22" }).fleet
      .instances;
    assert.ok(acme !== undefined);
    assert.deepEqual([acme.state, acme.pause, acme.config["deletionProtection"]], ["active", true, true]);
    assert.throws(
      () => planDeletion(acme, { resources: [], hasMachine: false, data: [] }, {}, historyOf([]), new Date()),
      {
        message: `acme (src-3f9c1a20b7) cannot be deleted:
  - 'confirm' is missing; acme is production, so type its slug: --confirm acme`,
      },
    );
  });
});
