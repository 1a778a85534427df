import assert from "node:assert/strict";
import type { GcpSourcegraphVmArgs, Manifest } from "../../components/gcp";
import { leastArgs, recordVm } from "../support/gcp-vm";
import { valueOf } from "../support/recorder";

/** The message and exit code of a refusal, which must come before anything is registered, the component included. */
async function refusalOf(args: GcpSourcegraphVmArgs): Promise<[string, number]> {
  const { error, resources, result } = await recordVm(args);
  assert.ok(error instanceof Error, "nothing was refused");
  assert.deepEqual([resources, result], [[], undefined]);
  return [error.message, (error as Error & { exitCode: number }).exitCode];
}

async function deployed(args: GcpSourcegraphVmArgs = leastArgs): Promise<Manifest> {
  return (await valueOf((await recordVm(args)).result!.manifest))!;
}

describe("SourcegraphVm on Google Cloud refuses, before anything is registered,", () => {
  it("every contradiction of the config, in one message", async () => {
    const { gcp: _, ...withoutProject } = leastArgs;
    const args = { ...withoutProject, region: "us-east-1", access: { allowedCidrs: [] }, dataDisk: { type: "gp3" } };
    assert.deepEqual(await refusalOf(args), [
      [
        "the configuration is not valid:",
        `  - 'region' must be a region of gcp such as us-central1, got "us-east-1"`,
        "  - 'gcp.project' is missing; cloud gcp needs the project the instance lives in",
        `  - 'dataDisk.type' must be one of pd-ssd, pd-balanced, hyperdisk-balanced on gcp, got "gp3"`,
        "  - 'access.allowedCidrs' is empty, so nobody could reach the instance; list the blocks that may, such as 10.0.0.0/8, or 0.0.0.0/0 for everybody",
      ].join("\n"),
      2,
    ]);
  });

  it("two networks", async () => {
    const args = {
      ...leastArgs,
      network: { cidr: "10.40.0.0/16" },
      existingNetwork: { network: "corp", subnetwork: "corp-a" },
    };
    assert.deepEqual(await refusalOf(args), [
      "the configuration is not valid:\n  - 'existingNetwork' and 'network' exclude each other; keep 'existingNetwork' for values of resources, 'network' for plain ones",
      2,
    ]);
  });

  it("blocks of which none could reach the instance", async () => {
    assert.deepEqual(await refusalOf({ ...leastArgs, access: { allowedCidrs: ["2001:db8::/32"] } }), [
      `the configuration is not valid:\n  - 'access.allowedCidrs' holds no IPv4 block, got ["2001:db8::/32"]; on gcp the instance has only an IPv4 address, so list the IPv4 blocks that may reach it`,
      2,
    ]);
  });

  it("what cannot be put into the startup script", async () => {
    const noProxy = Array.from({ length: 800 }, (_, index) => `host-${index}.example.com`);
    const [message, exitCode] = await refusalOf({
      ...leastArgs,
      proxy: { http: "http://proxy.example.com:3128", noProxy },
    });
    assert.match(
      message,
      /^the machine's bootstrap cannot be rendered:\n {2}- user data would be \d+ bytes, and the cloud takes 16384; shorten 'adminSshKeys' or 'httpProxy.noProxy'$/,
    );
    assert.equal(exitCode, 2);
  });

  it("a downgrade", async () => {
    const previous = await deployed();
    const [message, exitCode] = await refusalOf({ ...leastArgs, release: "7.4.0", previous });
    assert.equal(
      message,
      [
        "the upgrade is refused:",
        "  - 'release' is 7.4.0, older than 7.5.4453, which runs now; only the release before a standard upgrade can be started again on the same data, and right after it, and no upgrade of this instance is known; what is left is a backup taken at 7.4.0: add \"restore\" to 'acknowledge', deploy, which the machine refuses until the backup is there, then 'sgbox restore --from BACKUP' ('sgbox backup list' shows what there is)",
      ].join("\n"),
    );
    assert.equal(exitCode, 3);
  });

  it("a smaller data disk, another type of it, and another zone, each of which would replace it", async () => {
    const previous = await deployed();
    const refusedWith = async (args: GcpSourcegraphVmArgs, problem: string) => {
      const [message, exitCode] = await refusalOf(args);
      assert.match(message, /^refused, because data would be lost/);
      assert.deepEqual(message.split("\n").slice(1), [
        `  - 'sourcegraph-data' ${problem}; keep it as it is, or add "sourcegraph-data" to 'allowDataLoss' if its data may be lost`,
      ]);
      assert.equal(exitCode, 3);
    };
    const same = { ...leastArgs, previous };
    await refusedWith(
      { ...same, dataDisk: { sizeGb: 400 } },
      "would shrink from 500 GB to 400 GB, and a disk only grows",
    );
    await refusedWith(
      { ...same, dataDisk: { type: "pd-balanced" } },
      "would change from type pd-ssd to pd-balanced, which replaces the disk on gcp",
    );
    await refusedWith(
      { ...same, zone: "us-central1-b" },
      "would move from us-central1-a to us-central1-b, and a disk cannot move",
    );
  });

  it("to become the instance of another name", async () => {
    const previous = { ...(await deployed()), name: "other" };
    assert.deepEqual(await refusalOf({ ...leastArgs, previous }), [
      "refused, because the instance would be built anew:\n  - 'name' cannot change from other to sourcegraph in place; deploy a second stack and move the data by backup and restore",
      3,
    ]);
  });
});
