// Compares synthesis with that of peers: the same objects, each way from a cold start and in a warm process, taking turns.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderManifestFiles } from "../components/core/rendering/manifests/manifest-files";
import { renderManifests } from "../components/core/rendering/manifests/manifests";
import { benchConfig, planOf } from "./manifests";
import { median } from "./processes";

/** Packages of the peers, installed for the comparison alone. */
const packages = ["cdk8s@2.70.106", "cdk8s-plus-33@2.5.57", "aws-cdk-lib@2.276.0", "constructs@10.8.1"] as const;

/** Times the work is done again in a warm process. */
const warmRuns = 25;

/** A way to make a deployment's description. */
interface Way {
  readonly name: string;
  /** What it is compared with: the way of this library that gives the same. */
  readonly against?: string;
  readonly command: readonly string[];
  readonly cwd: string;
  /** Whether its script does the work several times when asked to. */
  readonly isRepeated?: boolean;
}

/** A way as measured. */
export interface PeerRow {
  readonly name: string;
  /** Objects or resources that come out. */
  readonly count?: number;
  /** Processor time of a process from start to end, ms; wall time where the system does not tell. */
  readonly coldMs: number;
  /** Processor time of the same work again in the same process, ms. */
  readonly warmMs?: number;
  /** How many times as long it takes as this library's own way. */
  readonly coldRatio?: number;
  readonly warmRatio?: number;
}

interface Printed {
  readonly count?: number;
  /** The name that a program under mocks has for it. */
  readonly resources?: number;
  readonly warmMs?: number;
}

/** Processor time of all children so far, ms; undefined where the system does not tell. */
function childrenMs(): number | undefined {
  if (process.platform !== "linux") return undefined;
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)?.split(" ") ?? [];
  // In hundredths of a second, counted from the field behind the name.
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

function run(
  { command: [program = "", ...args], cwd }: Way,
  runs = 0,
): { readonly ms: number; readonly printed: Printed } {
  const start = process.hrtime.bigint();
  const before = childrenMs();
  const env = { ...process.env, RUNS: String(runs) };
  const child = spawnSync(program, args, { cwd, env, encoding: "utf8", maxBuffer: 1e8 });
  const wall = Number(process.hrtime.bigint() - start) / 1e6;
  const after = childrenMs();
  const ms = before === undefined || after === undefined ? wall : after - before;
  if (child.status !== 0)
    throw new Error(`${program} ${args.join(" ")} failed: ${child.error?.message ?? child.stderr}`);
  return { ms, printed: program === "kubectl" ? {} : (JSON.parse(child.stdout) as Printed) };
}

/** Installs the peers; false, with the reason printed, where that fails. */
function install(folder: string): boolean {
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...packages];
  const child = spawnSync("npm", args, { cwd: folder, encoding: "utf8", timeout: 300_000 });
  if (child.status === 0) return true;
  console.log(`skipped: the peers, because npm install failed: ${child.error?.message ?? child.stderr.trim()}`);
  return false;
}

function writeInputs(folder: string): number {
  const plan = planOf(0);
  const objects = renderManifests(plan);
  writeFileSync(join(folder, "objects.json"), JSON.stringify(objects));
  writeFileSync(join(folder, "config.json"), JSON.stringify(benchConfig(0)));
  const files = renderManifestFiles(plan).filter(({ path }) => path.endsWith(".yaml"));
  for (const { path, text } of files) {
    mkdirSync(join(folder, "kustomize", path, ".."), { recursive: true });
    writeFileSync(join(folder, "kustomize", path), text);
  }
  const kustomization = { namespace: plan.namespace.name, resources: files.map(({ path }) => path) };
  writeFileSync(join(folder, "kustomize/kustomization.yaml"), JSON.stringify(kustomization));
  return objects.length;
}

function waysOf(root: string, folder: string): Way[] {
  const node = (script: string, ...args: string[]) => [process.execPath, join(root, "bench", script), ...args];
  const peer = (script: string) => node(`peers/${script}.cjs`, join(folder, "objects.json"), folder);
  const manifests = "this library, config to YAML";
  const program = "this library, EKS program under mocks";
  const kubectl = spawnSync("kubectl", ["version", "--client"], { encoding: "utf8" }).status === 0;
  if (!kubectl) console.log("skipped: kubectl kustomize, because kubectl is not on the PATH");
  return [
    { name: manifests, command: node("peers/own.cjs", join(folder, "config.json")), cwd: root, isRepeated: true },
    { name: "cdk8s, ready objects to YAML", against: manifests, command: peer("cdk8s"), cwd: folder, isRepeated: true },
    {
      name: "cdk8s-plus, typed objects to YAML",
      against: manifests,
      command: peer("cdk8s-plus"),
      cwd: folder,
      isRepeated: true,
    },
    ...(kubectl
      ? [
          {
            name: "kubectl kustomize, ready YAML to YAML",
            against: manifests,
            command: ["kubectl", "kustomize", join(folder, "kustomize")],
            cwd: folder,
          },
        ]
      : []),
    { name: program, command: node("program.cjs", "eks"), cwd: root },
    { name: "AWS CDK, EKS app to template", against: program, command: peer("aws-cdk"), cwd: folder },
  ];
}

/**
 * Measures this library and its peers; empty, with the reason printed, where the peers cannot be installed.
 *
 * @param root folder of this library, built
 */
export function measurePeers(root: string, turns = 5): PeerRow[] {
  const folder = mkdtempSync(join(tmpdir(), "sgbox-peers-"));
  try {
    if (!install(folder)) return [];
    const objects = writeInputs(folder);
    const ways = waysOf(root, folder);
    const measured = new Map(
      ways.map(({ name }) => [name, { cold: [] as number[], warm: [] as number[], count: objects }]),
    );
    // The first turn warms the disk. Taking turns is fair to all when the machine is busy.
    for (let turn = 0; turn <= turns; turn++)
      for (const way of ways) {
        const { ms, printed } = run(way);
        const into = measured.get(way.name);
        if (into === undefined || turn === 0) continue;
        into.cold.push(ms);
        into.count = printed.resources ?? printed.count ?? into.count;
      }
    for (const way of ways.filter(({ isRepeated }) => isRepeated))
      measured.get(way.name)?.warm.push(run(way, warmRuns).printed.warmMs ?? Number.NaN);
    return ways.map(({ name, against }): PeerRow => {
      const { cold, warm, count } = measured.get(name) ?? { cold: [], warm: [], count: 0 };
      const own = against === undefined ? undefined : measured.get(against);
      return {
        name,
        count,
        coldMs: median(cold),
        ...(warm.length > 0 && { warmMs: median(warm) }),
        ...(own !== undefined && { coldRatio: median(cold) / median(own.cold) }),
        ...(own !== undefined &&
          own.warm.length > 0 &&
          warm.length > 0 && { warmRatio: median(warm) / median(own.warm) }),
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
