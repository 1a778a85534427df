import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { RolloutStatus } from "../../../../components/core/planning/fleet/rollout-status";
import type { InstanceStatus } from "../../../../components/core/planning/fleet/status";
import { releasesDrawing, rolloutDrawing } from "../../../../components/core/rendering/fleet/rollout-drawing";
import { statusPage } from "../../../../components/core/rendering/fleet/status-page";
import { statusSections } from "../../../../components/core/rendering/fleet/status-report";

const row: InstanceStatus = {
  id: "src-00000001",
  slug: "acme",
  type: "trial",
  channel: "insiders",
  place: "aws eu-west-1",
  size: "XS",
  release: "7.4.0",
  age: "current",
  minorsBehind: 1,
  daysBehind: 12,
  updatedAt: "2026-11-20T10:11:12Z",
  changedBy: "ada",
  health: "silent",
  drift: { differs: 2, at: "2026-11-19T01:00:00Z" },
  monthly: 1234.5,
  isExpired: false,
  interrupted: false,
  rollout: { wave: "first", state: "failed", message: "the disk is full" },
  nextWave: "first",
};
const bare: InstanceStatus = {
  id: "src-00000002",
  slug: "beta",
  type: "production",
  channel: "stable",
  place: "gcp europe-west1",
  size: "",
  age: "absent",
  isExpired: false,
  interrupted: false,
};
const rollout: RolloutStatus = {
  to: "7.5.4453",
  digest: "0".repeat(64),
  state: "stopped",
  reason: "wave first failed: acme (src-00000001) at update",
  since: "2026-11-20T08:00:00Z",
  waves: [
    {
      name: "first",
      state: "running",
      at: "2026-11-20T09:00:00Z",
      members: [{ id: row.id, slug: row.slug, state: "failed" }],
    },
    { name: "verify", state: "open", members: [] },
  ],
  next: { wave: "verify", asks: true, from: "2026-11-21T09:00:00Z" },
};
const at = "2026-11-22T08:00:00.000Z";

describe("the status of a fleet as tables", () => {
  it("has a column for everything that is known of anybody, and the waves of the rollout", () => {
    const [fleet, waves] = statusSections("managed", [row, bare], rollout);
    assert.deepEqual(fleet, {
      id: "fleet",
      title: "Fleet managed",
      summary: "1 current, 1 not deployed; 1,235 USD a month for 1 of them",
      columns: [
        { title: "instance" },
        { title: "slug" },
        { title: "type" },
        { title: "place" },
        { title: "size" },
        { title: "release" },
        { title: "age" },
        { title: "last change" },
        { title: "health" },
        { title: "drift" },
        { title: "USD a month", align: "right" },
        { title: "next wave" },
        { title: "note" },
      ],
      rows: [
        [
          "src-00000001",
          "acme",
          "trial, insiders",
          "aws eu-west-1",
          "XS",
          "7.4.0",
          "current: 1 minor, 12 days",
          "2026-11-20 10:11 ada",
          "silent",
          "2 differ, 2026-11-19",
          "1,235",
          "first",
          "wave first: failed, the disk is full",
        ],
        ["src-00000002", "beta", "production", "gcp europe-west1", "", "", "not deployed", "", "", "", "", "", ""],
      ],
      notes: [],
    });
    assert.deepEqual(waves, {
      id: "rollout",
      title: "Rollout of 7.5.4453",
      summary: "stopped since 2026-11-20 08:00",
      columns: [{ title: "wave" }, { title: "state" }, { title: "instances" }],
      rows: [
        ["first", "running 2026-11-20 09:00", "1 failed"],
        ["verify", "next from 2026-11-21 09:00, waits for a person", "people verify"],
      ],
      notes: ["wave first failed: acme (src-00000001) at update"],
    });
  });

  it("leaves out columns nobody has anything in, and says how to ask", () => {
    const [section] = statusSections("managed", [bare], undefined);
    assert.deepEqual(
      section?.columns.map(({ title }) => title),
      ["instance", "slug", "type", "place", "size", "release", "age", "last change", "note"],
    );
    assert.deepEqual(section?.notes, [
      "health: not asked; --health does",
      "drift: not looked for; sgbox fleet drift does",
    ]);
    assert.deepEqual(statusSections("managed", [], undefined)[0]?.summary, "no instances");
  });
});

describe("the pictures of a fleet", () => {
  it("show each wave with a square for each instance, and say the same to those who cannot see", () => {
    assert.equal(
      rolloutDrawing({ ...rollout, waves: rollout.waves.slice(0, 1) }),
      `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Waves of the rollout of 7.5.4453: first running 2026-11-20 09:00" viewBox="0 0 340 72">
<text x="0" y="12" class="name">1  first</text>
<text x="340" y="12" class="soft" text-anchor="end">running 2026-11-20 09:00</text>
<text x="0" y="27" class="soft">1 failed</text>
<rect x="0" y="34" width="8" height="8" rx="1.5" class="is-failed"><title>acme (src-00000001): failed</title></rect>
<rect x="0" y="58" width="8" height="8" rx="1.5" class="is-failed"/><text x="12" y="66" class="soft">failed</text>
<rect x="62" y="58" width="8" height="8" rx="1.5" class="is-running"/><text x="74" y="66" class="soft">running</text>
<rect x="130" y="58" width="8" height="8" rx="1.5" class="is-back"/><text x="142" y="66" class="soft">back</text>
<rect x="180" y="58" width="8" height="8" rx="1.5" class="is-done"/><text x="192" y="66" class="soft">done</text>
<rect x="230" y="58" width="8" height="8" rx="1.5" class="is-open"/><text x="242" y="66" class="soft">open</text>
</svg>`,
    );
  });

  it("show how many run which release, the newest first", () => {
    const rows = ["7.4.0", "7.10.1", "7.4.0"].map((release) => ({ ...row, release }));
    assert.equal(
      releasesDrawing([...rows, bare]),
      `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Releases that run: 7.10.1 1, 7.4.0 2" viewBox="0 0 340 40">
<text x="0" y="13" class="name">7.10.1</text>
<rect x="80" y="3" width="108" height="12" rx="2" class="is-current"/>
<text x="194" y="13" class="soft">1</text>
<text x="0" y="33" class="name">7.4.0</text>
<rect x="80" y="23" width="216" height="12" rx="2" class="is-current"/>
<text x="302" y="33" class="soft">2</text>
</svg>`,
    );
  });
});

describe("the page of a fleet", () => {
  const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

  it("lets in its own style and script by their hashes and nothing else", () => {
    const html = statusPage({ fleet: "managed", at, rows: [row, bare], rollout });
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    const [, style = ""] = /<style>([^]*)<\/style>/.exec(html) ?? [];
    const [, script = ""] = /<script>([^]*)<\/script>/.exec(html) ?? [];
    assert.equal(policy, `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}`);
    assert.doesNotMatch(html, /\b(src|href)="(?!#)| style="|@import|url\(/);
  });

  it("shows what was written into it as text, in its data too", () => {
    const bad = `</script><b onclick="x">`;
    const html = statusPage({
      fleet: bad,
      at,
      rows: [{ ...row, slug: bad, type: bad }],
      rollout: { ...rollout, reason: bad },
    });
    assert.equal(html.match(/<\/script>/g)?.length, 2);
    assert.doesNotMatch(html, /<b /);
    assert.equal(html.match(/&lt;\/script&gt;&lt;b onclick=&quot;x&quot;&gt;/g)?.length, 7);
    const [, data = ""] = /id="fleet-data">([^]*?)<\/script>/.exec(html) ?? [];
    assert.deepEqual(JSON.parse(data), [
      {
        groups: { type: bad, release: "7.4.0", age: "current", look: "needs a look" },
        order: [null, null, null, null, null, 7_004_000_000, 1, null, null, 2, 1234.5, null, null],
      },
    ]);
  });

  it("of a fleet without instances or rollouts is whole", () => {
    const html = statusPage({ fleet: "managed", at, rows: [] });
    assert.match(html, /<p>2026-11-22 08:00 UTC; no instances<\/p>/);
    assert.doesNotMatch(html, /<table|Waves of/);
  });
});
