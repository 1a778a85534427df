import assert from "node:assert/strict";
import {
  rollbackOf,
  wayBack,
  type LastHop,
  type Standing,
} from "../../../../components/core/planning/upgrade/rollback";
import { rollbackRunbook } from "../../../../components/core/planning/upgrade/runbook-rollback";
import type { UpgradeSituation } from "../../../../components/core/planning/upgrade/upgrade-plan";

const standard = { from: "7.4.0", to: "7.5.4453", kind: "standard" } as const;
const standing = (lastHop?: LastHop, release = "7.5.4453"): Standing => ({
  release,
  ...(lastHop === undefined ? {} : { lastHop }),
});
const restore =
  "what is left is a backup taken at 7.4.0: add \"restore\" to 'acknowledge', deploy, which the machine refuses until the backup is there, then 'sgbox restore --from BACKUP' ('sgbox backup list' shows what there is)";

function refusal(previous: Standing, to = "7.4.0", situation: UpgradeSituation = {}): string {
  try {
    wayBack(previous, to, ["rollback"], situation);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe("a rollback", () => {
  it("leads to the release before the last standard upgrade, when it is acknowledged", () => {
    assert.equal(rollbackOf(standing(standard), "7.4.0", [], {}), "possible");
    const back = { from: "7.5.4453", to: "7.4.0", kind: "rollback" };
    assert.deepEqual(rollbackOf(standing(standard), "7.4.0", ["rollback"], {}), back);
    assert.deepEqual(wayBack(standing(standard), "7.4.0", ["rollback"], {}), back);
    assert.throws(() => wayBack(standing(standard), "7.4.0", [], {}), {
      exitCode: 3,
      message:
        "the upgrade is refused:\n  - 'release' is 7.4.0, older than 7.5.4453, which runs now; right after a standard upgrade this is a rollback: 7.4.0 is started again on the databases as they are; add \"rollback\" to 'acknowledge' for it",
    });
  });

  it("leads nowhere else, whatever is acknowledged, and says why and what is left", () => {
    const rule = "only the release before a standard upgrade can be started again on the same data, and right after it";
    const cases: readonly (readonly [LastHop | undefined, string])[] = [
      [undefined, "no upgrade of this instance is known"],
      [{ ...standard, kind: "multi-version" }, "the one from 7.4.0 to 7.5.4453 was multi-version"],
      [{ from: "7.6.0", to: "7.5.4453", kind: "rollback" }, "7.5.4453 is where a rollback from 7.6.0 led"],
      [{ from: "7.6.0", to: "7.5.4453", kind: "restore" }, "7.5.4453 came by a restore"],
      [{ ...standard, from: "7.3.2527" }, "the last upgrade was from 7.3.2527 to 7.5.4453"],
      [{ ...standard, to: "7.5.0" }, "the last upgrade was from 7.4.0 to 7.5.0"],
    ];
    for (const [lastHop, reason] of cases) {
      assert.equal(
        refusal(standing(lastHop)),
        `the upgrade is refused:\n  - 'release' is 7.4.0, older than 7.5.4453, which runs now; ${rule}, and ${reason}; ${restore}`,
      );
      assert.equal(rollbackOf(standing(lastHop), "7.4.0", ["rollback"], {}), undefined);
    }
    assert.equal(
      rollbackOf(standing({ ...standard, from: "7.2.1943" }), "7.2.1943", ["rollback"], {}),
      undefined,
      "over more than one minor release, however that was noted",
    );
  });

  it("leads not over a change of the data itself, although the upgrade was standard", () =>
    assert.equal(
      refusal(standing({ from: "6.1.0", to: "6.2.0", kind: "standard" }, "6.2.0"), "6.1.0"),
      `the upgrade is refused:\n  - 'release' is 6.1.0, older than 6.2.0, which runs now; there is no way back on the same data (gitserver keeps its repositories under other names since 6.2, so they would have to be cloned again); ${restore.replace("7.4.0", "6.1.0")}`,
    ));

  it("is not asked for where a backup of the older release comes in its place", () =>
    assert.deepEqual(wayBack(standing(), "6.12.5040", ["restore"], {}), {
      from: "7.5.4453",
      to: "6.12.5040",
      kind: "restore",
    }));
});

describe("the runbook of a rollback", () => {
  it("stops everything but the databases, starts the release before, and can turn round until it answers", () => {
    const { runbook, images } = rollbackRunbook("7.5.4453", "7.4.0", {});
    assert.deepEqual(
      runbook.map(({ id, onFailure }) => `${id} ${onFailure}`),
      ["stop go-back", "start go-back", "verify go-back", "drift report"],
    );
    assert.ok(runbook.every(({ safeToRepeat, pointOfNoReturn }) => safeToRepeat && pointOfNoReturn === undefined));
    assert.deepEqual(
      runbook.flatMap(({ commands }) => commands.map(({ args }) => args.slice(-2).join(" "))),
      [
        "--stop --force",
        "--stop --force",
        "1800 --remove-orphans",
        "--db=frontend --version=v7.5.4453",
        "--db=codeintel --version=v7.5.4453",
        "--db=codeinsights --version=v7.5.4453",
      ],
    );
    assert.equal(images.length, 1);
    assert.match(images[0] ?? "", /\/migrator:7\.5\.4453@sha256:/);
  });
});
