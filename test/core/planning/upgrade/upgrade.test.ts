import assert from "node:assert/strict";
import { planUpgrade } from "../../../../components/core/planning/upgrade/upgrade";
import type { UpgradePlan, UpgradeRequest } from "../../../../components/core/planning/upgrade/upgrade-plan";

function way(from: string, to: string, situation: Omit<UpgradeRequest, "from" | "to"> = {}): string {
  const { path, hops } = planUpgrade({ from, to, ...situation });
  return hops.reduce(
    (text, { kind }, index) => `${text} ${kind === "standard" ? "->" : "=>"} ${path[index + 1]}`,
    path[0] ?? "",
  );
}

function rules(plan: UpgradePlan): Record<string, readonly string[]> {
  return Object.fromEntries(plan.stops.map((stop) => [stop.release, stop.rules]));
}

describe("the kind of an upgrade", () => {
  const cases: [string, string, string][] = [
    ["a newer patch", "7.5.0", "7.5.0 -> 7.5.4453"],
    ["the next minor", "6.11.5639", "6.11.5639 -> 6.12.5040"],
    ["the next minor from any patch", "7.4.0", "7.4.0 -> 7.5.0"],
    ["the first line of the next major from the last of its own", "6.12.0", "6.12.0 -> 7.0.2852"],
    ["the same border one major earlier", "5.11.6271", "5.11.6271 -> 6.0.12741"],
    ["the border before the catalogue begins", "4.5.1", "4.5.1 -> 5.0.6"],
    ["the next major from a line that is not the last", "6.11.5639", "6.11.5639 => 7.0.2852"],
    ["the second line of the next major from the last line", "6.12.0", "6.12.0 => 7.1.0"],
    ["two minors", "7.3.0", "7.3.0 => 7.5.0"],
    ["4.5 to 5.1", "4.5.1", "4.5.1 => 5.1.9"],
  ];
  for (const [name, from, expected] of cases) {
    it(`is told by ${name}`, () => assert.equal(way(from, expected.split(" ").at(-1) ?? ""), expected));
  }
});

describe("the way of a compose deployment", () => {
  it("from 5.2.7 to the newest stops where the built-in databases become PostgreSQL 16", () => {
    const plan = planUpgrade({ from: "5.2.7", to: "7.5.4453" });
    assert.deepEqual(plan.path, ["5.2.7", "6.11.5639", "7.5.4453"]);
    assert.deepEqual(plan.stops, [
      {
        release: "6.11.5639",
        rules: ["pg16-compose"],
        reason:
          "the built-in databases become PostgreSQL 16 at the first start of a release from 5.10.1164 to 6.12; from 7.0 on the images no longer convert them",
      },
    ]);
    assert.deepEqual(
      plan.hops.map(({ from, to, kind, rendered }) => ({ from, to, kind, rendered })),
      [
        { from: "5.2.7", to: "6.11.5639", kind: "multi-version", rendered: true },
        { from: "6.11.5639", to: "7.5.4453", kind: "multi-version", rendered: true },
      ],
    );
  });

  it("stops where the last hop becomes a standard one, when there is such a stop", () => {
    assert.equal(way("5.9.45", "7.0.2852"), "5.9.45 => 6.12.5040 -> 7.0.2852");
  });

  it("does not stop when it ends before 7.0 or starts with PostgreSQL 16", () => {
    assert.equal(way("5.2.7", "6.12.5040"), "5.2.7 => 6.12.5040");
    assert.equal(way("5.10.0", "7.5.4453"), "5.10.0 => 7.5.4453");
  });

  it("with 1 TB of PostgreSQL data stops at 5.9 as well, from one below it on", () => {
    const plan = planUpgrade({ from: "5.2.7", to: "7.5.4453", postgresSizeGb: 1000 });
    assert.deepEqual(rules(plan), { "5.9.17785": ["tenant-backfill-1tb"], "6.11.5639": ["pg16-compose"] });
    assert.equal(
      way("5.2.7", "7.5.4453", { conditions: ["postgres-1tb-or-larger"] }),
      "5.2.7 => 5.9.17785 => 6.11.5639 => 7.5.4453",
    );
    assert.equal(way("5.9.0", "6.12.5040", { postgresSizeGb: 5000 }), "5.9.0 => 6.12.5040");
    assert.equal(way("5.2.7", "5.9.45", { postgresSizeGb: 5000 }), "5.2.7 => 5.9.45");
    assert.equal(way("5.2.7", "6.12.5040", { postgresSizeGb: 999 }), "5.2.7 => 6.12.5040");
  });

  it("with external databases stops where both PostgreSQL majors run, unless they are 16 already", () => {
    assert.equal(way("5.2.7", "7.5.4453", { databases: "external" }), "5.2.7 => 5.11.6271 => 7.5.4453");
    assert.equal(way("5.2.7", "6.1.0", { databases: "external", postgresMajor: 12 }), "5.2.7 => 5.11.6271 => 6.1.0");
    assert.equal(way("5.9.45", "7.5.4453", { databases: "external" }), "5.9.45 -> 5.10.3940 => 7.5.4453");
    assert.equal(way("5.2.7", "7.5.4453", { databases: "external", postgresMajor: 16 }), "5.2.7 => 7.5.4453");
    assert.equal(way("5.10.1164", "7.5.4453", { databases: "external" }), "5.10.1164 => 7.5.4453");
  });

  it("of a machine image goes one minor at a time", () => {
    assert.equal(
      way("6.2.0", "6.5.0", { conditions: ["machine-image-or-pure-docker"] }),
      "6.2.0 -> 6.3.4167 -> 6.4.3889 -> 6.5.0",
    );
  });

  it("starts as early as 3.20, by line, before the catalogue begins", () => {
    const plan = planUpgrade({ from: "3.20.1", to: "5.11.6271" });
    assert.deepEqual(plan.path, ["3.20.1", "5.11.6271"]);
    assert.deepEqual(plan.hops[0]?.notes, [
      "files are rendered from 6.0.0 on: deploy 5.11.6271 with the vendor's own files",
      "3.20.1 is from before the catalogue begins; only its line was checked",
    ]);
  });

  it("leaves a release nobody should deploy when that is what runs", () => {
    assert.equal(way("5.10.0", "5.11.6271"), "5.10.0 -> 5.11.6271");
    assert.equal(way("6.0.0", "6.1.0"), "6.0.0 -> 6.1.0");
    assert.equal(way("5.3.16323", "5.4.7765"), "5.3.16323 -> 5.4.7765");
  });

  it("accepts a leading v and gives it back without", () => {
    const { from, to, path } = planUpgrade({ from: "v7.4.0", to: "v7.5.4453" });
    assert.deepEqual({ from, to, path }, { from: "7.4.0", to: "7.5.4453", path: ["7.4.0", "7.5.4453"] });
  });

  it("is nothing but the release when it runs already", () => {
    const plan = planUpgrade({ from: "7.5.4453", to: "7.5.4453" });
    assert.deepEqual(plan.path, ["7.5.4453"]);
    assert.deepEqual(plan.hops, []);
    assert.deepEqual(plan.notes, ["7.5.4453 runs already; there is nothing to upgrade"]);
  });
});

describe("the way of a Kubernetes deployment", () => {
  it("stops at one of the two releases the chart's documentation names before 6.0", () => {
    const target = "kubernetes";
    assert.equal(way("5.2.7", "7.6.0", { target }), "5.2.7 => 5.11.6271 => 7.6.0");
    assert.equal(way("5.9.45", "7.6.0", { target }), "5.9.45 -> 5.10.3940 => 7.6.0");
    assert.equal(way("5.2.7", "6.0.12741", { target }), "5.2.7 => 5.11.6271 -> 6.0.12741");
    assert.equal(
      way("5.2.7", "7.5.4453", { target, databases: "external", postgresMajor: 16 }),
      "5.2.7 => 5.11.6271 => 7.5.4453",
    );
    assert.equal(way("5.10.1164", "7.6.0", { target }), "5.10.1164 => 7.6.0");
  });

  it("knows releases that exist as a chart only, and says when a chart pins other images", () => {
    assert.equal(way("7.4.2513", "7.6.0", { target: "kubernetes" }), "7.4.2513 => 7.6.0");
    const odd = planUpgrade({ from: "5.1.9", to: "5.2.0", target: "kubernetes" }).hops[0]?.notes;
    assert.deepEqual(odd, [
      "files are rendered from 6.0.0 on: deploy 5.2.0 with the vendor's own files",
      "the chart of 5.2.0 pins images of another version",
    ]);
  });
});

describe("an upgrade plan", () => {
  it("lists once each blocking step of any hop that is not acknowledged, and ids no step has", () => {
    const request: UpgradeRequest = { from: "5.9.45", to: "7.5.4453", conditions: [], postgresSizeGb: 10 };
    assert.deepEqual(planUpgrade(request).acknowledgementsNeeded, [
      "backup-first",
      "oob-complete",
      "builtin-pg12-to-16",
      "collation-rebuild",
      "repo-updater-symbols-removed",
    ]);
    const plan = planUpgrade({ ...request, acknowledge: ["backup-first", "oob-complete", "colation-rebuild"] });
    assert.deepEqual(plan.acknowledgementsNeeded, [
      "builtin-pg12-to-16",
      "collation-rebuild",
      "repo-updater-symbols-removed",
    ]);
    assert.deepEqual(plan.unknownAcknowledgements, ["colation-rebuild"]);
  });

  it("recommends the newest patch and warns that notes of 7.x may be incomplete", () => {
    assert.deepEqual(planUpgrade({ from: "7.4.0", to: "7.5.0" }).notes, [
      "7.5.4453 is the newest release of the line 7.5; prefer it to 7.5.0",
      "manual steps of 7.x were collected from documentation and file comparisons and may be incomplete: read the vendor's release notes too",
    ]);
    assert.deepEqual(planUpgrade({ from: "6.1.0", to: "6.12.5040" }).notes, []);
  });

  it("is the same after a trip through JSON, and the same every time", () => {
    const request: UpgradeRequest = {
      from: "5.2.7",
      to: "7.5.4453",
      postgresSizeGb: 400,
      acknowledge: ["backup-first"],
    };
    const plan = planUpgrade(request);
    assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
    assert.deepEqual(planUpgrade(request), plan);
  });

  it("estimates downtime from the size of the databases", () => {
    const [first, second] = planUpgrade({ from: "5.2.7", to: "7.5.4453", postgresSizeGb: 450 }).hops;
    assert.deepEqual(first?.downtime, {
      expected: "until the migrator is through and the new services are up",
      parts: [
        { what: "schema and data migrations of every release in between" },
        {
          what: "conversion of the built-in databases to PostgreSQL 16, 15 minutes for 100 GB",
          minutes: { least: 68, most: 68 },
        },
        { what: "rebuild of all indexes of the built-in databases", minutes: { least: 15, most: 60 } },
        { what: "first start of gitserver, which renames its repositories on disk" },
      ],
      atLeastMinutes: 83,
    });
    assert.equal(second?.downtime.atLeastMinutes, 0);
    assert.equal(
      planUpgrade({ from: "7.4.0", to: "7.5.0" }).hops[0]?.downtime.expected,
      "short: the services stop, the schema moves one release, the services start",
    );
    assert.deepEqual(planUpgrade({ from: "7.4.0", to: "7.5.0", target: "kubernetes" }).hops[0]?.downtime, {
      expected: "rolling, but plan about 10 minutes",
      parts: [{ what: "rolling restart", minutes: { least: 0, most: 10 } }],
      atLeastMinutes: 0,
    });
  });
});
