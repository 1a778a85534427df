import assert from "node:assert/strict";
import { adminDrawingOf } from "../../../../components/core/rendering/admin/drawing";
import { adminSections as sectionsOf } from "../../../../components/core/rendering/admin/report";
import { layOut } from "../../../../components/core/rendering/drawing/layout";
import { drawingSvg } from "../../../../components/core/rendering/drawing/svg";
import { adminPlan, adminSections } from "../../../support/admin";

const plan = adminPlan("gcp");
const section = (id: string, zone: keyof typeof adminSections = "admin") => {
  const found = sectionsOf({ plan: adminPlan("gcp", adminSections[zone]), resources: [] }, "all").find(
    (each) => each.id === id,
  );
  assert.ok(found, id);
  return found;
};

describe("the report of a stack of support services", () => {
  it("shows every store with its class, what it keeps and its key", () => {
    const rows = section("stores").rows;
    assert.equal(rows.length, plan.services.flatMap(({ stores }) => stores).length);
    assert.deepEqual(rows[0], [
      "sg-billing-main",
      "billing",
      "identity",
      "customers by account id, invoices, addresses of contacts; no cards",
      "PostgreSQL 16, db-custom-2-8192, 20 GB, two zones",
      "until deleted; backups 14 days",
      "sg-billing-identity-key",
    ]);
  });

  it("shows what each caller shows and may, the licence token as what it is", () =>
    assert.deepEqual(
      section("calls").rows.filter(([, callee]) => callee === "admin/telemetry-gateway"),
      [
        [
          "single-tenant/instance",
          "admin/telemetry-gateway",
          "telemetry",
          "token made from its licence",
          "",
          "operational",
          "internet",
        ],
        ...["eu-1", "us-1"].map((cell) => [
          `multi-tenant/${cell}`,
          "admin/telemetry-gateway",
          "telemetry",
          "token of its client",
          "telemetry_gateway::events::write",
          "operational",
          "internet",
        ]),
      ],
    ));

  it("shows every way in with its plane and who is let in", () =>
    assert.deepEqual(section("listeners", "identity").rows, [
      [
        "accounts.example.com",
        "end-user",
        "/*",
        "people who sign in",
        "session",
        "directly",
        "web firewall, 300 a minute",
      ],
      [
        "accounts-api.example.com",
        "machine",
        "/.well-known/openid-configuration /oauth/token /oauth/introspect /api/grpc/* /-/version /-/healthz",
        "services and cells, each with a client of its own",
        "oauth-client",
        "directly",
        "web firewall, 6,000 a minute",
      ],
      [
        "accounts-staff.example.com",
        "human",
        "/api/management/* /-/version /-/healthz",
        "employees who manage accounts",
        "identity-aware proxy",
        "directly",
        "",
      ],
    ]));

  it("leaves checks, alarms and decisions to the long report", () => {
    const ids = (detail: "all" | "short") => sectionsOf({ plan, resources: [] }, detail).map(({ id }) => id);
    const short = ["overview", "notices", "services", "stores", "calls", "listeners", "keys"];
    const last = ["secrets", "resources", "price"];
    assert.deepEqual(ids("short"), [...short, ...last]);
    assert.deepEqual(ids("all"), [...short, "checks", "alarms", "decisions", ...last]);
  });

  it("never shows a value of the config that is a secret", () => {
    const text = JSON.stringify(sectionsOf({ plan, resources: [] }, "all"));
    assert.ok(!text.includes("[encrypted]"));
  });
});

describe("the drawing of a stack of support services", () => {
  it("leads every plane through a group of its own, and stores to no one else", () => {
    const drawing = adminDrawingOf(plan);
    assert.deepEqual(
      drawing.links.map(({ from, to }) => `${from} ${to}`),
      [
        "from-machine at-machine",
        "at-machine application",
        "from-end-user at-end-user",
        "at-end-user application",
        "from-human at-human",
        "at-human application",
        "application stores",
        "machine zones",
        "machine hosts",
      ],
    );
    const ids = new Set(["machine", ...drawing.groups.map(({ id }) => id)]);
    for (const { from, to } of drawing.links) assert.ok(ids.has(from) && ids.has(to), `${from} ${to}`);
    assert.deepEqual(drawing.notes, [
      "cody-gateway calls enterprise-portal inside the network",
      "15 keys; logs are kept 30 days under one of them",
    ]);
  });

  it("is a picture for every zone, and the same each time", () => {
    for (const zone of Object.values(adminSections)) {
      const svg = drawingSvg(layOut(adminDrawingOf(adminPlan("aws", zone))));
      assert.ok(svg.startsWith("<svg "));
      assert.equal(svg, drawingSvg(layOut(adminDrawingOf(adminPlan("aws", zone)))));
    }
  });
});
