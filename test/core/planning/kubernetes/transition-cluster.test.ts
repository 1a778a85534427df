import assert from "node:assert/strict";
import { InputError, type RefusedError } from "../../../../components/core/errors";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import {
  checkKubernetesTransition,
  kubernetesManifest,
} from "../../../../components/core/planning/kubernetes/transition";
import { parseManifest, type Manifest } from "../../../../components/core/planning/manifest";
import { refusalOf } from "../../../support/configs";
import { kubernetesSpecification } from "../../../support/kubernetes-plans";

type Config = Readonly<Record<string, unknown>>;

function update(previous: Manifest | undefined, config: Config) {
  const specification = kubernetesSpecification(config);
  const plan = planKubernetes(specification);
  const made = checkKubernetesTransition(previous, plan, specification);
  return { made, manifest: kubernetesManifest(plan, specification, made, "d") };
}

/** The manifest after an update with a config, as the stack's outputs hold it. */
function after(config: Config, previous?: Manifest): Manifest {
  const read = parseManifest(JSON.parse(JSON.stringify(update(previous, config).manifest)));
  assert.ok(read !== undefined);
  return read;
}

const transition = (previous: Manifest, config: Config) => update(previous, config).made;

function problems(previous: Manifest, config: Config): RefusedError["problems"] {
  return refusalOf(() => update(previous, config)).problems;
}

describe("a change of the cluster, or of a cloud's PostgreSQL", () => {
  const eks = { cloud: "aws", region: "us-east-1", access: { allowedCidrs: ["10.0.0.0/8"] } };

  it("refuses another major version of a cloud's PostgreSQL as a plain change, and a way back in any case", () => {
    const config = (version: string) => ({ ...eks, databases: { managed: { only: ["frontend"], version } } });
    const before = after(config("16"));
    assert.equal(transition(before, config("16.9")).phase, "run");
    assert.deepEqual(problems(before, config("17")), [
      {
        path: "databases.managed.version",
        message:
          'would take sourcegraph-pgsql from PostgreSQL 16 to 17, a planned step with Sourcegraph stopped; follow "A new major version" in docs/managed-services.md, then add "postgresql-17" to \'acknowledge\'',
      },
    ]);
    const step = { ...config("17"), acknowledge: ["postgresql-17"] };
    assert.equal(transition(before, step).phase, "run");
    assert.deepEqual(problems(after(step, before), config("16")), [
      {
        path: "databases.managed.version",
        message:
          "cannot go back from PostgreSQL 17 to 16 (sourcegraph-pgsql); keep 17, or restore a backup into a new instance",
      },
    ]);
    assert.deepEqual(problems(after(config("16.9")), config("16.4")), [
      {
        path: "databases.managed.version",
        message:
          "cannot go back from PostgreSQL 16.9 to 16.4 (sourcegraph-pgsql); keep 16.9, or restore a backup into a new instance",
      },
    ]);
  });

  it("refuses to leave the cluster that holds the claims, and the driver of their volumes", () => {
    const elsewhere = "deploy a second stack and move the data by backup and restore";
    const auto = { ...eks, cluster: { autoMode: true } };
    const there = { ...eks, cluster: { existing: {} } };
    assert.deepEqual(problems(after(eks), there), [
      {
        path: "cluster.existing",
        message: `cannot take the place of the cluster that was made: claims cannot move; ${elsewhere}`,
      },
    ]);
    assert.deepEqual(problems(after(there), eks), [
      {
        path: "cluster.existing",
        message: `cannot be left out for a cluster that is made: claims cannot move; ${elsewhere}`,
      },
    ]);
    for (const [before, then, change] of [
      [eks, auto, "from false to true"],
      [auto, eks, "from true to false"],
    ] as const)
      assert.deepEqual(problems(after(before), then), [
        {
          path: "cluster.autoMode",
          message: `cannot change ${change} in place: volumes of EKS Auto Mode and of node groups have different drivers, and claims cannot move; ${elsewhere}`,
        },
      ]);
    const { autoMode: _unsaid, ...unsaid } = after(eks);
    assert.equal(transition(unsaid, auto).phase, "run");
  });

  it("refuses a version of the cluster that is no step from the one it has, in a check too", () => {
    const config = (version: string) => ({ ...eks, cluster: { version } });
    const before = after(config("1.34"));
    assert.equal(transition(before, config("1.35")).phase, "run");
    for (const [version, message] of [
      ["1.36", 'must go up one minor version at a time: the cluster runs 1.34, got "1.36"; set 1.35 first and deploy'],
      ["1.33", 'must not go down: the cluster runs 1.34, got "1.33"; keep 1.34'],
    ] as const)
      assert.throws(
        () => transition(before, config(version)),
        new InputError([{ path: "cluster.version", message }]),
        version,
      );
  });
});
