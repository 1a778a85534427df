// Measures the budgets and prints them beside what was measured. Nothing fails here: a figure depends on the machine.
//
//   npm run bench [-- --json] [-- --tests] [-- --peers] [-- --no-machine] [-- --vm]
//
//   --tests: npm test as well; --peers: against cdk8s, kustomize and the AWS CDK, which are installed for it;
//   --no-machine: without what needs a Docker Engine, which takes some minutes; --only-machine: nothing else;
//   --vm: how long an emulated machine takes to come up, too, some ten minutes
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { planVm } from "../components/core/planning/vm/plan";
import { parseSpecification } from "../components/core/planning/config/specification";
import { measureBoot } from "./boot";
import { measureConverge } from "./converge";
import { fleetTable, measureFleets, type FleetRow } from "./fleet";
import { measureManifests } from "./manifests";
import { measurePeers, type PeerRow } from "./peers";
import { measureProgram, median } from "./processes";
import { ratioTable, type Ratio } from "./ratio";
import { scaleHead, scaleRows, scaleTable, simulatedClouds, type ScaleRow } from "./scale";
import { measureUpgrade } from "./upgrade";

/** One budget. */
interface Line {
  readonly what: string;
  readonly unit: "s" | "ms" | "MB" | "bytes";
  readonly budget: number;
  readonly measured: number;
  /** Processor time of the same work, seconds. */
  readonly cpuSeconds?: number;
}

const root = join(__dirname, "..");

const asked = (option: string): boolean => process.argv.includes(option);

function milliseconds(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function start(): Line[] {
  const { seconds, cpuSeconds, megabytes } = measureProgram(root, ["dist/cli/main.js", "plan"]);
  return [
    { what: "npm start, warm disk", unit: "s", budget: 1, measured: seconds, cpuSeconds },
    { what: "npm start, peak memory", unit: "MB", budget: 200, measured: megabytes },
  ];
}

function programs(): Line[] {
  return ["aws", "gcp", "local", "eks", "gke", "existing"].flatMap((cloud): Line[] => {
    const { seconds, cpuSeconds, megabytes, output } = measureProgram(root, ["bench/program.cjs", cloud]);
    const { userDataBytes } = JSON.parse(output) as { userDataBytes?: number };
    return [
      { what: `program start under mocks, ${cloud}`, unit: "s", budget: 2, measured: seconds, cpuSeconds },
      { what: `program start under mocks, ${cloud}, peak memory`, unit: "MB", budget: 250, measured: megabytes },
      ...(userDataBytes === undefined
        ? []
        : [{ what: "user data, aws", unit: "bytes" as const, budget: 16_384, measured: userDataBytes }]),
    ];
  });
}

/** A config unlike its neighbours, so that nothing is measured twice. */
const config = (index: number) => ({
  cloud: index % 2 === 0 ? "aws" : "gcp",
  region: index % 2 === 0 ? "us-east-1" : "us-central1",
  gcp: index % 2 === 0 ? undefined : { project: "example-project" },
  release: "7.5.4453",
  usage: {
    users: 100 + index,
    repositories: 1000 + index,
    totalSizeGb: 100,
    largestRepositoryGb: 5,
    largestIndexGb: 1,
  },
  access: { allowedCidrs: ["10.0.0.0/8"] },
});

function planning(): Line[] {
  const specification = (index: number) => parseSpecification(JSON.parse(JSON.stringify(config(index))));
  const plan = (index: number) => planVm(specification(index));
  for (let index = 0; index < 200; index++) plan(index);
  const single = Array.from({ length: 300 }, (_, index) => milliseconds(() => plan(index)));
  const before = process.cpuUsage();
  const thousand = milliseconds(() => {
    for (let index = 0; index < 1000; index++) plan(index);
  });
  const { user, system } = process.cpuUsage(before);
  const cpuSeconds = (user + system) / 1e6;
  return [
    { what: "planning one instance, config to plan", unit: "ms", budget: 2, measured: median(single) },
    { what: "planning 1,000 instances in one process", unit: "s", budget: 2, measured: thousand / 1000, cpuSeconds },
  ];
}

function manifests(): Line {
  const { milliseconds: measured, objects } = measureManifests();
  return { what: `manifests of one instance, config to ${objects} objects`, unit: "ms", budget: 50, measured };
}

/** Plans instances of every size on both clouds. */
function scale(): { readonly rows: readonly ScaleRow[]; readonly line: Line } {
  let rows: readonly ScaleRow[] = [];
  const wall = milliseconds(() => {
    rows = scaleRows();
  });
  return {
    rows,
    line: {
      what: `planning and pricing ${rows.length} clusters of every size`,
      unit: "s",
      budget: 5,
      measured: wall / 1000,
    },
  };
}

/** Runs the verbs over fleets, and holds the largest against its budget. */
function fleets(): { readonly rows: readonly FleetRow[]; readonly lines: readonly Line[] } {
  const rows = measureFleets(root);
  const lines = rows
    .filter(({ instances }) => instances === 1000)
    .flatMap(({ verb, seconds, cpuSeconds, megabytes }): Line[] => [
      { what: `fleet ${verb}, 1,000 instances`, unit: "s", budget: 5, measured: seconds, cpuSeconds },
      { what: `fleet ${verb}, 1,000 instances, peak memory`, unit: "MB", budget: 500, measured: megabytes },
    ]);
  return { rows, lines };
}

function tests(): Line[] {
  if (!asked("--tests")) return [];
  const wall = milliseconds(() => spawnSync("npm", ["test"], { cwd: root, stdio: "ignore" }));
  return [{ what: "npm test", unit: "s", budget: 60, measured: wall / 1000 }];
}

function peerTable(rows: readonly PeerRow[]): string {
  const table = new Table({
    head: ["against peers", "gives", "cold start", "ratio", "warm", "ratio"],
    style: { head: [], border: [] },
  });
  const ms = (value: number | undefined) => (value === undefined ? "" : `${value.toFixed(0)} ms`);
  for (const { name, count, coldMs, coldRatio, warmMs, warmRatio } of rows)
    table.push([name, count ?? "", ms(coldMs), coldRatio?.toFixed(2) ?? "", ms(warmMs), warmRatio?.toFixed(2) ?? ""]);
  return table.toString();
}

/** What the machine's programs take beside the bare ones. They need root and the test toolchain. */
async function machines(): Promise<Ratio[]> {
  if (asked("--no-machine")) return [];
  const measured: Ratio[] = [];
  for (const measure of [measureConverge, measureUpgrade, ...(asked("--vm") ? [measureBoot] : [])]) {
    try {
      measured.push(await measure());
    } catch (error) {
      console.error(`not measured: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return measured;
}

/** What was measured. */
interface Results {
  readonly lines: readonly Line[];
  readonly ratios: readonly Ratio[];
  readonly peers: readonly PeerRow[];
  readonly rows: readonly ScaleRow[];
  readonly fleets: readonly FleetRow[];
}

function print({ lines, ratios, peers, rows, fleets }: Results) {
  if (asked("--json")) {
    console.log(JSON.stringify({ budgets: lines, machines: ratios, peers, scale: rows, fleets }, null, 2));
    return;
  }
  const figure = (value: number, unit: string) => `${value.toFixed(unit === "s" || unit === "ms" ? 2 : 0)} ${unit}`;
  const table = new Table({
    head: ["what", "budget", "measured", "ratio", "processor time"],
    style: { head: [], border: [] },
  });
  for (const { what, unit, budget, measured, cpuSeconds } of lines)
    table.push([
      what,
      `${budget} ${unit}`,
      figure(measured, unit),
      (measured / budget).toFixed(2),
      cpuSeconds === undefined ? "" : figure(cpuSeconds, "s"),
    ]);
  if (lines.length > 0) console.log(table.toString());
  if (fleets.length > 0) console.log(fleetTable(fleets));
  if (ratios.length > 0) console.log(ratioTable(ratios));
  if (peers.length > 0) console.log(peerTable(peers));
  for (const cloud of rows.length > 0 ? simulatedClouds : []) {
    const sizes = new Table({ head: [...scaleHead], style: { head: [], border: [] } });
    sizes.push(...scaleTable(rows, cloud));
    console.log(`${cloud}: what instances of every size get and cost, see docs/scale.md`);
    console.log(sizes.toString());
  }
  console.log(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}; medians`);
}

async function main(): Promise<void> {
  if (asked("--only-machine")) {
    print({ lines: [], ratios: await machines(), peers: [], rows: [], fleets: [] });
    return;
  }
  if (!existsSync(join(root, "dist/cli/main.js"))) throw new Error("there is no dist/; run npm run build");
  const { rows, line } = scale();
  const measured = fleets();
  const lines = [...start(), ...programs(), ...planning(), manifests(), line, ...measured.lines, ...tests()];
  const peers = asked("--peers") ? measurePeers(root) : [];
  print({ lines, ratios: await machines(), peers, rows, fleets: measured.rows });
}

void main();
