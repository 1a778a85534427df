import assert from "node:assert/strict";
import type { RefusedError } from "../../../../components/core/errors";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import {
  checkKubernetesTransition,
  kubernetesManifest,
  type KubernetesTransition,
} from "../../../../components/core/planning/kubernetes/transition";
import { parseManifest, type Manifest } from "../../../../components/core/planning/manifest";
import { UpgradeRefusedError } from "../../../../components/core/planning/upgrade/refusal";
import { refusalOf } from "../../../support/configs";
import { kubernetesSpecification } from "../../../support/kubernetes-plans";

const acknowledge = ["backup-first", "oob-complete"];
type Config = Readonly<Record<string, unknown>>;

function transition(previous: Manifest | undefined, config: Config): KubernetesTransition {
  const specification = kubernetesSpecification(config);
  return checkKubernetesTransition(previous, planKubernetes(specification), specification);
}

/** The manifest after an update with a config. */
function after(config: Config, previous?: Manifest): Manifest {
  const specification = kubernetesSpecification(config);
  const plan = planKubernetes(specification);
  const made = kubernetesManifest(plan, specification, checkKubernetesTransition(previous, plan, specification), "d");
  const read = parseManifest(JSON.parse(JSON.stringify(made)));
  assert.deepEqual(read, made, "the manifest does not survive the stack's outputs");
  return made;
}

/** The refusal of an update: its first line and its problems. */
function refusal(previous: Manifest, config: Config): RefusedError {
  return refusalOf(() => transition(previous, config));
}

function problems(previous: Manifest, config: Config): readonly { path: string; message: string }[] {
  return refusal(previous, config).problems;
}

describe("what an update does to a deployment on Kubernetes", () => {
  it("deploys at first, and runs the migrator of the release", () =>
    assert.deepEqual(transition(undefined, {}), {
      phase: "run",
      release: "7.5.4453",
      migrates: true,
      startMinutes: 30,
      next: "",
    }));

  it("goes on with the same release without an upgrade, and remembers the one before", () => {
    const upgraded = after({ release: "7.5.4453", acknowledge }, after({ release: "7.4.0" }));
    const lastHop = { from: "7.4.0", to: "7.5.4453", kind: "standard" } as const;
    assert.deepEqual(transition(upgraded, {}), {
      lastHop,
      phase: "run",
      release: "7.5.4453",
      migrates: true,
      startMinutes: 30,
      next: "",
    });
  });

  it("makes a standard upgrade in one update, with what is left to do", () => {
    const { hop, ...rest } = transition(after({ release: "7.4.0" }), { release: "7.5.4453", acknowledge });
    assert.equal(hop?.kind, "standard");
    assert.deepEqual(rest, {
      lastHop: { from: "7.4.0", to: "7.5.4453", kind: "standard" },
      phase: "run",
      release: "7.5.4453",
      migrates: true,
      startMinutes: 30,
      next: "compare the schemas with 7.5.4453 by the migrator's 'drift' in namespace sourcegraph",
    });
  });

  it("makes a multi-version upgrade in two updates: the schemas while all stands still, then the release", () => {
    const before = after({ release: "7.2.1943" });
    const config = { release: "7.5.4453", acknowledge };
    const { hop: first, ...migrate } = transition(before, config);
    assert.equal(first?.kind, "multi-version");
    assert.deepEqual(migrate, {
      phase: "migrate",
      release: "7.2.1943",
      pending: { from: "7.2.1943", to: "7.5.4453", phase: "migrated" },
      migration: {
        release: "7.5.4453",
        image:
          "index.docker.io/sourcegraph/migrator:7.5.4453@sha256:8a0c3a3cb5f3b7a0e56a171b6ce05b7a149b8b91286394dc8cd4727a0da3999e",
        args: ["upgrade", "--from", "v7.2", "--to", "v7.5", "--disable-animation"],
      },
      migrates: false,
      startMinutes: 30,
      next: "the schemas are at 7.5.4453 and everything but the databases of 7.2.1943 stands still: run the same update once more, which starts 7.5.4453",
    });
    const between = after(config, before);
    assert.deepEqual([between.release, between.pending], ["7.2.1943", migrate.pending]);
    const { hop: second, ...run } = transition(between, config);
    assert.equal(second?.kind, "multi-version");
    assert.deepEqual(run, {
      lastHop: { from: "7.2.1943", to: "7.5.4453", kind: "multi-version" },
      phase: "run",
      release: "7.5.4453",
      migrates: true,
      startMinutes: 30,
      next: "compare the schemas with 7.5.4453 by the migrator's 'drift' in namespace sourcegraph",
    });
    assert.equal(after(config, between).pending, undefined);
  });

  it("lets an interrupted migration go on past its own drift, when that is acknowledged", () => {
    const before = after({ release: "7.2.1943" });
    const { migration } = transition(before, { release: "7.5.4453", acknowledge: [...acknowledge, "migrator-retry"] });
    assert.deepEqual(migration?.args, [
      "upgrade",
      "--from",
      "v7.2",
      "--to",
      "v7.5",
      "--disable-animation",
      "--skip-version-check",
      "--skip-drift-check",
    ]);
  });

  it("takes the migrator from the mirror the config names", () => {
    const image = (pinDigests?: boolean) => {
      const registry = { host: "mirror.example.com/sourcegraph", ...(pinDigests !== undefined && { pinDigests }) };
      const before = after({ release: "7.2.1943", registry });
      return transition(before, { release: "7.5.4453", registry, acknowledge }).migration?.image;
    };
    const tagged = "mirror.example.com/sourcegraph/migrator:7.5.4453";
    assert.equal(image(), `${tagged}@sha256:8a0c3a3cb5f3b7a0e56a171b6ce05b7a149b8b91286394dc8cd4727a0da3999e`);
    assert.equal(image(false), tagged);
  });

  it("refuses an upgrade whose manual steps nobody has acknowledged, as the planner of upgrades does", () => {
    const error = refusal(after({ release: "7.4.0" }), { release: "7.5.4453" });
    assert.ok(error instanceof UpgradeRefusedError);
    assert.equal(error.exitCode, 3);
    assert.match(error.message, /backup-first[^]*oob-complete/);
  });

  it("refuses anything but the second update in the middle of a multi-version upgrade", () => {
    const between = after({ release: "7.5.4453", acknowledge }, after({ release: "7.2.1943" }));
    for (const release of ["7.2.1943", "7.4.0"])
      assert.deepEqual(problems(between, { release, acknowledge }), [
        {
          path: "release",
          message: `is ${release}, but the schemas were brought from 7.2.1943 to 7.5.4453 and the services stand still; set it to 7.5.4453 and finish the upgrade; the way back to 7.2.1943 is the backup`,
        },
      ]);
  });
});

describe("ways back on Kubernetes", () => {
  const upgraded = () => after({ release: "7.5.4453", acknowledge }, after({ release: "7.4.0" }));

  it("asks for the acknowledgement of a rollback right after a standard upgrade", () =>
    assert.deepEqual(problems(upgraded(), { release: "7.4.0" }), [
      {
        path: "release",
        message:
          "is 7.4.0, older than 7.5.4453, which runs now; right after a standard upgrade this is a rollback: the objects of 7.4.0 are deployed again on the databases as they are, and the migrator does not run; add \"rollback\" to 'acknowledge' for it",
      },
    ]));

  it("rolls back without the migrator, once, and upgrades again from there", () => {
    const lastHop = { from: "7.5.4453", to: "7.4.0", kind: "rollback" } as const;
    assert.deepEqual(transition(upgraded(), { release: "7.4.0", acknowledge: ["rollback"] }), {
      lastHop,
      phase: "run",
      release: "7.4.0",
      migrates: false,
      startMinutes: 30,
      next: "7.4.0 runs again on the schemas of 7.5.4453: compare them with the migrator's 'drift' in namespace sourcegraph, and take back by hand what 7.5.4453 rewrote in files of the site configuration; remove \"rollback\" from 'acknowledge'",
    });
    const back = after({ release: "7.4.0", acknowledge: ["rollback"] }, upgraded());
    const { migrates, lastHop: kept } = transition(back, { release: "7.4.0" });
    assert.deepEqual([migrates, kept], [false, lastHop]);
    assert.match(problems(back, { release: "7.3.2527", acknowledge: ["rollback"] })[0]?.message ?? "", /downgrade/);
    assert.equal(transition(back, { release: "7.5.4453", acknowledge }).migrates, true);
  });

  it("refuses a way back over several releases, with the commands of the only one there is", () => {
    const far = after(
      { release: "7.5.4453", acknowledge },
      after({ release: "7.5.4453", acknowledge }, after({ release: "7.2.1943" })),
    );
    const [problem, ...others] = problems(far, { release: "7.2.1943", acknowledge: ["rollback"] });
    assert.deepEqual(others, []);
    assert.equal(problem?.path, "release");
    assert.ok(
      problem?.message.endsWith(
        "; commands: kubectl --namespace=sourcegraph scale deployment --all --replicas=0; kubectl --namespace=sourcegraph scale statefulset --selector='app.kubernetes.io/component notin (pgsql,codeintel-db,codeinsights-db)' --replicas=0; the migrator with the arguments downgrade --from v7.5 --to v7.2 --disable-animation, in a Job like that of the last update",
      ),
      problem?.message,
    );
  });
});

describe("what never changes of a deployment on Kubernetes", () => {
  const never = "keep it as it is, or deploy a second instance and move the data by backup and restore";
  const allowed = (name: string) => `keep it as it is, or add "${name}" to 'allowDataLoss' if its data may be lost`;

  it("refuses another name, cloud or shape, and says nothing else of an instance that would be built anew", () => {
    const error = refusal(after({ name: "one" }), {
      name: "two",
      release: "7.4.0",
      kubernetes: { namespace: "other" },
    });
    assert.match(error.message, /^refused, because the instance would be built anew/);
    assert.deepEqual(error.problems, [
      {
        path: "name",
        message:
          "cannot change from one to two in place; deploy a second stack and move the data by backup and restore",
      },
    ]);
    const machine = { ...after({}), shape: "vm" as const };
    assert.deepEqual(
      problems(machine, {}).map(({ path }) => path),
      ["shape"],
    );
  });

  it("refuses another namespace, with each claim that cannot come along", () => {
    const found = problems(after({}), { kubernetes: { namespace: "other" } });
    assert.deepEqual(found[0], {
      path: "kubernetes.namespace",
      message:
        "cannot change from sourcegraph to other in place: claims cannot move; deploy a second stack and move the data by backup and restore",
    });
    assert.deepEqual(found[1], {
      path: "repos-gitserver-0",
      message: `would move from sourcegraph to other, and a claim cannot move; ${never}`,
    });
  });

  it("refuses another name of the Helm release, by which pods are selected", () =>
    assert.deepEqual(problems(after({}), { kubernetes: { helmRelease: "other" } }), [
      {
        path: "kubernetes.helmRelease",
        message:
          "cannot change from sourcegraph to other in place: the labels by which pods are selected never change; keep sourcegraph",
      },
    ]));

  it("refuses to change between own objects and the chart before the objects are handed over, both ways", () => {
    for (const [from, to] of [
      ["native", "helm"],
      ["helm", "native"],
    ] as const) {
      assert.deepEqual(
        problems(after({ kubernetes: { via: from } }), { kubernetes: { via: to } }).filter(
          ({ path }) => path === "kubernetes.via",
        ),
        [
          {
            path: "kubernetes.via",
            message: `cannot change from ${from} to ${to} while the objects belong to the program: they would be deleted; first run one update with 'kubernetes.handOver' true, then change it (docs/adoption.md)`,
          },
        ],
      );
    }
    const handed = { ...after({ kubernetes: { handOver: true } }) };
    assert.equal(transition(handed, { kubernetes: { via: "helm" } }).phase, "run");
  });

  it("refuses a claim that shrinks or changes its class, and one that goes unless its loss is allowed", () => {
    const overrides = (gitserver: object) => ({ overrides: { gitserver: { storageGb: 900, ...gitserver } } });
    const before = after(overrides({ replicas: 2 }));
    const shrunk = overrides({ replicas: 2, storageGb: 800 });
    assert.deepEqual(
      problems(before, shrunk),
      ["repos-gitserver-0", "repos-gitserver-1"].map((path) => ({
        path,
        message: `would shrink from 900 GiB to 800 GiB, and a disk only grows; ${never}`,
      })),
    );
    // Kubernetes does not do it, whatever may be lost.
    assert.equal(problems(before, { ...shrunk, allowDataLoss: ["repos-gitserver-0"] }).length, 2);
    assert.deepEqual(problems(before, overrides({ replicas: 1 })), [
      {
        path: "repos-gitserver-1",
        message: `would be removed (claim in sourcegraph); ${allowed("repos-gitserver-1")}`,
      },
    ]);
    assert.equal(transition(before, { ...overrides({}), allowDataLoss: ["repos-gitserver-1"] }).phase, "run");
    const classed = problems(before, {
      ...overrides({ replicas: 2 }),
      kubernetes: { storageClass: { create: false, name: "fast" } },
    });
    assert.deepEqual(classed[0], {
      path: "repos-gitserver-0",
      message: `would change from storage class (the default) to fast, and a claim keeps its class; ${never}`,
    });
  });

  it("refuses a claim that grows in a storage class that is said not to let it", () => {
    const config = (storageGb: number) => ({
      overrides: { gitserver: { storageGb } },
      kubernetes: { storageClass: { create: false, expandable: false } },
    });
    const before = after(config(900));
    assert.match(refusal(before, config(950)).message, /^refused, because it cannot be changed in place:/);
    assert.equal(transition(before, config(900)).phase, "run");
    assert.equal(transition(before, { overrides: { gitserver: { storageGb: 950 } } }).phase, "run");
    assert.deepEqual(problems(before, config(950)), [
      {
        path: "kubernetes.storageClass.expandable",
        message:
          "is false, and claim repos-gitserver-0 would go from 900 to 950 GiB; keep its size, or have the cluster's admins set allowVolumeExpansion and remove the key",
      },
    ]);
  });

  it("lets caches come and go with their replicas", () => {
    const before = after({ overrides: { searcher: { replicas: 3 } } });
    assert.equal(transition(before, { overrides: { searcher: { replicas: 1 } } }).phase, "run");
  });

  it("refuses a password that is suddenly given, or no more, for a database that knows another", () => {
    const secrets = { pgsqlPassword: "" };
    assert.deepEqual(problems(after({}), { secrets }), [
      {
        path: "secrets.pgsqlPassword",
        message: "is given now, but the database has the password that was made for it; remove it here",
      },
    ]);
    assert.deepEqual(problems(after({ secrets }), {}), [
      {
        path: "secrets.pgsqlPassword",
        message:
          "was given and is missing now: another one would be made, which the database does not know; give it again",
      },
    ]);
    assert.equal(transition(after({ secrets }), { secrets }).phase, "run");
  });

  it("tells of data and of the upgrade in one refusal", () => {
    const error = refusal(after({ release: "7.4.0", overrides: { gitserver: { storageGb: 900 } } }), {
      overrides: { gitserver: { storageGb: 800 } },
    });
    assert.match(error.message, /^refused, because data would be lost, and for the upgrade itself/);
    assert.deepEqual(
      error.problems.map(({ path }) => path),
      ["repos-gitserver-0", "acknowledge", "acknowledge"],
    );
  });
});
