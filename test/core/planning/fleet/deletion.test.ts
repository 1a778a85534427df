import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError } from "../../../../components/core/errors";
import {
  deletionSteps,
  keepsData,
  planDeletion,
  type DeletionHistory,
  type DeletionPlan,
  type DeletionRequest,
  type DeletionStepName,
  type DeployedStack,
} from "../../../../components/core/planning/fleet/deletion";
import {
  guardsBack,
  holdEnvironment,
  liftedGuards,
  liftGuards,
  workloadOf,
  type StateResource,
} from "../../../../components/core/planning/fleet/deletion-state";
import type { FleetInstance } from "../../../../components/core/planning/fleet/instance";
import { datedCopies, outlivingCopies } from "../../../../components/core/planning/fleet/retention";
import { instanceTypes, type InstanceConfig } from "../../../../components/core/planning/fleet/schema";
import { fleetOf, instanceFile } from "../../../support/fleet";

const urn = (type: string, name: string): string => `urn:pulumi:src-00000001::sourcegraph::${type}::${name}`;
const resource = (type: string, name: string, more: Partial<StateResource> = {}): StateResource => ({
  urn: urn(type, name),
  type,
  id: `id-of-${name}`,
  custom: true,
  ...more,
});
const held = { protect: true, retainOnDelete: true };
const disk = resource("aws:ebs/volume:Volume", "data", { ...held, inputs: { finalSnapshot: true } });
const machine = resource("aws:ec2/instance:Instance", "machine", { dependencies: [disk.urn] });
const account = resource("aws:organizations/account:Account", "account", {
  ...held,
  inputs: { email: "a@example.com" },
});
const stack: StateResource = { urn: urn("pulumi:pulumi:Stack", "stack"), type: "pulumi:pulumi:Stack", custom: false };

const one = (more: Partial<InstanceConfig> = {}): FleetInstance => {
  const [instance] = fleetOf([instanceFile(1, more)]).instances;
  assert.ok(instance !== undefined);
  return instance;
};
const deployed = (resources: readonly StateResource[], more: Partial<DeployedStack> = {}): DeployedStack => ({
  resources: [stack, ...resources],
  hasMachine: true,
  data: ["data"],
  ...more,
});
const states = ({ steps }: DeletionPlan): Record<string, string> =>
  Object.fromEntries(steps.map(({ name, state }) => [name, state]));
const now = new Date("2026-11-22T10:00:00Z");
const none: DeletionHistory = { done: new Map(), keptData: false };
const plan = (instance: FleetInstance, stackOf: DeployedStack, request: DeletionRequest = {}): DeletionPlan =>
  planDeletion(instance, stackOf, { confirm: instance.slug, ...request }, none, now);

describe("the plan of an instance's deletion", () => {
  it("backs production up, lifts its protection, takes the machine away and stops at its data until that is let go", () => {
    const kept = plan(one(), deployed([disk, machine]));
    assert.deepEqual(states(kept), {
      "final-backup": "open",
      "protection-off": "open",
      "workload-away": "nothing",
      "copies-away": "nothing",
      "endpoint-groups-away": "nothing",
      "resources-away": "open",
      "data-away": "later",
      "environment-away": "nothing",
      "stack-away": "later",
      "file-away": "later",
    });
    assert.equal(keepsData(kept), true);
    assert.deepEqual(kept.held, [{ type: "aws:ebs/volume:Volume", name: "data", id: "id-of-data" }]);
    const twice: DeletionHistory = { done: new Map(), keptData: true };
    const leaving = one({ state: "leaving" });
    const request = { confirm: "customer-1", dropData: true };
    const dropped = planDeletion(leaving, deployed([disk, machine]), request, twice, now);
    assert.equal(keepsData(dropped), false);
    assert.deepEqual(
      deletionSteps
        .filter((name) => ["data-away", "stack-away", "file-away"].includes(name))
        .map((name) => states(dropped)[name]),
      ["open", "open", "open"],
    );
  });

  it("takes no backup of a replica, whose data is made up and goes with it", () => {
    const made = plan(one({ type: "replica" }), deployed([disk, machine]));
    assert.equal(keepsData(made), false);
    assert.deepEqual(
      made.steps.filter(({ state }) => state === "open").map(({ name }) => name),
      ["resources-away", "data-away", "stack-away", "file-away"],
    );
  });

  it("deletes a cluster's workload and backups before the cluster, and its endpoint groups before the network", () => {
    const cluster = resource("gcp:container/cluster:Cluster", "cluster", { outputs: { network: "n", project: "p" } });
    const network = resource("gcp:compute/network:Network", "network", { outputs: { name: "n", project: "p" } });
    const backups = resource("gcp:gkebackup/backupPlan:BackupPlan", "backups", held);
    const frontend = resource("kubernetes:apps/v1:Deployment", "frontend");
    const made = plan(one({ type: "trial" }), deployed([network, cluster, backups, frontend]), { dropData: true });
    assert.deepEqual(
      made.steps.filter(({ state }) => state === "open").map(({ name }) => name),
      [
        "final-backup",
        "workload-away",
        "copies-away",
        "endpoint-groups-away",
        "resources-away",
        "data-away",
        "stack-away",
        "file-away",
      ],
    );
  });

  it("leaves the endpoint groups of a network that is not its own alone, whatever its name", () => {
    const path = "projects/p/global/networks/shared";
    const cluster = resource("gcp:container/cluster:Cluster", "cluster", { outputs: { network: path, project: "p" } });
    const own = (selfLink: string) => resource("gcp:compute/network:Network", "network", { outputs: { selfLink } });
    const step = (...more: readonly StateResource[]) =>
      plan(one({ type: "replica" }), deployed([cluster, ...more])).steps.find(
        ({ name }) => name === "endpoint-groups-away",
      );
    const foreign = "its cluster is in a network of others, which stays";
    assert.deepEqual(step(), { name: "endpoint-groups-away", what: foreign, state: "nothing" });
    assert.equal(step(own("https://www.googleapis.com/compute/v1/projects/q/global/networks/shared"))?.what, foreign);
    assert.equal(step(own(`https://www.googleapis.com/compute/v1/${path}`))?.state, "open");
  });

  it("keeps the account an instance lives in, whatever data may go, unless that is asked for", () => {
    const kept = plan(one({ type: "trial" }), deployed([disk, account]), { dropData: true });
    assert.deepEqual(
      kept.steps.find(({ name }) => name === "environment-away"),
      { name: "environment-away", what: "id-of-account is kept; --close-environment closes it", state: "nothing" },
    );
    assert.deepEqual(
      kept.held.map(({ name }) => name),
      ["data"],
    );
    assert.equal(states(plan(one(), deployed([account]), { closeEnvironment: true }))["environment-away"], "open");
    assert.equal(
      states(plan(one(), deployed([disk, account]), { closeEnvironment: true }))["environment-away"],
      "later",
    );
  });

  it("has the same steps in the same order whatever is there, and none that drops data without a word of it", () => {
    const some = [
      disk,
      machine,
      account,
      resource("aws:s3/bucket:Bucket", "backups", held),
      resource("gcp:container/cluster:Cluster", "c"),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...instanceTypes),
        fc.subarray(some),
        fc.option(fc.boolean(), { nil: undefined }),
        fc.boolean(),
        fc.subarray([...deletionSteps]),
        (type, resources, dropData, closeEnvironment, done) => {
          const instance = one({ type, state: "leaving" });
          const request = { confirm: instance.slug, closeEnvironment, ...(dropData === undefined ? {} : { dropData }) };
          const history = { done: new Map(done.map((name) => [name, now.toISOString()])), keptData: true };
          const made = planDeletion(instance, deployed(resources), request, history, now);
          assert.deepEqual(
            made.steps.map(({ name }) => name),
            deletionSteps,
          );
          const lets = dropData ?? type === "replica";
          const holds = resources.some((each) => each.protect === true && each !== account);
          assert.equal(keepsData(made), holds && !lets);
          if (holds && !lets)
            for (const name of ["data-away", "stack-away", "file-away"]) assert.equal(states(made)[name], "later");
          if (!closeEnvironment) assert.equal(states(made)["environment-away"], "nothing");
          assert.deepEqual(made, planDeletion(instance, deployed(resources), request, history, now));
        },
      ),
    );
  });

  it("says at once that production is not confirmed and that nothing can make the backup", () => {
    const message = (act: () => unknown): string => {
      try {
        act();
      } catch (error) {
        assert.ok(error instanceof InputError);
        return error.message;
      }
      return "";
    };
    assert.equal(
      message(() => planDeletion(one(), deployed([disk], { hasMachine: false }), { confirm: "customer" }, none, now)),
      `customer-1 (src-00000001) cannot be deleted:
  - 'confirm' is "customer", and the slug is customer-1; nothing else than it deletes production
  - 'backup' cannot be made: src-00000001 holds data (data), and has no machine that takes orders; back it up as docs/backup.md says, then give --no-backup`,
    );
    // Without a machine that could be ordered to, the commands that somebody can give instead.
    const { config } = instanceFile(1);
    const onCluster = one({
      config: { ...config, shape: "kubernetes", databases: { managed: { only: ["frontend"] } } },
    });
    assert.equal(
      message(() => plan(onCluster, deployed([disk], { hasMachine: false }))),
      `customer-1 (src-00000001) cannot be deleted:
  - 'backup' cannot be made: src-00000001 holds data (data), and has no machine that takes orders; dump its databases by hand to where they are to be kept ('kubectl --namespace sourcegraph exec --container pgsql statefulset/codeintel-db -- pg_dump --username sg --format custom sg > src-00000001-codeintel-db.dump', 'kubectl --namespace sourcegraph exec --container codeinsights statefulset/codeinsights-db -- pg_dump --username postgres --format custom postgres > src-00000001-codeinsights-db.dump', 'aws rds create-db-snapshot --region us-east-1 --db-instance-identifier SERVER --db-snapshot-identifier SERVER-last'), then give --no-backup`,
    );
    const without = plan(onCluster, deployed([disk], { hasMachine: false }), { backup: false });
    assert.equal(states(without)["final-backup"], "nothing");
    // A stack that tells of no data, and has something that is protected.
    assert.match(
      message(() => plan(one({ type: "trial" }), deployed([disk], { hasMachine: false, data: [] }))),
      /'backup' cannot be made: src-00000001 holds data \(data\), and has no machine that takes orders; /,
    );
    const suspended = one({ type: "internal", config: { ...instanceFile(1).config, suspended: true } });
    assert.equal(
      message(() => plan(suspended, deployed([disk]))),
      `customer-1 (src-00000001) cannot be deleted:
  - 'backup' cannot be made: src-00000001 stands still; start it by 'sgbox fleet unsuspend customer-1', or give --no-backup when its last snapshot is enough`,
    );
  });

  it("refuses the slug of another, and production's data in the command that begins its end", () => {
    assert.throws(() => plan(one({ type: "trial" }), deployed([disk]), { confirm: "customer-2" }), {
      name: "InputError",
      message: `customer-1 (src-00000001) cannot be deleted:
  - 'confirm' is "customer-2", and the slug is customer-1; it names another`,
    });
    const early = {
      name: "InputError",
      message: `customer-1 (src-00000001) cannot be deleted:
  - 'dropData' comes too early: customer-1 is production, whose data goes by a second command, so that there is time between the two; run it without --drop-data first`,
    };
    assert.throws(() => plan(one(), deployed([disk]), { dropData: true }), early);
    const kept: DeletionHistory = { done: new Map(), keptData: true };
    const request = { confirm: "customer-1", dropData: true };
    // Kept in a deletion that somebody took back since.
    assert.throws(() => planDeletion(one(), deployed([disk]), request, kept, now), early);
    const leaving = one({ state: "leaving" });
    assert.equal(states(planDeletion(leaving, deployed([disk]), request, kept, now))["data-away"], "open");
    assert.equal(states(plan(one(), deployed([machine]), { dropData: true }))["stack-away"], "open");
  });

  it("remembers a last backup for a day while its machine runs, and nothing once the deletion was taken back", () => {
    const step = (name: DeletionStepName, at: string, state: "leaving" | undefined, hasMachine: boolean) => {
      const instance = one({ type: "trial", ...(state === undefined ? {} : { state }) });
      const guarded = { ...instance, config: { ...instance.config, deletionProtection: true } };
      const history = { done: new Map([[name, at]]), keptData: false };
      const made = planDeletion(guarded, deployed([disk, machine], { hasMachine }), { backup: true }, history, now);
      return made.steps.find((each) => each.name === name);
    };
    const [fresh, old] = ["2026-11-21T10:00:01Z", "2026-11-01T10:00:00Z"];
    const did = (name: DeletionStepName, at: string) => ({
      name,
      what: `an earlier run did it at ${at}`,
      state: "done",
    });
    assert.deepEqual(step("final-backup", fresh, "leaving", true), did("final-backup", fresh));
    assert.equal(step("final-backup", old, "leaving", true)?.state, "open");
    assert.deepEqual(step("final-backup", old, "leaving", false), did("final-backup", old));
    assert.deepEqual(step("protection-off", old, "leaving", true), did("protection-off", old));
    assert.equal(step("final-backup", fresh, undefined, true)?.state, "open");
    assert.equal(step("protection-off", fresh, undefined, true)?.state, "open");
  });
});

describe("the state of a stack that is deleted", () => {
  it("loses the guards of what is meant, and nothing else", () => {
    const bucket = resource("aws:s3/bucket:Bucket", "backups", {
      ...held,
      inputs: { forceDestroy: false, bucket: "b" },
    });
    const lifted = liftGuards([disk, bucket, account], ({ type }) => type.startsWith("aws:s3/"));
    assert.deepEqual(lifted, [
      disk,
      {
        urn: bucket.urn,
        type: bucket.type,
        id: "id-of-backups",
        custom: true,
        inputs: { forceDestroy: true, bucket: "b" },
        outputs: { forceDestroy: true },
      },
      account,
    ]);
    const [closing] = liftGuards([account], () => true);
    assert.deepEqual(closing?.inputs, { email: "a@example.com", closeOnDeletion: true });
  });

  it("has its guards back as they were, but for what is gone", () => {
    const bucket = resource("aws:s3/bucket:Bucket", "backups", {
      ...held,
      inputs: { bucket: "b" },
      outputs: { forceDestroy: false, bucket: "b" },
    });
    const all = [disk, bucket, machine, account];
    const lifted = liftedGuards(all, () => true);
    assert.deepEqual(
      lifted.map(({ urn: each }) => each),
      [disk, bucket, account].map(({ urn: each }) => each),
    );
    const loose = liftGuards(all, () => true);
    // Lifted twice, since a run may do so: what was there before the first is what comes back.
    const twice = [...lifted, ...liftedGuards(loose, () => true)];
    const sorted = (resources: readonly StateResource[]) => resources.map((each) => ({ outputs: {}, ...each }));
    assert.deepEqual(sorted(guardsBack(loose.slice(1), twice)), sorted([bucket, machine, account]));
  });

  it("holds the environment and what watches over it, also when the program has let go of it", () => {
    const component: StateResource = {
      urn: urn("sourcegraph:customer-environment:CustomerEnvironment", "e"),
      type: "sourcegraph:customer-environment:CustomerEnvironment",
      custom: false,
    };
    const loose = resource("aws:organizations/account:Account", "account", { parent: component.urn });
    const trail = resource("aws:cloudtrail/trail:Trail", "trail", { parent: component.urn });
    const provider = resource("pulumi:providers:aws", "provider", { parent: component.urn });
    const all = [component, loose, trail, provider, machine];
    assert.deepEqual(
      holdEnvironment(all).map(({ protect }) => protect),
      [undefined, true, true, undefined, undefined],
    );
    const bucket = resource("aws:s3/bucket:Bucket", "uploads", { retainOnDelete: true });
    const trial = one({ type: "trial" });
    assert.deepEqual(
      plan(trial, deployed([...all, bucket]))
        .steps.filter(({ name }) => ["resources-away", "environment-away"].includes(name))
        .map(({ state, what }) => `${state}: ${what}`),
      [
        "open: 2 resources are deleted, all that nothing protected needs",
        "nothing: id-of-account is kept; --close-environment closes it",
      ],
    );
    assert.throws(() => plan(trial, deployed([...all, bucket]), { closeEnvironment: true }), {
      message: `customer-1 (src-00000001) cannot be deleted:
  - 'dropData' is missing; uploads are let go of by environment.close, and go with the account or project that is closed: give --drop-data, too`,
    });
    const closing = { closeEnvironment: true, dropData: true };
    assert.equal(states(plan(trial, deployed([...all, bucket]), closing))["environment-away"], "open");
  });

  it("names as workload what runs and leads there, but nothing that something protected waits for", () => {
    const namespace = resource("kubernetes:core/v1:Namespace", "ns");
    const frontend = resource("kubernetes:apps/v1:Deployment", "frontend", { dependencies: [namespace.urn] });
    const ingress = resource("kubernetes:networking.k8s.io/v1:Ingress", "edge", { dependencies: [frontend.urn] });
    const database = resource("kubernetes:apps/v1:StatefulSet", "pgsql");
    const proof = resource("kubernetes:core/v1:ConfigMap", "between", { dependencies: [database.urn] });
    const claim = resource("kubernetes:core/v1:PersistentVolumeClaim", "claim", { ...held, dependencies: [proof.urn] });
    assert.deepEqual(workloadOf([namespace, frontend, ingress, database, proof, claim]), [frontend.urn, ingress.urn]);
  });

  it("tells what outlives it and until when, longest first", () => {
    const copies = outlivingCopies([
      resource("aws:kms/key:Key", "key", { inputs: { deletionWindowInDays: 30 } }),
      disk,
      resource("aws:rds/instance:Instance", "pgsql", {
        inputs: { backupRetentionPeriod: 14, deleteAutomatedBackups: false, skipFinalSnapshot: true },
      }),
      resource("gcp:storage/bucket:Bucket", "uploads", {
        inputs: { softDeletePolicy: { retentionDurationSeconds: 0 } },
      }),
      resource("gcp:storage/bucket:Bucket", "backups", {}),
      machine,
    ]);
    assert.deepEqual(datedCopies(copies, "2026-12-20"), [
      { what: "data: the snapshot taken when it is deleted", days: "ever" },
      { what: "key: the key, which opens copies until then", days: 30, until: "2027-01-19" },
      { what: "pgsql: its daily backups", days: 14, until: "2027-01-03" },
      { what: "backups: its deleted objects, to be brought back", days: 7, until: "2026-12-27" },
    ]);
  });
});
