import assert from "node:assert/strict";
import fc from "fast-check";
import { reachDrawing } from "../../../../components/core/rendering/boundary/drawing";
import type { ReachDrawing } from "../../../../components/core/rendering/boundary/drawing-parts";
import { reachSvg } from "../../../../components/core/rendering/boundary/drawing-svg";
import { layersOf, type Lead } from "../../../../components/core/rendering/boundary/layers";
import type { BoundaryReport } from "../../../../components/core/rendering/boundary/model";
import type { Box } from "../../../../components/core/rendering/drawing/boxes";
import { reportOf, reviewed } from "../../../support/boundary-report";

const drawing = reachDrawing(reportOf());

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function within(inner: Box, outer: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** Everything that stands where something else does, or out of its box. */
function misplaced({ zones, width, height }: ReachDrawing): string[] {
  const page = { x: 0, y: 0, width, height };
  const pairs = <Each>(list: readonly Each[]) =>
    list.flatMap((a, index) => list.slice(index + 1).map((b) => [a, b] as const));
  return [
    ...zones.filter(({ box }) => !within(box, page)).map(({ title }) => `${title} leaves the page`),
    ...pairs(zones).flatMap(([a, b]) => (overlap(a.box, b.box) ? [`${a.title} is on ${b.title}`] : [])),
    ...zones.flatMap(({ title, box, cards }) => [
      ...cards.filter((card) => !within(card.box, box)).map(({ name }) => `${name} leaves ${title}`),
      ...pairs(cards).flatMap(([a, b]) => (overlap(a.box, b.box) ? [`${a.name} is on ${b.name} in ${title}`] : [])),
    ]),
  ];
}

/** Straight parts of the lines between zones that run through a card. */
function struck({ zones, lines }: ReachDrawing): string[] {
  const cards = zones.flatMap((zone) => zone.cards);
  return lines
    .filter(({ across }) => across)
    .flatMap(({ path, hint }) =>
      path.split(/ C| (?=L)/).length < 2
        ? []
        : [...path.matchAll(/(?=(?:M|L)(\S+) (\S+) L(\S+) (\S+))/g)].flatMap((found) => {
            const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = found.slice(1).map(Number);
            const way = {
              x: Math.min(x1, x2),
              y: Math.min(y1, y2),
              width: Math.abs(x1 - x2),
              height: Math.abs(y1 - y2),
            };
            return cards.filter(({ box }) => overlap(way, box)).map(({ name }) => `${hint} strikes ${name}`);
          }),
    );
}

describe("the picture of who may reach what", () => {
  it("has a box for each zone and cell, callers left of it, and whom it calls at its right", () => {
    assert.deepEqual(
      drawing.zones.map(({ title, own, cards }) => [title, own, cards.map(({ kind, name }) => `${kind} ${name}`)]),
      [
        ["Outside", false, ["outside 10.0.0.0/8", "outside instances, services"]],
        ["Zone single-tenant", false, ["service worker"]],
        ["Zone admin", true, ["listener machine: telemetry-gateway", "service telemetry-gateway", "store stream"]],
        ["Zone multi-tenant, cell first", true, ["service frontend", "service gitserver", "store block"]],
        ["Zone identity", false, ["service accounts"]],
      ],
    );
  });

  it("labels what leaves a zone with contract and credential, and draws it by plane", () =>
    assert.deepEqual(
      drawing.lines.map(({ plane, across, label, hint }) => [plane, across, label?.text, hint]),
      [
        ["internal", true, "introspection", "admin/telemetry-gateway to identity/accounts at 443"],
        ["end-user", true, "end-user", "multi-tenant/10.0.0.0/8 to multi-tenant/frontend at 3080"],
        ["machine", true, "telemetry · oauth-client", "multi-tenant/frontend to admin/telemetry-gateway at 443"],
        ["internal", false, undefined, "multi-tenant/frontend to multi-tenant/gitserver at 3178"],
        ["machine", true, "telemetry · licence-token", "single-tenant/worker to admin/telemetry-gateway at 443"],
        ["machine", true, undefined, "instances, services to machine: telemetry-gateway"],
        ["internal", false, undefined, "machine: telemetry-gateway to telemetry-gateway"],
      ],
    ));

  it("puts hosts of others apart from every zone", () => {
    const report = reportOf();
    const call = { from: "admin/telemetry-gateway", to: "admin/api.example.com", port: 443, carries: [] } as const;
    const asked = reachDrawing({ ...report, connections: [...report.connections, { ...call, plane: "internal" }] });
    const hosts = asked.zones.find(({ title }) => title === "Hosts of others");
    assert.deepEqual(
      hosts?.cards.map(({ name }) => name),
      ["api.example.com"],
    );
    assert.deepEqual(
      asked.lines.filter(({ hint }) => hint.includes("api.example")).map(({ label }) => label?.text),
      ["port 443"],
    );
  });

  it("marks a store that everybody can reach", () => {
    const open = reachDrawing(
      reportOf([...reviewed, { type: "gcp:storage/bucket", name: "debug", parent: "services" }]),
    );
    const cards = open.zones.flatMap((zone) => zone.cards).filter((card) => card.kind === "store" && card.open);
    assert.deepEqual(
      cards.map(({ name, lines }) => [name, lines]),
      [["object", ["debug"]]],
    );
    assert.match(reachSvg(open), /object, PUBLIC/);
    assert.doesNotMatch(reachSvg(drawing), /PUBLIC/);
  });

  it("puts nothing on anything else, and leads no line between zones through a card", () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            from: fc.constantFrom("a", "b", "c", "d", "e", "f", "dotcom/g", "identity/h", "10.0.0.0/8"),
            to: fc.constantFrom("a", "b", "c", "d", "e", "f", "identity/h", "admin/i", "admin/j"),
            stores: fc.boolean(),
          }),
          { maxLength: 40 },
        ),
        (connections) => {
          const end = (name: string): string =>
            name.includes("/") && !/^\d/.test(name) ? name : `single-tenant/${name}`;
          const report: BoundaryReport = {
            ...reportOf([]),
            connections: connections.map(({ from, to }) => ({
              from: end(from),
              to: end(to),
              plane: "machine",
              contract: "ping",
              carries: [],
            })),
            stores: connections.map(({ from, stores }, index) => ({
              name: `${from} ${index}`,
              type: "aws:ebs/volume",
              kind: stores ? "block" : `kind ${index % 7}`,
              zone: "single-tenant",
              classes: stores ? ["user-data", "secret", "identity"] : [],
              writers: [],
              keys: [],
              kept: [],
              public: "no",
            })),
            listeners: [{ name: "door", type: "x", zone: "single-tenant", plane: "end-user", hosts: [], paths: [] }],
          };
          const random = reachDrawing(report);
          assert.deepEqual(misplaced(random), []);
          assert.deepEqual(struck(random), []);
        },
      ),
    ));

  it("is well-formed, and says of itself what it shows", () => {
    const svg = reachSvg(drawing);
    assert.match(svg, /^<svg [^>]*role="img" aria-label="Who may reach what"/);
    const tags = [...svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/gi)];
    const open: string[] = [];
    for (const [, closing, name = "", alone] of tags)
      if (closing === "/") assert.equal(open.pop(), name);
      else if (alone !== "/") open.push(name);
    assert.deepEqual(open, []);
    assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  });
});

describe("the layers of a picture", () => {
  const leads: readonly Lead[] = [
    ["edge", "front"],
    ["front", "search"],
    ["search", "git"],
    ["git", "front"],
    ["front", "git"],
  ];

  it("go from who calls to who is called, although calls go in circles", () =>
    assert.deepEqual(layersOf(["edge", "front", "git", "search"], leads, 4), [
      ["edge"],
      ["front"],
      ["search"],
      ["git"],
    ]));

  it("are no more than there is room for", () =>
    assert.deepEqual(layersOf(["edge", "front", "git", "search"], leads, 2), [
      ["edge", "front"],
      ["git", "search"],
    ]));

  it("hold every name once, in whatever order they come", () => {
    const name = fc.constantFrom(..."abcdefgh");
    const names = [..."abcdefgh"];
    return fc.assert(
      fc.property(
        fc.array(fc.tuple(name, name)),
        fc.shuffledSubarray(names, { minLength: names.length }),
        (given, order) => {
          const layers = layersOf(names, given, 4);
          assert.deepEqual(layers.flat().sort(), names);
          assert.deepEqual(layersOf(order, [...given].reverse(), 4), layers);
        },
      ),
    );
  });
});
