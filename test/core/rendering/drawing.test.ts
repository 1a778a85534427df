import assert from "node:assert/strict";
import { planVm } from "../../../components/core/planning/vm/plan";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { drawingOf } from "../../../components/core/rendering/drawing/drawing";
import type { Box } from "../../../components/core/rendering/drawing/boxes";
import { layOut, type Layout } from "../../../components/core/rendering/drawing/layout";
import { drawingSvg } from "../../../components/core/rendering/drawing/svg";

const aws = { cloud: "aws", region: "us-east-1", access: { allowedCidrs: ["10.0.0.0/8"] } };
const secrets = { db: "", a: "", b: "" };
const database = { host: "db.example.com", user: "sg", passwordSecret: "db" };

const configs: Readonly<Record<string, Record<string, unknown>>> = {
  local: { cloud: "local", release: "7.5.4453" },
  "aws, plain": { ...aws, release: "7.5.4453", size: "XS" },
  "aws, load balancer, large": {
    ...aws,
    release: "7.5.4453",
    size: "XL",
    domain: "s.example.com",
    dnsZone: "Z0123456789ABCDEFGHIJ",
  },
  "gcp, older, tracing": {
    cloud: "gcp",
    region: "us-central1",
    gcp: { project: "example-project" },
    access: { allowedCidrs: ["10.0.0.0/8"] },
    release: "6.3.4167",
    size: "L",
    tracing: true,
  },
  "aws, everything external": {
    ...aws,
    release: "7.5.4453",
    size: "M",
    secrets,
    databases: {
      external: {
        frontend: { ...database, database: "a" },
        codeIntel: { ...database, database: "b" },
        codeInsights: { ...database, database: "c" },
      },
    },
    cache: { external: { cache: "a", store: "b" } },
    objectStorage: { external: { backend: "S3", bucket: "some-bucket", region: "us-east-1" } },
  },
};

function laidOut(config: Record<string, unknown>): Layout {
  const specification = parseSpecification(config);
  return layOut(drawingOf(planVm(specification), specification));
}

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

describe("the drawing of a plan", () => {
  for (const [name, config] of Object.entries(configs)) {
    describe(name, () => {
      const layout = laidOut(config);
      const { groups, routes, machine, network, width, height } = layout;
      const labels = routes.map(({ link, label }): Box => {
        const labelWidth = link.label.length * 6.4 + 8;
        return { x: label.x - labelWidth / 2, y: label.y - 8, width: labelWidth, height: 16 };
      });

      it("keeps groups, cards and labels apart and on the page", () => {
        const page = { x: 0, y: 0, width, height };
        groups.forEach(({ box, cards, group }, index) => {
          assert.ok(within(box, page), group.id);
          for (const other of groups.slice(index + 1))
            assert.ok(!overlap(box, other.box), `${group.id} and ${other.group.id}`);
          cards.forEach((card, at) => {
            assert.ok(within(card.box, box), card.card.name);
            for (const next of cards.slice(at + 1))
              assert.ok(!overlap(card.box, next.box), `${card.card.name} and ${next.card.name}`);
          });
        });
        labels.forEach((label, index) => {
          for (const { box, group } of groups)
            assert.ok(!overlap(label, box), `label ${routes[index]?.link.label} on ${group.id}`);
          for (const other of labels.slice(index + 1))
            assert.ok(!overlap(label, other), `label ${routes[index]?.link.label} on another`);
        });
      });

      it("leads every line around the groups, to the side of the group it is for", () => {
        for (const { link, points } of routes) {
          for (let index = 1; index < points.length; index++) {
            const [a, b] = [points[index - 1], points[index]];
            assert.ok(a !== undefined && b !== undefined && (a.x === b.x || a.y === b.y), "lines are straight");
            const line = {
              x: Math.min(a.x, b.x),
              y: Math.min(a.y, b.y),
              width: Math.abs(a.x - b.x),
              height: Math.abs(a.y - b.y),
            };
            for (const { box, group } of groups)
              assert.ok(!overlap(line, box), `${link.from} to ${link.to} crosses ${group.id}`);
          }
        }
      });

      it("puts what runs on the machine within its box, and that within the network", () => {
        for (const { group, box } of groups) {
          const isOnMachine = ["edge", "application", "inner", "stores", "observability"].includes(group.place);
          assert.equal(within(box, machine), isOnMachine, group.id);
        }
        if (network !== undefined) assert.ok(within(machine, network));
      });

      it("is the same text every time, and loads nothing", () => {
        const svg = drawingSvg(layout);
        assert.equal(svg, drawingSvg(laidOut(config)));
        assert.deepEqual(svg.match(/href=|@import|<image|<script|url\((?!#)/g), null);
      });
    });
  }

  it("shows every service but jobs, once", () => {
    const specification = parseSpecification(configs["local"]);
    const plan = planVm(specification);
    const names = drawingOf(plan, specification).groups.flatMap(({ cards }) => cards.map(({ name }) => name));
    for (const { service } of plan.containers)
      assert.equal(names.filter((name) => name === service).length, service === "migrator" ? 0 : 1, service);
  });
});
