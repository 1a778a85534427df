import assert from "node:assert/strict";
import { InputError } from "../../../../components/core/errors";
import { checkHop, planUpgrade } from "../../../../components/core/planning/upgrade/upgrade";
import { upgradeConditions } from "../../../../components/core/planning/upgrade/conditions";
import type { UpgradeRequest } from "../../../../components/core/planning/upgrade/upgrade-plan";
import { UpgradeRefusedError, type UpgradeRefusal } from "../../../../components/core/planning/upgrade/refusal";

function refused(ask: () => unknown, refusal: UpgradeRefusal, stops: readonly string[], message: string): void {
  assert.throws(ask, (error) => {
    assert.ok(error instanceof UpgradeRefusedError, String(error));
    assert.equal(error.message, message);
    assert.equal(error.refusal, refusal);
    assert.deepEqual(error.stops, stops);
    assert.equal(error.exitCode, 3);
    return true;
  });
}

function wrong(request: UpgradeRequest, ...problems: string[]): void {
  assert.throws(
    () => planUpgrade(request),
    (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.equal(
        error.message,
        ["the upgrade request is not valid:", ...problems.map((problem) => `  - ${problem}`)].join("\n"),
      );
      assert.equal(error.exitCode, 2);
      return true;
    },
  );
}

const planned =
  (from: string, to: string, rest: Partial<UpgradeRequest> = {}) =>
  () =>
    planUpgrade({ from, to, ...rest });
const checked =
  (from: string, to: string, rest: Partial<UpgradeRequest> = {}) =>
  () =>
    checkHop({ from, to, ...rest });

describe("a request that is wrong", () => {
  it("names every unknown release, with the nearest and the newest", () => {
    wrong(
      { from: "5.2.99", to: "7.5.9999" },
      `'from' is "5.2.99", which is not a known release; nearest to it: 5.2.7 and 5.3.0; the newest is 7.5.4453`,
      `'to' is "7.5.9999", which is not a known release; nearest to it: 7.5.4453; the newest is 7.5.4453`,
    );
    wrong(
      { from: "7.4", to: "7.5.4453" },
      `'from' is "7.4", which is not a version; give three numbers such as 7.5.4453`,
    );
    wrong(
      { from: "4.6.0", to: "7.5.4453" },
      `'from' is "4.6.0", which is not a known release; nearest to it: 5.0.0; the newest is 7.5.4453`,
    );
    wrong(
      { from: "7.4.0", to: "4.5.1" },
      `'to' is "4.5.1", which is not a known release; nearest to it: 5.0.0; the newest is 7.5.4453`,
    );
  });

  it("names a release the deployment kind does not have", () => {
    wrong(
      { from: "7.4.0", to: "7.6.0" },
      `'to' is "7.6.0", which exists for Kubernetes only; nearest to it for docker compose: 7.5.4453`,
    );
    wrong(
      { from: "5.3.16323", to: "7.6.0", target: "kubernetes" },
      `'from' is "5.3.16323", which exists for docker compose only; nearest to it for Kubernetes: 5.3.12303 and 5.4.0`,
    );
  });

  it("names an unknown condition and numbers that cannot be, all at once", () => {
    wrong(
      { from: "7.4.0", to: "7.5.0", conditions: ["gitlab"], postgresMajor: 11, postgresSizeGb: -1 },
      `'conditions' names "gitlab", which is no condition of a manual step; allowed: ${upgradeConditions.join(", ")}`,
      "'postgresMajor' is 11; Sourcegraph runs on PostgreSQL 12 or newer, give the major version as a whole number",
      "'postgresSizeGb' is -1; give the size in GB as a number of at least 0",
    );
  });
});

describe("going back is refused", () => {
  it("as a rollback one release after a standard upgrade", () => {
    refused(
      planned("7.5.4453", "7.4.0"),
      "downgrade",
      [],
      "the upgrade is refused:\n  - 'to' is 7.4.0, older than 7.5.4453, which runs now; an upgrade never goes back; right after a standard upgrade this is a rollback: start the files of 7.4.0 again, keep the databases as they are, then compare the schemas with the migrator's 'drift'",
    );
  });

  it("with the backup or the migrator's downgrade as the way when it is further", () => {
    refused(
      planned("7.4.0", "6.12.5040"),
      "downgrade",
      [],
      "the upgrade is refused:\n  - 'to' is 6.12.5040, older than 7.4.0, which runs now; an upgrade never goes back: restore the backup taken before the upgrade together with the files of 6.12.5040, or stop the services and run the migrator's 'downgrade --from v7.4 --to v6.12' first",
    );
  });

  it("with the backup alone where the data itself has changed", () => {
    const gitserver =
      "gitserver keeps its repositories under other names since 6.2, so they would have to be cloned again";
    const postgres = "the built-in databases are PostgreSQL 16 since 5.10";
    const message = (to: string, from: string, reasons: string): string =>
      `the upgrade is refused:\n  - 'to' is ${to}, older than ${from}, which runs now; there is no way back on the same data (${reasons}): restore the backup taken before the upgrade together with the files of ${to}`;
    refused(planned("6.2.0", "6.1.0"), "downgrade", [], message("6.1.0", "6.2.0", gitserver));
    refused(planned("7.4.0", "5.9.45"), "downgrade", [], message("5.9.45", "7.4.0", `${postgres}; ${gitserver}`));
    refused(
      planned("7.4.0", "5.9.45", { databases: "external" }),
      "downgrade",
      [],
      message("5.9.45", "7.4.0", gitserver),
    );
  });

  it("by the program too, which calls the wanted release by its property", () => {
    refused(
      checked("7.5.4453", "7.5.0"),
      "downgrade",
      [],
      "the upgrade is refused:\n  - 'release' is 7.5.0, older than 7.5.4453, which runs now; an upgrade never goes back; right after a standard upgrade this is a rollback: start the files of 7.5.0 again, keep the databases as they are, then compare the schemas with the migrator's 'drift'",
    );
  });
});

describe("a release nobody should deploy is refused", () => {
  const cases: [from: string, to: string, because: string, instead: string][] = [
    ["5.9.45", "5.10.0", "the migrator's upgrade command fails on it", "5.10.3940"],
    ["5.11.0", "6.0.0", "it carries a known security issue", "6.0.12741"],
    ["5.0.6", "5.1.4", "its own migrator does not know the 5.1 line", "5.1.9"],
    [
      "5.3.12303",
      "5.3.16323",
      "its compose file names images in a private registry, which nobody outside can pull",
      "5.4.7765",
    ],
  ];
  for (const [from, to, because, instead] of cases) {
    it(`${to}, with ${instead} in its place`, () => {
      refused(
        planned(from, to),
        "forbidden-target",
        [instead],
        `the upgrade is refused:\n  - 'to' is ${to}, which must not be deployed: ${because}; deploy ${instead} instead`,
      );
    });
  }

  it("6.0.2687 on Kubernetes, with the stops on the way to its replacement", () => {
    refused(
      planned("5.2.7", "6.0.2687", { target: "kubernetes" }),
      "forbidden-target",
      ["5.11.6271", "6.0.12741"],
      "the upgrade is refused:\n  - 'to' is 6.0.2687, which must not be deployed: it carries a known security issue; deploy 6.0.12741 instead",
    );
  });
});

describe("where no lawful way leads on", () => {
  it("a single container is refused 7.0 and told how far it gets", () => {
    refused(
      planned("5.2.7", "7.5.4453", { conditions: ["single-container"] }),
      "no-way",
      ["6.12.5040"],
      "the upgrade is refused:\n  - 'to' is 7.5.4453, which cannot be reached from 6.12.5040: the single container ends before 7.0: move to compose or Kubernetes on the same release first; until then deploy 6.12.5040",
    );
  });

  it("a machine image is refused 7.0", () => {
    refused(
      planned("6.11.0", "7.0.2852", { conditions: ["machine-image-or-pure-docker"] }),
      "no-way",
      ["6.12.5040"],
      "the upgrade is refused:\n  - 'to' is 7.0.2852, which cannot be reached from 6.12.5040: machine images end before 7.0: move to compose or Kubernetes on the same release first; until then deploy 6.12.5040",
    );
  });

  it("raw manifests from before 4.5 are refused", () => {
    refused(
      planned("4.4.2", "6.1.0", {
        conditions: ["kustomize-or-legacy-manifests"],
        target: "kubernetes",
        databases: "external",
        postgresMajor: 16,
      }),
      "no-way",
      [],
      "the upgrade is refused:\n  - 'to' is 6.1.0, which cannot be reached from 4.4.2: on Kubernetes the way from below 5.10 to 6.0 or newer stops at 5.10.3940 or 5.11.6271, where the databases become PostgreSQL 16; kustomize and raw manifests changed their repository at 4.5: upgrade to the newest 4.5 release and move the manifests first; nothing newer can be deployed before that",
    );
  });

  it("a release from before multi-version upgrades is refused", () => {
    refused(
      planned("3.19.2", "5.0.6"),
      "too-old",
      [],
      "the upgrade is refused:\n  - 'from' is 3.19.2; upgrades start from 3.20.0 or newer, older instances first go there by the vendor's own notes",
    );
  });
});

describe("the program's one hop", () => {
  it("is none when the release stays", () => {
    assert.equal(checkHop({ from: "7.5.4453", to: "7.5.4453" }), undefined);
  });

  it("is refused when it jumps stops, which are named in order", () => {
    refused(
      checked("5.2.7", "7.5.4453", { postgresSizeGb: 2000 }),
      "skipped-stop",
      ["5.9.17785", "6.11.5639"],
      "the upgrade is refused:\n  - 'release' is 7.5.4453, which cannot follow 5.2.7 directly: PostgreSQL data of 1 TB or more must stop at 5.9 until the tenant migration is at 100 percent instead of jumping over it; the built-in databases become PostgreSQL 16 at the first start of a release from 5.10.1164 to 6.12; from 7.0 on the images no longer convert them; deploy 5.9.17785, then 6.11.5639, then 7.5.4453, one after another",
    );
  });

  it("is refused while external databases are too old, whatever is acknowledged", () => {
    refused(
      checked("5.11.6271", "7.5.4453", { databases: "external", postgresMajor: 14, acknowledge: ["external-pg16"] }),
      "postgres-too-old",
      [],
      "the upgrade is refused:\n  - 'postgresMajor' is 14, but 7.5.4453 and its migrator refuse PostgreSQL below 16; upgrade all external databases to 16 while the running release is stopped, then say so",
    );
  });

  it("is refused until every blocking step is acknowledged, each with what to do, and misspelt ids are named", () => {
    refused(
      checked("6.3.4167", "6.4.3889", {
        acknowledge: ["backup-first", "oob-complete", "repo-updater-removed"],
        conditions: ["executors"],
      }),
      "unacknowledged",
      [],
      [
        "the upgrade from 6.3.4167 to 6.4.3889 is refused until its manual steps are acknowledged; do what each says, then add its id to 'acknowledge':",
        `  - 'acknowledge' lacks "same-minor-executors": Executors must have the same major.minor as the instance. The compose executor file and the jaeger file are not bumped by releases (executor 6.0.0 and jaeger 6.1.2889 inside v7.5.4453); to do: Set the executor and jaeger tags explicitly to the instance version`,
        `  - 'acknowledge' lacks "repo-updater-symbols-removed": repo-updater and symbols are removed; symbols is served by searcher and repo-updater by worker; to do: Move environment (Rockskip variables and so on), resources and disk from symbols to searcher; delete the chart keys repoUpdater and symbols, compose overrides, volumes, and the variables REPO_UPDATER_URL and SYMBOLS_URL; for deployments without service discovery set INDEXED_SEARCH_INDEXER; remove alerts and scrape targets; use --remove-orphans`,
        `  - 'acknowledge' names "repo-updater-removed", which is no manual step`,
      ].join("\n"),
    );
  });

  it("says of a step that may not matter with what it does", () => {
    assert.throws(
      checked("7.0.2852", "7.1.0", { acknowledge: ["backup-first", "oob-complete", "same-minor-executors"] }),
      (error) => {
        assert.ok(error instanceof UpgradeRefusedError);
        assert.deepEqual(
          error.problems.map(({ message }) => message),
          [
            `lacks "jaeger-v2" (matters with bundled-jaeger): Jaeger image is v2: configured by file, not flags; to do: Remove v1 args; use jaeger.config values (Helm) or the new compose jaeger file with ports 4317/4318`,
          ],
        );
        return true;
      },
    );
  });

  it("is given when everything is acknowledged", () => {
    const hop = checkHop({
      from: "7.4.0",
      to: "7.5.4453",
      acknowledge: ["backup-first", "oob-complete"],
      conditions: [],
    });
    assert.equal(hop?.kind, "standard");
    assert.ok(hop.manualSteps.every(({ blocking, acknowledged }) => !blocking || acknowledged));
  });
});
