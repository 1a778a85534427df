import assert from "node:assert/strict";
import { changeCount, changeSections, compareReports } from "../../../../components/core/rendering/boundary/compare";
import { boundaryPage } from "../../../../components/core/rendering/boundary/page";
import { reportOf, reviewed, reviewExceptions } from "../../../support/boundary-report";
import type { Given } from "../../../support/graph";

const before = reportOf();

/** The reviewed graph with one resource in another state; without it where nothing is given. */
function changed(name: string, change?: (given: Given) => Given): Given[] {
  return reviewed.flatMap((given) => (given.name !== name ? [given] : change === undefined ? [] : [change(given)]));
}

const since = (given: readonly Given[], exceptions = reviewExceptions) =>
  compareReports(before, reportOf(given, exceptions));

describe("two reports on boundaries, compared", () => {
  it("say nothing of what is alike", () => {
    const changes = since(reviewed);
    assert.equal(changeCount(changes), 0);
    assert.deepEqual(changeSections(changes), [
      {
        id: "changes",
        title: "Boundaries, compared",
        summary: "as they were in the report on Pulumi.x.yaml of 2026-11-21",
        columns: [],
        rows: [],
      },
    ]);
  });

  it("tell a new store, and what it breaks", () => {
    const changes = since([...reviewed, { type: "gcp:storage/bucket", name: "debug", parent: "services" }]);
    assert.deepEqual(
      changes.stores.map(({ change, what, after }) => [change, what, after]),
      [
        [
          "new",
          "debug (gcp:storage/bucket)",
          "zone admin; owner telemetry-gateway; holds operational; key the provider's own; public YES; kept retentionDurationSeconds: 7 days",
        ],
      ],
    );
    assert.deepEqual(
      changes.findings.map(({ change, what }) => [change, what]),
      [
        ["new", "B-K01 debug"],
        ["new", "B-N04 debug"],
      ],
    );
    const [overview] = changeSections(changes);
    assert.equal(
      overview?.summary,
      "3 changes since the report on Pulumi.x.yaml of 2026-11-21, 2 findings for the worse",
    );
    assert.deepEqual(overview?.rows, [
      ["What speaks against it", "2", "0", "0"],
      ["Where data rests", "1", "0", "0"],
    ]);
  });

  it("tell what is gone, and that it is for the better", () => {
    const changes = since(changed("bare"));
    assert.deepEqual(
      [...changes.stores, ...changes.findings].map(({ change, what }) => [change, what]),
      [
        ["gone", "bare (gcp:storage/bucket)"],
        ["gone", "B-D02 bare"],
        ["gone", "B-K01 bare"],
        ["gone", "B-N04 bare"],
      ],
    );
    assert.deepEqual(changes.exceptions, [
      {
        change: "changed",
        what: "B-D02 bare",
        before: "until 2027-01-31; owner security; reason being moved",
        after: "until 2027-01-31; owner security; covers nothing; reason being moved",
      },
    ]);
    assert.match(changeSections(changes)[0]?.summary ?? "", /, none of them for the worse$/);
  });

  it("tell a key that is used no more, and the store that lost it", () => {
    const changes = since(changed("events", (given) => ({ ...given, refers: {} })));
    assert.deepEqual(changes.keys, [
      {
        change: "changed",
        what: "streams (gcp:kms/cryptoKey)",
        before: "zone admin; of us; encrypts events; used by gateway",
        after: "zone admin; of us; used by gateway",
      },
    ]);
    assert.deepEqual(
      changes.stores.map(({ before: was, after }) => [was?.match(/key [^;]+/)?.[0], after?.match(/key [^;]+/)?.[0]]),
      [["key streams", "key the provider's own"]],
    );
    assert.deepEqual(
      changes.findings.map(({ change, what }) => [change, what]),
      [["new", "B-K01 events"]],
    );
  });

  it("tell who may reach what anew, no more, or with something else", () => {
    const changes = since(
      changed("services", (given) => ({
        ...given,
        boundary: {
          facts: { zone: "admin", owner: "telemetry-gateway", dataClasses: ["operational"] },
          edges: [
            { kind: "connects", from: "single-tenant/worker", to: "telemetry-gateway", port: 443, credential: "none" },
            { kind: "connects", from: "dotcom/frontend", to: "telemetry-gateway", port: 443 },
          ],
        },
      })),
    );
    assert.deepEqual(changes.reach, [
      {
        change: "gone",
        what: "admin/telemetry-gateway to identity/accounts at 443",
        before: "plane internal; contract introspection; credential none stated",
      },
      {
        change: "new",
        what: "dotcom/frontend to admin/telemetry-gateway at 443",
        after: "plane internal; credential none stated",
      },
      {
        change: "changed",
        what: "single-tenant/worker to admin/telemetry-gateway at 443",
        before: "plane machine; contract telemetry; credential licence-token; over internet",
        after: "plane internal; credential none",
      },
    ]);
    assert.deepEqual(
      changes.scopes.map(({ change, what }) => [change, what]),
      [["gone", "admin/telemetry-gateway at identity/accounts: accounts::tokens::read by telemetry"]],
    );
    assert.deepEqual(
      changes.listeners.map(({ before: was, after }) => [
        was?.includes("plane machine"),
        after?.includes("plane not stated"),
      ]),
      [[true, true]],
    );
  });

  it("tell who got rights, and what runs as whom", () => {
    const changes = since([
      ...changed("telemetry-gateway"),
      {
        type: "gcp:projects/iAMMember",
        name: "wide",
        parent: "services",
        inputs: { role: "roles/owner", member: "user:eve@example.com" },
      },
    ]);
    assert.deepEqual(changes.rights, [
      {
        change: "new",
        what: "wide (gcp:projects/iAMMember)",
        after: "to user:eve@example.com; may roles/owner; on all of the project",
      },
    ]);
    assert.deepEqual(changes.identities, [
      {
        change: "changed",
        what: "gateway (gcp:serviceaccount/account)",
        before: "zone admin; runs telemetry-gateway",
        after: "zone admin",
      },
    ]);
  });

  it("tell exceptions that are new, over, or longer", () => {
    const [first, second] = reviewExceptions;
    assert.ok(first !== undefined && second !== undefined);
    const changes = since(reviewed, [
      { ...first, expires: "2027-06-30" },
      { ...second, rule: "B-N04", resource: "bare" },
    ]);
    assert.deepEqual(
      changes.exceptions.map(({ change, what }) => [change, what]),
      [
        ["changed", "B-D02 bare"],
        ["gone", "B-K01 gone"],
        ["new", "B-N04 bare"],
      ],
    );
    assert.deepEqual(
      changes.findings.map(({ change, what }) => [change, what]),
      [
        ["changed", "B-D02 bare"],
        ["changed", "B-N04 bare"],
      ],
    );
    assert.match(changeSections(changes)[0]?.summary ?? "", /, none of them for the worse$/);
  });

  it("count what was unproven and is broken, and what is not excepted any more, as worse", () => {
    const worse = [
      since(changed("repositories", (given) => ({ ...given, inputs: {} }))),
      since(reviewed, reviewExceptions.slice(1)),
    ];
    for (const changes of worse) assert.match(changeSections(changes)[0]?.summary ?? "", /, 1 finding for the worse$/);
  });

  it("are a part of the page, which says what changed before what is", () => {
    const page = boundaryPage({
      title: "Boundaries",
      subtitle: "",
      report: before,
      changes: compareReports(reportOf(changed("bare")), before),
    });
    assert.ok(page.indexOf('id="changes"') > 0);
    assert.ok(page.indexOf('id="changes-stores"') < page.indexOf('id="zone-admin"'));
  });
});
