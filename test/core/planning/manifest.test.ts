import assert from "node:assert/strict";
import { RefusedError } from "../../../components/core/errors";
import { checkTransition, manifestOf, parseManifest, type Manifest } from "../../../components/core/planning/manifest";
import { planVm } from "../../../components/core/planning/vm/plan";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { UpgradeRefusedError } from "../../../components/core/planning/upgrade/refusal";
import { anyFiles, goodConfigs as good } from "../../support/configs";

function manifest(config: object): Manifest {
  const specification = parseSpecification(config, anyFiles);
  return manifestOf(planVm(specification), specification, "digest");
}

function transition(from: object, to: object) {
  const specification = parseSpecification(to, anyFiles);
  return checkTransition(manifest(from), planVm(specification), specification);
}

function refused(from: object, to: object, message: string): RefusedError {
  let found: RefusedError | undefined;
  assert.throws(
    () => transition(from, to),
    (error) => {
      assert.ok(error instanceof RefusedError, String(error));
      assert.equal(error.message, message);
      assert.equal(error.exitCode, 3);
      found = error;
      return true;
    },
  );
  assert.ok(found);
  return found;
}

const acknowledge = ["backup-first", "oob-complete"];
const allow = (name: string) => `keep it as it is, or add "${name}" to 'allowDataLoss' if its data may be lost`;
const external = {
  databases: { external: { frontend: { host: "h", user: "u", database: "d", passwordSecret: "db" } } },
  secrets: { db: "" },
};

describe("a manifest", () => {
  it("survives the way through a stack's outputs", () => {
    const made = { ...manifest(good.aws), lastHop: { from: "7.4.0", to: "7.5.4453", kind: "standard" as const } };
    assert.deepEqual(parseManifest(JSON.parse(JSON.stringify(made))), made);
  });

  it("holds names and no secrets", () =>
    assert.deepEqual(JSON.parse(JSON.stringify(manifest({ ...good.aws, ...external }))), {
      schema: 1,
      name: "sourcegraph",
      shape: "vm",
      cloud: "aws",
      region: "us-east-1",
      zone: "us-east-1a",
      release: "7.5.4453",
      size: "S",
      planDigest: "digest",
      services: {
        "databases.frontend": "external",
        "databases.codeIntel": "bundled",
        "databases.codeInsights": "bundled",
        "cache.cache": "bundled",
        "cache.store": "bundled",
        objectStorage: "bundled",
      },
      dataResources: [
        { name: "sourcegraph-data", kind: "disk", place: "us-east-1a", sizeGb: 500, type: "gp3" },
        { name: "sourcegraph-codeinsightsDbPassword", kind: "secret", place: "aws" },
        { name: "sourcegraph-codeintelDbPassword", kind: "secret", place: "aws" },
        { name: "sourcegraph-backups", kind: "bucket", place: "us-east-1" },
      ],
    }));

  it("is absent before the first update", () => {
    assert.equal(parseManifest(undefined), undefined);
    assert.equal(parseManifest(null), undefined);
  });

  it("that cannot be read is refused, since it is not known what is deployed", () => {
    for (const value of ["x", {}, { ...manifest(good.aws), schema: 2 }])
      assert.throws(
        () => parseManifest(value),
        (error) => {
          assert.ok(error instanceof RefusedError);
          assert.equal(
            error.message,
            "refused, because it is not known what is deployed:\n  - 'manifest' of the last update cannot be read; this library is older than the one that wrote it, or it was edited by hand",
          );
          return true;
        },
      );
  });
});

describe("a transition", () => {
  it("is free before the first update, and when nothing changes", () => {
    const specification = parseSpecification(good.aws);
    assert.deepEqual(checkTransition(undefined, planVm(specification), specification), {});
    assert.deepEqual(transition(good.aws, good.aws), {});
  });

  it("that would build the instance anew is refused, each key named", () => {
    const cannot = (key: string, from: string, to: string) =>
      `  - '${key}' cannot change from ${from} to ${to} in place; deploy a second stack and move the data by backup and restore`;
    refused(
      good.aws,
      { ...good.gcp, name: "other" },
      [
        "refused, because the instance would be built anew:",
        cannot("name", "sourcegraph", "other"),
        cannot("cloud", "aws", "gcp"),
        cannot("region", "us-east-1", "us-central1"),
      ].join("\n"),
    );
  });

  it("that loses data is refused: a disk that shrinks and moves to another zone", () => {
    const big = { ...good.aws, dataDisk: { sizeGb: 900 } };
    refused(
      big,
      { ...good.aws, dataDisk: { sizeGb: 800 } },
      `refused, because data would be lost:\n  - 'sourcegraph-data' would shrink from 900 GB to 800 GB, and a disk only grows; ${allow("sourcegraph-data")}`,
    );
    refused(
      big,
      { ...big, zone: "us-east-1b" },
      `refused, because data would be lost:\n  - 'sourcegraph-data' would move from us-east-1a to us-east-1b, and a disk cannot move; ${allow("sourcegraph-data")}`,
    );
    assert.deepEqual(transition(big, { ...good.aws, allowDataLoss: ["sourcegraph-data"] }), {});
  });

  it("that leaves data behind in a store is refused, together with its password", () => {
    const move =
      "the data would stay behind; move it by dump and restore with Sourcegraph stopped, by the steps that sgbox move prints, then add \"databases.frontend\" to 'allowDataLoss' for one update";
    refused(
      good.aws,
      { ...good.aws, ...external },
      [
        "refused, because data would be lost:",
        `  - 'sourcegraph-pgsqlPassword' would be removed (secret in aws); ${allow("sourcegraph-pgsqlPassword")}`,
        `  - 'databases.frontend' cannot change from bundled to external: ${move}`,
      ].join("\n"),
    );
    refused(
      { ...good.aws, ...external },
      good.aws,
      `refused, because data would be lost:\n  - 'databases.frontend' cannot change from external to bundled: ${move}`,
    );
    const allowDataLoss = ["sourcegraph-pgsqlPassword", "databases.frontend"];
    assert.deepEqual(transition(good.aws, { ...good.aws, ...external, allowDataLoss }), {});
  });

  it("may drop caches: the volatile Redis, and the services and replicas whose volumes only cache", () => {
    const cache = { cache: { external: { cache: "c" } }, secrets: { c: "" } };
    assert.deepEqual(transition(good.local, { ...good.local, ...cache }), {});
    const overrides = { searcher: { replicas: 2 }, "sourcegraph-frontend": { replicas: 2 } };
    assert.deepEqual(transition({ ...good.local, overrides }, good.local), {});
  });

  it("may not drop a replica that holds clones", () =>
    void refused(
      { ...good.local, overrides: { gitserver: { replicas: 2 } } },
      good.local,
      `refused, because data would be lost:\n  - 'sourcegraph-gitserver-1' would be removed (volume in local); ${allow("sourcegraph-gitserver-1")}`,
    ));
});

describe("an upgrade", () => {
  it("of one standard hop is let through when its steps are acknowledged, and stays known afterwards", () => {
    const { hop, lastHop } = transition({ ...good.aws, release: "7.4.0" }, { ...good.aws, acknowledge });
    assert.deepEqual([hop?.from, hop?.to, hop?.kind], ["7.4.0", "7.5.4453", "standard"]);
    assert.deepEqual(lastHop, { from: "7.4.0", to: "7.5.4453", kind: "standard" });
    const specification = parseSpecification(good.aws);
    const later = checkTransition({ ...manifest(good.aws), lastHop }, planVm(specification), specification);
    assert.deepEqual(later, { lastHop });
  });

  it("is refused until its steps are acknowledged", () => {
    const error = refused(
      { ...good.aws, release: "7.4.0" },
      { ...good.aws, acknowledge: ["backup-first"] },
      "the upgrade from 7.4.0 to 7.5.4453 is refused until its manual steps are acknowledged; do what each says, then add its id to 'acknowledge':\n" +
        "  - 'acknowledge' lacks \"oob-complete\": Before a standard upgrade all deprecated out-of-band migrations must be 100 percent, otherwise frontend refuses to start; to do: Read Site admin > Updates / Migrations, or run migrator validate; finish with run-out-of-band-migrations. SRC_DISABLE_OOBMIGRATION_VALIDATION=true on frontend and worker is the emergency override",
    );
    assert.ok(error instanceof UpgradeRefusedError);
    assert.equal(error.refusal, "unacknowledged");
  });

  it("over several minor releases is one multi-version hop of a machine", () => {
    for (const config of [good.aws, good.gcp]) {
      const { hop, lastHop } = transition({ ...config, release: "7.1.2426" }, { ...config, acknowledge });
      assert.equal(hop?.kind, "multi-version");
      assert.deepEqual(lastHop, { from: "7.1.2426", to: "7.5.4453", kind: "multi-version" });
    }
  });

  it("over several minor releases is refused where Pulumi itself replaces the containers, with the way by standard hops", () => {
    const error = refused(
      { ...good.local, release: "7.1.2426" },
      { ...good.local, acknowledge },
      "the upgrade is refused:\n  - 'release' is 7.5.4453, which cannot follow 7.1.2426 directly: the containers of 'cloud: local' are replaced in place, and nothing there runs the migrator's 'upgrade' with everything else stopped: go one minor release at a time; deploy 7.2.1943, then 7.3.2527, then 7.4.0, then 7.5.4453, one after another",
    );
    assert.ok(error instanceof UpgradeRefusedError);
    assert.deepEqual(error.stops, ["7.2.1943", "7.3.2527", "7.4.0"]);
  });

  it("that goes back is refused", () =>
    void refused(
      good.aws,
      { ...good.aws, release: "7.4.0" },
      "the upgrade is refused:\n  - 'release' is 7.4.0, older than 7.5.4453, which runs now; only the release before a standard upgrade can be started again on the same data, and right after it, and no upgrade of this instance is known; what is left is a backup taken at 7.4.0: add \"restore\" to 'acknowledge', deploy, which the machine refuses until the backup is there, then 'sgbox restore --from BACKUP' ('sgbox backup list' shows what there is)",
    ));

  it("that goes back the one standard hop that was made is a rollback, once acknowledged, and nothing else is", () => {
    const lastHop = { from: "7.4.0", to: "7.5.4453", kind: "standard" } as const;
    const back = (acknowledged: string[]) => {
      const specification = parseSpecification({ ...good.aws, release: "7.4.0", acknowledge: acknowledged });
      return checkTransition({ ...manifest(good.aws), lastHop }, planVm(specification), specification);
    };
    assert.deepEqual(back(["rollback"]), { lastHop: { from: "7.5.4453", to: "7.4.0", kind: "rollback" } });
    assert.deepEqual(back(["restore"]), { lastHop: { from: "7.5.4453", to: "7.4.0", kind: "restore" } });
    assert.throws(
      () => back([]),
      /this is a rollback: 7\.4\.0 is started again .*; add "rollback" to 'acknowledge' for it/,
    );
    refused(
      { ...good.aws, release: "7.5.4453" },
      { ...good.aws, release: "7.4.0", acknowledge: ["rollback"] },
      "the upgrade is refused:\n  - 'release' is 7.4.0, older than 7.5.4453, which runs now; only the release before a standard upgrade can be started again on the same data, and right after it, and no upgrade of this instance is known; what is left is a backup taken at 7.4.0: add \"restore\" to 'acknowledge', deploy, which the machine refuses until the backup is there, then 'sgbox restore --from BACKUP' ('sgbox backup list' shows what there is)",
    );
  });

  it("is refused together with the loss of data", () => {
    const big = { ...good.aws, dataDisk: { sizeGb: 900 } };
    refused(
      big,
      { ...good.aws, release: "7.4.0" },
      [
        "refused, because data would be lost, and for the upgrade itself:",
        `  - 'sourcegraph-data' would shrink from 900 GB to 500 GB, and a disk only grows; ${allow("sourcegraph-data")}`,
        "  - 'release' is 7.4.0, older than 7.5.4453, which runs now; only the release before a standard upgrade can be started again on the same data, and right after it, and no upgrade of this instance is known; what is left is a backup taken at 7.4.0: add \"restore\" to 'acknowledge', deploy, which the machine refuses until the backup is there, then 'sgbox restore --from BACKUP' ('sgbox backup list' shows what there is)",
      ].join("\n"),
    );
  });

  it("asks for a step only where the config shows that it applies", () => {
    const ids = (from: string, to: string, config: object): string[] => {
      const all = ["jaeger-v2", "file-config-copy-back", "sourcegraph-bucket"];
      const before = { ...good.aws, ...config, release: from };
      const { hop } = transition(before, { ...before, release: to, acknowledge: [...acknowledge, "jaeger-v2"] });
      return (hop?.manualSteps ?? []).map(({ id }) => id).filter((id) => all.includes(id));
    };
    const buckets = { bucket: "uploads", codeIntelBucket: "codeintel", searchJobsBucket: "jobs" };
    const objectStorage = { external: { backend: "S3", region: "us-east-1", ...buckets } };
    assert.deepEqual(ids("7.0.2852", "7.1.2426", {}), []);
    assert.deepEqual(ids("7.0.2852", "7.1.2426", { tracing: true }), ["jaeger-v2"]);
    assert.deepEqual(ids("7.0.2852", "7.1.2426", { siteConfig: { globalSettingsFile: "settings.json" } }), [
      "file-config-copy-back",
    ]);
    assert.deepEqual(ids("7.1.2426", "7.2.1943", {}), []);
    assert.deepEqual(ids("7.1.2426", "7.2.1943", { objectStorage }), ["sourcegraph-bucket"]);
  });
});
