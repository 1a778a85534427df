import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { InputError, RefusedError } from "../../components/core/errors";
import { backupNotes } from "../../components/core/planning/fleet/backup-notes";
import { residencyOf } from "../../components/core/planning/fleet/residency";
import { manifestOf, type Manifest } from "../../components/core/planning/manifest";
import { planVm } from "../../components/core/planning/vm/plan";
import { parseSpecification } from "../../components/core/planning/config/specification";
import { declareStack, type StackInput } from "../../stacks/declare";
import { goodConfigs as good } from "../support/configs";
import { awsOutputs, leastArgs } from "../support/aws-vm";
import { record, valueOf } from "../support/recorder";
import { runStack, type Asked } from "../support/stack-run";
import type { StackOutputs } from "../../stacks/program";

function manifest(config: object): Manifest {
  const specification = parseSpecification(config);
  return manifestOf(planVm(specification), specification, "digest");
}

/** Asserts that a program refuses with a message and registers nothing, not even a component. */
async function refuses(input: Partial<StackInput>, kind: typeof InputError | typeof RefusedError, message: string) {
  const { error, resources, calls } = await record(() =>
    declareStack({ config: {}, secrets: {}, files: {}, ...input }),
  );
  assert.ok(error instanceof kind, String(error));
  assert.equal(error.message, message);
  assert.equal((error as { __pulumiRunError?: boolean }).__pulumiRunError, true);
  assert.deepEqual(resources, []);
  assert.deepEqual(calls, []);
}

const missingSteps = [
  "  - 'acknowledge' lacks \"backup-first\": Migrations change data in place; database backups are the only general way back; to do: Snapshot or dump all databases (and note the migrator and instance version) before multi-version upgrades, before 5.9, 5.10, 6.2 and every major",
  "  - 'acknowledge' lacks \"oob-complete\": Before a standard upgrade all deprecated out-of-band migrations must be 100 percent, otherwise frontend refuses to start; to do: Read Site admin > Updates / Migrations, or run migrator validate; finish with run-out-of-band-migrations. SRC_DISABLE_OOBMIGRATION_VALIDATION=true on frontend and worker is the emergency override",
].join("\n");

describe("a stack program registers nothing", () => {
  for (const [cloud, config] of Object.entries(good)) {
    it(`when the config is wrong, with all that is (${cloud})`, () =>
      refuses(
        { config: { ...config, regoin: "x", release: "7.5.9999" } },
        InputError,
        [
          "the configuration is not valid:",
          "  - 'regoin' is not a known key; did you mean 'region'?",
          `  - 'release' is "7.5.9999", which is not a known release; nearest to it: 7.5.4453; the newest is 7.5.4453`,
        ].join("\n"),
      ));

    it(`when the upgrade is refused (${cloud})`, () =>
      refuses(
        { config, previous: manifest({ ...config, release: "7.4.0" }) },
        RefusedError,
        `the upgrade from 7.4.0 to 7.5.4453 is refused until its manual steps are acknowledged; do what each says, then add its id to 'acknowledge':\n${missingSteps}`,
      ));

    it(`when a secret has a name but no value (${cloud})`, () =>
      refuses(
        { config: { ...config, secrets: { one: "", two: "" } }, secrets: { two: "x" } },
        InputError,
        "the configuration is not valid:\n  - 'secrets.one' has a name but no value",
      ));
  }

  it("when a disk would shrink", () =>
    refuses(
      { config: good.gcp, previous: manifest({ ...good.gcp, dataDisk: { sizeGb: 900 } }) },
      RefusedError,
      "refused, because data would be lost:\n  - 'sourcegraph-data' would shrink from 900 GB to 500 GB, and a disk only grows; keep it as it is, or add \"sourcegraph-data\" to 'allowDataLoss' if its data may be lost",
    ));

  it("when the release is too old to be rendered", () =>
    refuses(
      { config: { ...good.local, release: "5.11.6271" } },
      RefusedError,
      `refused:\n  - 'release' is "5.11.6271", which is known to the upgrade planner, but files are rendered exactly from 6.0.0 on; choose 6.0.0 or newer, the newest is 7.5.4453`,
    ));
});

/** Outputs of the stack of a config, with a cloud of mocks. */
async function outputsOf(config: Record<string, unknown>): Promise<StackOutputs | undefined> {
  const declare = (): StackOutputs => declareStack({ config, secrets: {}, files: {} });
  const answers = {
    outputs: (asked: Asked) => ({ exitCode: 0, ...awsOutputs(asked) }),
    calls: () => ({ id: "ami-1" }),
    otherStack: {},
  };
  const { outputs, error } = await runStack(declare, leastArgs, answers);
  assert.equal(error, undefined);
  return outputs;
}

describe("a stack program of a machine in a cloud", () => {
  it("exports from where it calls out, what is kept of it and what leaves its region, and one on a Docker Engine does not", async () => {
    const outputs = await outputsOf(good.aws);
    assert.ok(pulumi.Output.isInstance(outputs?.egress));
    const egress = await valueOf(outputs.egress);
    assert.deepEqual(egress, {
      addresses: ["203.0.113.10"],
      lasting: true,
      how: "by addresses that are its own and stay as long as it is there",
    });
    assert.deepEqual(outputs?.backups, backupNotes(parseSpecification(good.aws), "stack"));
    assert.deepEqual(outputs?.residency, residencyOf(parseSpecification(good.aws)));
    assert.equal("egressAddresses" in (outputs ?? {}), false);
    const local = await outputsOf(good.local);
    assert.deepEqual([local?.egress, local?.backups, local?.residency], [undefined, undefined, undefined]);
  });

  it("exports which copies outlive it and for how long, and one on a Docker Engine does not", async () => {
    const retention = (await outputsOf(good.aws))?.retention as { what: string; days: number | "ever" }[];
    assert.deepEqual(retention.slice(0, 3), [
      { what: "sourcegraph-backup: the daily snapshots it took, which it expires no more", days: "ever" },
      { what: "sourcegraph-data: the snapshot taken when it is deleted", days: "ever" },
      { what: "sourcegraph-codeinsightsDbPassword: its value, to be brought back", days: 30 },
    ]);
    assert.equal((await outputsOf(good.local))?.retention, undefined);
  });
});
