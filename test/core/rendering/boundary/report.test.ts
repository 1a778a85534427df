import assert from "node:assert/strict";
import fc from "fast-check";
import { boundaryJson, parseBoundaryReport, reportLists } from "../../../../components/core/rendering/boundary/model";
import { boundaryPage } from "../../../../components/core/rendering/boundary/page";
import { boundarySections } from "../../../../components/core/rendering/boundary/report";
import { reportMarkdown } from "../../../../components/core/rendering/report-markdown";
import { fewRules, reportOf, reviewed } from "../../../support/boundary-report";
import { assertGolden } from "../../../support/golden";
import type { Given } from "../../../support/graph";

const report = reportOf();
const pageOf = (given: readonly Given[]) =>
  boundaryPage({ title: "Boundaries", subtitle: "of a small graph", report: reportOf(given) });

describe("a report on boundaries", () => {
  const sections = boundarySections(report);
  const rowsOf = (id: string) => sections.find((section) => section.id === id)?.rows;

  it("says first whether it may be deployed, and what stands against it", () => {
    assert.equal(sections[0]?.summary, "6 reasons against it");
    assert.deepEqual(rowsOf("verdict"), [
      ["holds", "6", ""],
      ["broken", "6", "B-D02, B-N04, B-M01, B-K01"],
      ["unproven", "1", "B-K01"],
      ["rules that are about nothing here", "0", ""],
    ]);
  });

  it("has a table for each zone, and one for what belongs to none", () => {
    assert.deepEqual(
      sections.filter(({ id }) => id.startsWith("zone-")).map(({ id, summary }) => [id, summary]),
      [
        ["zone-single-tenant", "0 of 1 hold"],
        ["zone-multi-tenant", "1 of 3 hold"],
        ["zone-admin", "5 of 6 hold"],
        ["zone-none", "0 of 3 hold"],
      ],
    );
    assert.deepEqual(rowsOf("zone-admin")?.[0], [
      "B-D01",
      "critical",
      "The admin zone holds no user data and no public code.",
      "events",
      "holds",
      "it holds operational",
    ]);
    assert.deepEqual(
      rowsOf("zone-none")?.map(([rule, , , resource, verdict]) => [rule, resource, verdict]),
      [
        ["B-D02", "bare", "broken, excepted until 2027-01-31"],
        ["B-N04", "bare", "broken"],
        ["B-K01", "bare", "broken"],
      ],
    );
  });

  it("maps classes of data to the zones and stores they rest in", () => {
    const map = sections.find(({ id }) => id === "classes");
    assert.deepEqual(
      map?.columns.map(({ title }) => title),
      ["zone", "user-data", "operational", "not stated"],
    );
    assert.deepEqual(map?.rows, [
      ["multi-tenant (first)", "repositories", "", ""],
      ["admin", "", "events", ""],
      ["not stated", "", "", "bare"],
    ]);
  });

  it("says of each store what it holds, under which key, for how long, whether it is public and who writes it", () =>
    assert.deepEqual(rowsOf("stores"), [
      [
        "bare",
        "object",
        "not stated",
        "not stated",
        "not stated",
        "the provider's own",
        "YES",
        "retentionDurationSeconds: 7 days",
        "",
      ],
      [
        "events",
        "stream",
        "admin",
        "telemetry-gateway",
        "operational",
        "streams",
        "by nature not",
        "messageRetentionDuration: 7 days",
        "telemetry-gateway",
      ],
      [
        "repositories",
        "block",
        "multi-tenant (first)",
        "cells",
        "user-data",
        "of another program",
        "by nature not",
        "",
        "gitserver",
      ],
    ]));

  it("says of each key what is under it and who may use it, and of each identity what runs as it", () => {
    assert.deepEqual(rowsOf("keys"), [["streams", "admin", "us", "events", "gateway", ""]]);
    assert.deepEqual(rowsOf("identities"), [["gateway", "admin", "gcp:serviceaccount/account", "telemetry-gateway"]]);
    assert.deepEqual(rowsOf("rights"), [
      ["gateway", "roles/cloudkms.cryptoKeyEncrypterDecrypter", "streams", "", "gateway-encrypts"],
    ]);
  });

  it("says who may reach what, and of which cell", () => {
    assert.deepEqual(rowsOf("reach"), [
      ["admin/telemetry-gateway to identity/accounts at 443", "internal", "introspection", "none stated", "", "", ""],
      ["multi-tenant/10.0.0.0/8 to multi-tenant/frontend at 3080", "end-user", "", "none stated", "", "", "to first"],
      [
        "multi-tenant/frontend to admin/telemetry-gateway at 443",
        "machine",
        "telemetry",
        "oauth-client",
        "operational",
        "",
        "from first",
      ],
      ["multi-tenant/frontend to multi-tenant/gitserver at 3178", "internal", "", "none stated", "", "", "first"],
      [
        "single-tenant/worker to admin/telemetry-gateway at 443",
        "machine",
        "telemetry",
        "licence-token",
        "",
        "internet",
        "",
      ],
    ]);
    assert.deepEqual(rowsOf("listeners"), [
      [
        "front",
        "admin",
        "machine",
        "telemetry-gateway",
        "telemetry.example.com",
        "/telemetrygateway.v1.TelemetryGatewayService/*",
      ],
    ]);
    assert.deepEqual(rowsOf("scopes"), [
      ["admin/telemetry-gateway", "identity/accounts", "accounts::tokens::read", "telemetry", "3600 s"],
    ]);
  });

  it("says what is excepted and for how long, what only a probe shows, and how credentials are replaced", () => {
    assert.deepEqual(rowsOf("exceptions"), [
      ["B-D02", "bare", "2027-01-31", "71 days left", "security", "being moved"],
      ["B-K01", "gone", "2026-11-22", "1 day left, covers nothing", "security", "was moved"],
    ]);
    assert.deepEqual(
      rowsOf("probes")?.map(([rule, , probe]) => [rule, probe]),
      fewRules.flatMap(({ id, probe }) => (probe === undefined ? [] : [[id, probe]])),
    );
    assert.equal(rowsOf("credentials")?.[0]?.at(-1), "send events in the name of the instance");
    assert.deepEqual(rowsOf("rotation"), [
      ["licence token", "1", "issue a new licence"],
      ["licence token", "2", "switch"],
      ["licence token", "3", "revoke the old one"],
    ]);
  });

  it("says of an exception that is over how long it is", () => {
    const late = reportOf(reviewed, undefined, "2027-02-02");
    assert.deepEqual(
      late.exceptions.map(({ rule, daysLeft, covers }) => [rule, daysLeft, covers]),
      [
        ["B-D02", -2, false],
        ["B-K01", -72, false],
      ],
    );
    const rows = boundarySections(late).find(({ id }) => id === "exceptions")?.rows;
    assert.equal(rows?.[0]?.[3], "over for 2 days");
  });

  it("is the same bytes in every format, in whatever order resources are declared", () => {
    const bytes = (given: readonly Given[]) => [boundaryJson(reportOf(given)), pageOf(given)];
    const expected = bytes(reviewed);
    return fc.assert(
      fc.property(fc.shuffledSubarray([...reviewed], { minLength: reviewed.length }), (shuffled) =>
        assert.deepEqual(bytes(shuffled), expected),
      ),
      { numRuns: 30 },
    );
  });

  it("is as it was reviewed: Markdown", () =>
    assertGolden("boundaries/report.md", reportMarkdown("Boundaries", sections)));
  it("is as it was reviewed: JSON", () => assertGolden("boundaries/report.json", boundaryJson(report)));
  it("is as it was reviewed: HTML", () => assertGolden("boundaries/report.html", pageOf(reviewed)));
});

describe("a report on boundaries as JSON", () => {
  it("is JSON with a line for each thing, and reads back as it was", () => {
    const text = boundaryJson(report);
    const parsed = JSON.parse(text) as unknown;
    assert.deepEqual(parsed, JSON.parse(JSON.stringify(report)));
    assert.deepEqual(parseBoundaryReport(parsed), parsed);
    const things = reportLists.reduce((sum, list) => sum + report[list].length, 0);
    assert.equal(text.split("\n").filter((line) => line.startsWith("    {")).length, things);
  });

  it("is not read where it is another form", () => {
    const good = JSON.parse(boundaryJson(report)) as Record<string, unknown>;
    const bad: readonly unknown[] = [
      null,
      "text",
      {},
      { ...good, schema: 2 },
      { ...good, report: "plan" },
      { ...good, findings: undefined },
      { ...good, stores: [1] },
      { ...good, of: 7 },
    ];
    assert.deepEqual(
      bad.map(parseBoundaryReport),
      bad.map(() => undefined),
    );
  });
});

describe("a page on boundaries", () => {
  const hostile = `<img src=x onerror=alert(1)>&"'</script>`;

  it("shows names and words as text, never as markup", () => {
    const page = pageOf([
      { type: "gcp:storage/bucket", name: hostile },
      {
        type: "sourcegraph:admin:AdminServices",
        name: "services",
        boundary: {
          facts: { zone: "admin", owner: hostile },
          edges: [{ kind: "connects", from: `single-tenant/${hostile}`, to: hostile, port: 443 }],
        },
      },
    ]);
    assert.ok(!page.includes("<img"));
    assert.ok(page.includes("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;"));
    assert.equal(page.split("</script>").length, 2);
  });

  it("names nothing that would have to be loaded, and forbids it", () => {
    const page = pageOf(reviewed);
    assert.deepEqual(
      [...page.matchAll(/(?:src|href|url)\s*[=(]\s*"?([^"\s)>]+)/g)]
        .map(([, to = ""]) => to)
        .filter((to) => !to.startsWith("#")),
      [],
    );
    assert.match(page, /<meta http-equiv="Content-Security-Policy" content="default-src 'none';/);
  });

  it("has every finding, and for each what it is filtered by", () => {
    const page = pageOf(reviewed);
    const rows = [...page.matchAll(/<tr data-verdict="([a-z]+)">/g)].map(([, verdict]) => verdict);
    assert.equal(rows.length, report.findings.length);
    assert.equal(rows.filter((verdict) => verdict === "excepted").length, 1);
    for (const { rule, zone = "none" } of report.findings) {
      assert.ok(page.includes(`<tbody data-rule="${rule}"`), rule);
      assert.ok(page.includes(`<section id="zone-${zone}" data-zone="${zone}">`), zone);
    }
  });
});
