import assert from "node:assert/strict";
import { SemVer } from "semver";
import { upgradeConditions } from "../../../../components/core/planning/upgrade/conditions";
import {
  forbiddenBecause,
  knownReleases,
  manualStepIds,
  newestReleases,
  recordedSteps,
} from "../../../../components/core/planning/upgrade/facts";
import type { UpgradeSituation } from "../../../../components/core/planning/upgrade/upgrade-plan";
import { manualStepsOf } from "../../../../components/core/planning/upgrade/steps";

function ids(from: string, to: string, situation: UpgradeSituation = {}): string[] {
  return manualStepsOf(new SemVer(from), new SemVer(to), situation).map(({ id }) => id);
}

function openIds(from: string, to: string, situation: UpgradeSituation = {}): string[] {
  const steps = manualStepsOf(new SemVer(from), new SemVer(to), situation);
  return steps.filter(({ onlyIf }) => onlyIf !== undefined).map(({ id }) => id);
}

describe("manual steps", () => {
  it("are the 72 the vendor documents, with ids of their own", () => {
    assert.equal(recordedSteps.length, 72);
    assert.equal(new Set(manualStepIds).size, 72);
    assert.equal(recordedSteps.filter(({ blocking }) => blocking).length, 30);
  });

  it("follow the releases of the hop", () => {
    const closed = { conditions: [] };
    assert.deepEqual(ids("7.4.0", "7.5.0", closed), ["backup-first", "oob-complete", "package-hosts"]);
    assert.ok(ids("6.2.1106", "6.2.2553", closed).includes("collation-rebuild"));
    assert.ok(!ids("6.2.2553", "6.12.5040", closed).includes("collation-rebuild"));
    assert.ok(ids("5.0.6", "5.1.5", closed).includes("frontend-migration-order-5-1"));
    assert.ok(!ids("5.0.6", "5.1.6", closed).includes("frontend-migration-order-5-1"));
  });

  it("follow the deployment kind", () => {
    assert.ok(ids("6.3.0", "6.4.0").includes("grafana-port-compose"));
    assert.ok(!ids("6.3.0", "6.4.0", { target: "kubernetes" }).includes("grafana-port-compose"));
    assert.ok(ids("6.8.0", "6.9.0", { target: "kubernetes" }).includes("helm-rbac-switches-6-9"));
    assert.ok(!ids("6.8.0", "6.9.0").includes("helm-rbac-switches-6-9"));
  });

  it("follow where the databases run", () => {
    assert.ok(ids("5.9.45", "5.10.3940").includes("builtin-pg12-to-16"));
    const external = ids("5.9.45", "6.1.0", { databases: "external" });
    assert.ok(external.includes("external-pg16"));
    assert.ok(!external.includes("builtin-pg12-to-16"));
    assert.ok(!ids("5.9.45", "6.1.0").includes("external-pg16"));
  });

  it("stay open while nobody said whether their condition holds, and are certain or gone when somebody did", () => {
    assert.ok(openIds("7.0.2852", "7.1.0").includes("jaeger-v2"));
    assert.deepEqual(openIds("7.0.2852", "7.1.0", { conditions: [] }), ["sbom-signatures-end"]);
    assert.ok(!ids("7.0.2852", "7.1.0", { conditions: [] }).includes("jaeger-v2"));
    const certain = { conditions: ["bundled-jaeger", "signature-verification"] };
    assert.deepEqual(openIds("7.0.2852", "7.1.0", certain), []);
    assert.ok(ids("7.0.2852", "7.1.0", certain).includes("jaeger-v2"));
  });

  it("about 1 TB of data follow the size, and stay open without it", () => {
    assert.ok(openIds("5.9.45", "5.10.3940").includes("tenant-backfill-1tb"));
    assert.ok(openIds("5.9.45", "5.10.3940", { conditions: [] }).includes("tenant-backfill-1tb"));
    assert.ok(!ids("5.9.45", "5.10.3940", { postgresSizeGb: 999 }).includes("tenant-backfill-1tb"));
    const large = { postgresSizeGb: 1000 };
    assert.ok(ids("5.9.45", "5.10.3940", large).includes("tenant-backfill-1tb"));
    assert.ok(!openIds("5.9.45", "5.10.3940", large).includes("tenant-backfill-1tb"));
  });

  it("of shapes the library does not deploy do not appear unless asked for", () => {
    assert.ok(!ids("6.12.5040", "7.0.2852").includes("server-image-gone"));
    assert.ok(ids("6.12.5040", "7.0.2852", { conditions: ["single-container"] }).includes("server-image-gone"));
  });

  it("carry what to do and whether it is acknowledged", () => {
    const [first] = manualStepsOf(new SemVer("7.4.0"), new SemVer("7.5.0"), { acknowledge: ["backup-first"] });
    assert.deepEqual(first, {
      id: "backup-first",
      version: "any",
      blocking: true,
      phase: "before",
      summary: "Migrations change data in place; database backups are the only general way back.",
      action:
        "Snapshot or dump all databases (and note the migrator and instance version) before multi-version upgrades, before 5.9, 5.10, 6.2 and every major.",
      source: "docs docs/self-hosted/updates/index.mdx",
      acknowledged: true,
    });
  });

  it("that block only by a condition of the deployment leave nothing to guess once conditions are given", () => {
    for (const target of ["compose", "kubernetes"] as const) {
      const open = manualStepsOf(new SemVer("3.20.0"), new SemVer("7.6.0"), {
        target,
        conditions: [],
        postgresSizeGb: 1,
      }).filter(({ blocking, onlyIf }) => blocking && onlyIf !== undefined);
      assert.deepEqual(open, []);
    }
  });
});

describe("upgrade facts", () => {
  it("name 33 conditions", () => {
    assert.equal(upgradeConditions.length, 33);
    assert.ok(upgradeConditions.includes("executors"));
  });

  it("know 129 compose releases and 133 charts", () => {
    assert.equal(knownReleases("compose").length, 129);
    assert.equal(knownReleases("kubernetes").length, 133);
  });

  it("offer as a stop only the newest good release of each line", () => {
    for (const target of ["compose", "kubernetes"] as const) {
      const stops = newestReleases(target);
      assert.ok(stops.every((release) => forbiddenBecause(release) === undefined));
      assert.equal(new Set(stops.map((release) => release.split(".").slice(0, 2).join("."))).size, stops.length);
    }
    assert.equal(
      newestReleases("compose").find((release) => release.startsWith("5.3.")),
      "5.3.12303",
    );
    assert.equal(newestReleases("kubernetes").at(-1), "7.6.0");
  });
});
