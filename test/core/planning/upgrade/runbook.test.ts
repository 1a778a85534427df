import assert from "node:assert/strict";
import { SemVer } from "semver";
import { migratorForUpgrade } from "../../../../components/core/planning/upgrade/migrator";
import { planUpgrade } from "../../../../components/core/planning/upgrade/upgrade";
import type {
  Hop,
  RunbookCommand,
  RunbookStep,
  UpgradeRequest,
  UpgradeSituation,
} from "../../../../components/core/planning/upgrade/upgrade-plan";
import { backgroundServices } from "../../../../components/core/product/services";
import { workloadsOf } from "../../../../components/core/product/kubernetes/workloads";
import { findRelease } from "../../../../components/core/product/releases";

function onlyHop(request: UpgradeRequest): Hop {
  const { hops } = planUpgrade(request);
  assert.equal(hops.length, 1);
  const [hop] = hops;
  assert.ok(hop);
  return hop;
}

function step(hop: Hop, id: string): RunbookStep {
  const found = hop.runbook.find((candidate) => candidate.id === id);
  assert.ok(found, id);
  return found;
}

const lines = (commands: readonly RunbookCommand[]): string[] =>
  commands.map(({ program, args }) => `${program} ${args.join(" ")}`);
const ids = (hop: Hop): string[] => hop.runbook.map(({ id }) => id);

function pinned(release: string): string {
  const pin = findRelease(release)?.images["migrator"];
  return `index.docker.io/sourcegraph/migrator:${release}@${pin?.digest}`;
}

describe("the migrator image", () => {
  const cases: [name: string, from: string, to: string, situation: UpgradeSituation, release: string][] = [
    ["is the newest", "6.1.0", "6.12.5040", {}, "7.5.4453"],
    ["is the newest when compose converts the databases first", "5.2.7", "6.12.5040", {}, "7.5.4453"],
    ["is that of 5.10 for the step onto it with built-in databases", "5.2.7", "5.10.3940", {}, "5.10.3940"],
    ["is the newest before 6.0 while the built-in databases stay on 12", "5.2.7", "5.9.45", {}, "5.11.6271"],
    [
      "is the newest before 6.0 where the chart cannot convert first",
      "5.2.7",
      "5.11.6271",
      { target: "kubernetes" },
      "5.11.6271",
    ],
    [
      "is the newest before 6.0 while external databases may be below 16",
      "5.2.7",
      "5.11.6271",
      { databases: "external" },
      "5.11.6271",
    ],
    [
      "is the newest with external databases at 16",
      "5.2.7",
      "5.11.6271",
      { databases: "external", postgresMajor: 16 },
      "7.5.4453",
    ],
    ["is the newest chart's on Kubernetes", "6.1.0", "7.6.0", { target: "kubernetes" }, "7.6.0"],
  ];
  for (const [name, from, to, situation, release] of cases) {
    it(`for a multi-version upgrade ${name}`, () => {
      assert.equal(migratorForUpgrade(new SemVer(from), new SemVer(to), situation).release, release);
    });
  }

  it("for a standard hop is exactly the release being deployed", () => {
    assert.deepEqual(onlyHop({ from: "7.3.0", to: "7.4.0" }).migrator, {
      release: "7.4.0",
      reference: pinned("7.4.0"),
      reason: "'up' brings the schema its own image was built with, so the image is that of the release being deployed",
    });
  });

  it("for a multi-version hop is the newest whose digest is known, where that knows the release", () => {
    for (const to of ["7.4.0", "7.5.4453"]) {
      const { release, reference } = onlyHop({ from: "7.2.1943", to, target: "kubernetes" }).migrator;
      assert.deepEqual([release, reference], ["7.5.4453", pinned("7.5.4453")]);
    }
    assert.equal(onlyHop({ from: "7.2.1943", to: "7.6.0", target: "kubernetes" }).migrator.release, "7.6.0");
  });

  it("comes from the registry asked for, by tag alone where no digest is known", () => {
    const hop = onlyHop({ from: "6.1.0", to: "7.6.0", target: "kubernetes", registry: "mirror.example.com/sg" });
    assert.equal(hop.migrator.reference, "mirror.example.com/sg/migrator:7.6.0");
  });

  it("has no digest where digests are not wanted, as with images out of archives", () => {
    const hop = onlyHop({ from: "6.0.12741", to: "6.1.5633", registry: "mirror.example.com/sg", pinDigests: false });
    assert.deepEqual(hop.images, ["mirror.example.com/sg/migrator:7.5.4453"]);
  });
});

describe("the runbook of a compose machine", () => {
  it("for a standard hop checks, backs up, pulls, stops, migrates with up, starts, verifies and compares", () => {
    const hop = onlyHop({ from: "7.4.0", to: "7.5.4453" });
    assert.deepEqual(ids(hop), [
      "check-migrations",
      "backup",
      "pull",
      "stop",
      "databases",
      "migrate",
      "start",
      "verify",
      "drift",
    ]);
    const commands = hop.runbook.flatMap((one) =>
      one.commands.map((command) => `${command.bundle}: ${lines([command])[0]}`),
    );
    assert.deepEqual(commands, [
      "from: docker compose run --rm --no-deps -T migrator validate",
      "to: docker compose pull --quiet",
      "from: docker compose rm --stop --force",
      "from: docker compose rm --stop --force",
      "to: docker compose up --detach --no-deps pgsql codeintel-db codeinsights-db",
      "to: docker compose create --scale migrator=0",
      "to: docker compose up --detach --wait --wait-timeout 3600 --no-deps pgsql codeintel-db codeinsights-db",
      "to: docker compose run --rm --no-deps -T migrator up",
      "to: docker compose up --detach --wait --wait-timeout 1800 --remove-orphans --scale migrator=0",
      "to: docker compose run --rm --no-deps -T migrator drift --db=frontend --version=v7.5.4453",
      "to: docker compose run --rm --no-deps -T migrator drift --db=codeintel --version=v7.5.4453",
      "to: docker compose run --rm --no-deps -T migrator drift --db=codeinsights --version=v7.5.4453",
    ]);
    // Somebody may have put the databases back between two tries.
    assert.deepEqual(lines(step(hop, "start").retryCommands ?? []), [
      "docker compose up --detach --wait --wait-timeout 1800 --remove-orphans",
    ]);
    assert.deepEqual(
      step(hop, "stop").commands.map(({ instancesOf, allServicesExcept }) => instancesOf ?? allServicesExcept),
      [backgroundServices(), ["pgsql", "codeintel-db", "codeinsights-db"]],
    );
    assert.deepEqual(step(hop, "verify").check, { kind: "release", release: "7.5.4453" });
    assert.ok(hop.runbook.every(({ pointOfNoReturn, safeToRepeat }) => pointOfNoReturn === undefined && safeToRepeat));
  });

  it("for a multi-version hop runs the newest migrator in the project's network without editing the files", () => {
    const hop = onlyHop({ from: "6.1.0", to: "6.12.5040" });
    const migrate = step(hop, "migrate");
    assert.deepEqual(migrate.commands, [
      {
        program: "docker",
        args: [
          ...["compose", "--file", "compose.yaml", "--file", "-", "run", "--rm", "--no-deps", "-T", "migrator"],
          ...["upgrade", "--from", "v6.1", "--to", "v6.12", "--disable-animation"],
        ],
        bundle: "to",
        stdin: `services:\n  migrator:\n    image: ${pinned("7.5.4453")}\n`,
      },
    ]);
    assert.equal(migrate.retryCommands?.[0]?.args.at(-1), "--skip-drift-check");
    // Another program brought the schemas there: the release's own has the last word.
    assert.deepEqual(lines(step(hop, "start").commands), [
      "docker compose up --detach --wait --wait-timeout 14400 --remove-orphans",
    ]);
    assert.equal(migrate.pointOfNoReturn, "the schema leaves what 6.1.0 can work with; the way back is the backup");
    assert.ok(lines(step(hop, "pull").commands).includes(`docker pull --quiet ${pinned("7.5.4453")}`));
    assert.deepEqual(lines(step(hop, "check-migrations").commands), [
      "docker compose run --rm --no-deps -T migrator validate --skip-out-of-band-migrations",
    ]);
  });

  it("that converts the databases asks for room, compares before, and never repeats the conversion", () => {
    const hop = onlyHop({ from: "5.2.7", to: "6.12.5040", postgresSizeGb: 800 });
    assert.deepEqual(ids(hop), [
      ...["check-migrations", "check-disk", "check-drift", "backup", "pull", "stop", "databases"],
      ...["rebuild-indexes", "migrate", "start", "verify", "drift"],
    ]);
    assert.deepEqual(step(hop, "check-disk").check, {
      kind: "free-disk",
      asMuchAgainAs: ["pgsql", "codeintel-db", "codeinsights-db"],
    });
    const databases = step(hop, "databases");
    // Nothing runs beside the conversion that could end it early.
    assert.deepEqual(lines(databases.commands), [
      "docker compose up --detach --wait --wait-timeout 14400 --no-deps pgsql codeintel-db codeinsights-db",
    ]);
    assert.equal(databases.timeoutMinutes, 240);
    assert.equal(databases.safeToRepeat, false);
    assert.equal(
      databases.pointOfNoReturn,
      "the data directories become PostgreSQL 16; interrupting the conversion corrupts them and only the backup leads back",
    );
    assert.equal(step(hop, "migrate").commands[0]?.args.at(-1), "--skip-drift-check");
    assert.ok(
      step(hop, "check-drift").commands.every(
        ({ stdin, bundle }) => bundle === "from" && stdin?.includes(pinned("5.11.6271")),
      ),
    );
    assert.equal(step(hop, "start").timeoutMinutes, 240);
  });

  it("rebuilds the indexes with the databases alone running, each with its own user, before anything reads them", () => {
    const rebuild = step(onlyHop({ from: "6.2.1106", to: "6.2.2553" }), "rebuild-indexes");
    assert.deepEqual(
      rebuild.commands.map(({ args }) => [args[3], args.at(-3), args.at(-1)]),
      [
        ["pgsql", "REINDEX DATABASE sg", "ALTER DATABASE sg REFRESH COLLATION VERSION"],
        ["codeintel-db", "REINDEX DATABASE sg", "ALTER DATABASE sg REFRESH COLLATION VERSION"],
        ["codeinsights-db", "REINDEX DATABASE postgres", "ALTER DATABASE postgres REFRESH COLLATION VERSION"],
      ],
    );
  });

  it("leaves external databases alone", () => {
    const hop = onlyHop({ from: "5.11.6271", to: "6.12.5040", databases: "external", postgresMajor: 16 });
    assert.ok(
      !ids(hop).includes("databases") && !ids(hop).includes("rebuild-indexes") && !ids(hop).includes("check-disk"),
    );
    assert.deepEqual(step(hop, "stop").commands.at(-1)?.allServicesExcept, []);
    assert.deepEqual(step(hop, "backup").preconditions, [
      "a backup of the external databases was taken at the same release",
    ]);
  });

  it("names only the schemas that exist when there are no code insights", () => {
    const hop = onlyHop({ from: "7.4.0", to: "7.5.4453", codeInsights: false });
    assert.deepEqual(lines(step(hop, "migrate").commands), [
      "docker compose run --rm --no-deps -T migrator up --db=frontend,codeintel",
    ]);
    assert.equal(step(hop, "drift").commands.length, 2);
    assert.deepEqual(step(hop, "stop").commands.at(-1)?.allServicesExcept, ["pgsql", "codeintel-db"]);
  });
});

describe("the runbook of a Kubernetes deployment", () => {
  it("for a standard hop rolls out the chart, whose frontend migrates", () => {
    const hop = onlyHop({ from: "7.4.0", to: "7.5.4453", target: "kubernetes", namespace: "sg" });
    assert.deepEqual(ids(hop), ["check-migrations", "backup", "start", "verify", "drift"]);
    assert.deepEqual(lines(step(hop, "start").commands), [
      "helm --namespace=sg upgrade sourcegraph sourcegraph/sourcegraph --version=7.5.4453 --values=override.yaml --wait --timeout=30m",
    ]);
  });

  it("for a multi-version hop scales down, runs the migrator's Job found by label, and rolls out", () => {
    const hop = onlyHop({ from: "7.0.2852", to: "7.6.0", target: "kubernetes" });
    assert.deepEqual(ids(hop), ["check-migrations", "backup", "stop", "migrate", "start", "verify", "drift"]);
    assert.deepEqual(lines(step(hop, "stop").commands), [
      "kubectl --namespace=sourcegraph scale deployment --all --replicas=0",
      "kubectl --namespace=sourcegraph scale statefulset --selector=app.kubernetes.io/component notin (pgsql,codeintel-db,codeinsights-db) --replicas=0",
      "kubectl --namespace=sourcegraph wait pod --for=delete --selector=deploy=sourcegraph,app.kubernetes.io/component notin (pgsql,codeintel-db,codeinsights-db,cadvisor,node-exporter,migrator),app!=otel-agent --timeout=15m",
    ]);
    assert.deepEqual(lines(step(hop, "migrate").commands), [
      "helm --namespace=sourcegraph uninstall sourcegraph-migrator --ignore-not-found --wait",
      `helm --namespace=sourcegraph install sourcegraph-migrator sourcegraph/sourcegraph-migrator --version=7.6.0 --values=override.yaml --set-json=migrator.args=["upgrade","--from","v7.0","--to","v7.6","--disable-animation"]`,
      "kubectl --namespace=sourcegraph wait job --for=condition=complete --selector=app.kubernetes.io/instance=sourcegraph-migrator --timeout=1440m",
    ]);
  });

  it("does not wait for pods that no scaling stops", () => {
    const hop = onlyHop({ from: "7.0.2852", to: "7.6.0", target: "kubernetes" });
    const selector = step(hop, "stop")
      .commands.flatMap(({ args }) => args)
      .find((arg) => arg.startsWith("--selector=deploy="));
    const left = /notin \((.*)\),app!=(.*)$/.exec(selector ?? "");
    for (const { name, component } of workloadsOf("7.6.0").filter(({ kind }) => kind === "DaemonSet"))
      assert.ok(left?.[1]?.split(",").includes(component) === true || left?.[2] === name, name);
  });

  it("converts the databases when the new chart starts them, without a second try", () => {
    const hop = onlyHop({ from: "5.9.45", to: "5.10.3940", target: "kubernetes" });
    const start = step(hop, "start");
    assert.equal(start.safeToRepeat, false);
    assert.equal(start.timeoutMinutes, 1440);
    assert.ok(start.pointOfNoReturn);
    assert.ok(ids(hop).includes("check-disk"));
  });

  it("stops everything but the databases once more to rebuild the indexes", () => {
    const rebuild = step(onlyHop({ from: "6.2.1106", to: "6.3.0", target: "kubernetes" }), "rebuild-indexes");
    const verbs = rebuild.commands.map(({ args }) => args[1]);
    assert.deepEqual(verbs, ["scale", "scale", "wait", "exec", "exec", "exec", "upgrade"]);
    assert.ok(
      rebuild.commands
        .filter(({ args }) => args[1] === "exec")
        .every(({ args }) => args[2]?.startsWith("statefulset/")),
    );
  });
});
