import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { hopBetween } from "../../components/core/planning/upgrade/upgrade";
import { rollbackRunbook } from "../../components/core/planning/upgrade/runbook-rollback";
import { machineSteps, type MachineHop } from "../../components/core/planning/vm/machine-hop";
import type { LastHop } from "../../components/core/planning/manifest";
import type { Bundle } from "../../components/core/rendering/bundle";
import { machineOn, succeeded } from "./compose-deployment";
import type { DockerEngine } from "./docker";
import { buildImages, type StandInImage } from "./images/build";
import type { Ended, ProgramHost } from "./machine-programs";
import { toolchainFolder } from "./toolchain";

/** What goes wrong in the midst of a step: the program is killed, the engine is, or the disk of the machine's state is full. */
export type Fault = "converge killed" | "engine killed" | "disk full";

const image = (service: string, name: string, release: string, fault?: string): StandInImage => ({
  service,
  reference: `registry.test/sourcegraph/${name}:${release}`,
  ...(fault === undefined ? {} : { fault }),
});

/** The images of a release, the smallest set that an upgrade can be made with. */
export function imagesOf(release: string, faults: Readonly<Record<string, string>> = {}): StandInImage[] {
  return [
    image("pgsql", "postgres", release, faults["pgsql"]),
    image("redis-cache", "redis-cache", release),
    image("migrator", "migrator", release, faults["migrator"]),
    image("sourcegraph-frontend", "frontend", release, faults["sourcegraph-frontend"]),
  ];
}

/** Images that are made here can be given no digest. */
const situation = {
  codeInsights: false,
  conditions: ["builtin-postgres"],
  registry: "registry.test/sourcegraph",
  pinDigests: false,
};

/** What the planner has a machine with two databases do. */
export function hopOf({ from, to, kind }: LastHop): MachineHop {
  if (kind === "restore") throw new Error("a restore has no runbook");
  const { runbook, images } = (kind === "rollback" ? rollbackRunbook : hopBetween)(from, to, situation);
  return {
    from: [from],
    kind,
    frontend: "sourcegraph-frontend-0",
    images,
    wayBack: "restore the data",
    steps: machineSteps(runbook),
  };
}

/** The compose file of a release: two databases, a Redis, the migrator and a frontend. */
function composeOf(release: string, retries: number): string {
  const reference = (name: string) => `registry.test/sourcegraph/${name}:${release}`;
  const health = (test: readonly string[]) => ({ test, interval: "1s", timeout: "10s", retries });
  const schemas = { PGHOST: "pgsql", CODEINTEL_PGHOST: "codeintel-db" };
  // The migrator's upgrade takes all three: the third is in the server of the first.
  const insights = { CODEINSIGHTS_PGHOST: "pgsql", CODEINSIGHTS_PGUSER: "sg", CODEINSIGHTS_PGDATABASE: "postgres" };
  const database = (name: string) => ({
    image: reference("postgres"),
    volumes: [`${name}:/data`],
    healthcheck: health(["CMD", "/liveness.sh"]),
    restart: "always",
  });
  const store = "redis-cache:6379";
  const services = {
    pgsql: database("pgsql"),
    "codeintel-db": database("codeintel-db"),
    "redis-cache": {
      image: reference("redis-cache"),
      networks: { default: { aliases: ["redis-store"] } },
      restart: "always",
    },
    migrator: {
      image: reference("migrator"),
      command: ["up"],
      environment: { ...schemas, ...insights },
      depends_on: { pgsql: { condition: "service_healthy" }, "codeintel-db": { condition: "service_healthy" } },
    },
    "sourcegraph-frontend-0": {
      image: reference("frontend"),
      environment: {
        ...schemas,
        DEPLOY_TYPE: "docker-compose",
        SRC_GIT_SERVERS: store,
        SEARCHER_URL: `http://${store}`,
        INDEXED_SEARCH_SERVERS: store,
      },
      healthcheck: health(["CMD-SHELL", "wget -q http://127.0.0.1:3080/healthz -O /dev/null"]),
      depends_on: { migrator: { condition: "service_completed_successfully" } },
      restart: "always",
    },
  };
  return JSON.stringify({ name: "faults", services, volumes: { pgsql: {}, "codeintel-db": {} } });
}

/**
 * Plays `docker` in front of the real one: once, in the midst of what a step does, what `fault` says for that step happens.
 * What is in the way of looks, and of steps that were only begun by a run before, does not count.
 */
const dockerProgram = `#!/bin/bash
if [ -s "$FAKE/fault" ]; then
  IFS='|' read -r step tries fault < "$FAKE/fault"
  case "$step $*" in
    *" compose run "* | *" compose --file "* | *" compose up "* | *" compose exec "* | "stop ps "*)
      if jq -e --arg step "$step" --argjson tries "$tries" '.steps[$step] | .state == "running" and .tries > $tries' "$STATE/journal.json" > /dev/null 2>&1; then
        rm "$FAKE/fault"
        # A look at a frontend that answers is over at once.
        late=0.4
        [ "$step" != verify ] || late=0
        case $fault in
          "converge killed") (sleep $late; pkill -9 -s 0 -f 'converge.sh$') > /dev/null 2>&1 8>&- 9>&- & ;;
          "engine killed") (sleep $late; kill -9 "$(cat "$ENGINE/dockerd.pid")") > /dev/null 2>&1 8>&- 9>&- & ;;
          "disk full") cat /dev/zero > "$STATE/fill" 2> /dev/null ;;
        esac
        [ "$step" != verify ] || /usr/bin/sleep 0.5
      fi ;;
  esac
fi
exec /usr/bin/docker "$@"
`;

/** A machine of the machine's own programs with its state on a small disk, on a real Docker Engine that can be killed. */
export class FaultMachine {
  readonly host: ProgramHost;
  private readonly state: string;
  private readonly engineState: string;

  constructor(private readonly engine: DockerEngine) {
    this.engineState = dirname(engine.env.DOCKER_HOST.replace("unix://", ""));
    this.host = machineOn(engine.env);
    this.state = join(this.host.folder, "mnt/state");
    this.host.write("bin/docker", dockerProgram);
    // What is waited for between two tries is not what is looked at here.
    this.host.write("bin/sleep", '#!/bin/bash\nexec /usr/bin/sleep "$([ "$1" = 10 ] && echo 0.2 || echo "$1")"\n');
    for (const program of ["docker", "sleep"]) chmodSync(join(this.host.folder, "bin", program), 0o755);
    Object.assign(this.host.environment, { STATE: this.state, ENGINE: this.engineState });
    mkdirSync(this.state, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", this.state]);
  }

  /** Points the machine to a release. Returns the digest of its bundle. */
  publish(release: string, hop?: LastHop): string {
    const files: Bundle["files"] = [
      { path: "compose.yaml", mode: "0644", text: composeOf(release, hop === undefined ? 120 : 30) },
      ...(hop === undefined ? [] : [{ path: "hop.json", mode: "0644", text: JSON.stringify(hopOf(hop)) }]),
    ];
    const images = imagesOf(release).map(({ reference }) => reference);
    const base = this.host.bundle(release);
    const programs = base.files.filter(({ path }) => path.endsWith(".sh"));
    return this.host.publish({ ...base, files: [...programs, ...files], images });
  }

  /** The machine looks for a new bundle. */
  poll(): Promise<Ended> {
    this.host.released();
    return this.host.fetch("poll");
  }

  /** The person's word to go on. */
  async goOn(): Promise<Ended> {
    this.host.environment.SOURCEGRAPH_RETRY = "1";
    const ended = await this.host.fetch("boot");
    delete this.host.environment.SOURCEGRAPH_RETRY;
    return ended;
  }

  /** Has a fault happen in a step, once. */
  plant(step: string, fault: Fault): void {
    const journal = existsSync(join(this.state, "journal.json"))
      ? (JSON.parse(readFileSync(join(this.state, "journal.json"), "utf8")) as {
          steps: Record<string, { tries: number }>;
        })
      : { steps: {} };
    this.host.write("fake/fault", `${step}|${journal.steps[step]?.tries ?? 0}|${fault}\n`);
  }

  /** Whether the planted fault has happened. */
  happened(): boolean {
    return !existsSync(join(this.host.folder, "fake/fault"));
  }

  /** What a person or the machine's init does after a fault: the disk has room again, the engine is started. */
  repair(): void {
    rmSync(join(this.state, "fill"), { force: true });
    for (let tries = 5; ; tries--)
      try {
        // A killed engine's helper may be slow to start on a busy machine; a second try finds it started.
        execFileSync(join(toolchainFolder(), "docker-up"), [this.engineState], { stdio: "pipe", timeout: 60_000 });
        return;
      } catch (error) {
        if (tries === 0) throw error;
      }
  }

  /** Gives the engine images of a release, with faults by service. */
  async load(release: string, faults: Readonly<Record<string, string>> = {}): Promise<void> {
    await buildImages(imagesOf(release, faults), this.engine.api);
  }

  /** Asks a database. */
  async sql(service: string, query: string): Promise<string> {
    const psql = ["psql", "-X", "-qtA", "-U", "sg", "-d", "sg", "-c", query];
    return succeeded(await this.engine.docker(["exec", `faults-${service}-1`, ...psql])).trim();
  }

  /** `SERVICE RELEASE`, a line for each container that runs. */
  async running(): Promise<string[]> {
    const list = succeeded(
      await this.engine.docker(["ps", "--format", '{{.Label "com.docker.compose.service"}} {{.Image}}']),
    );
    return list
      .trim()
      .split("\n")
      .map((line) => line.replace(/ .*:/, " "))
      .sort();
  }

  /** Result and release of the status, and whether an upgrade is not over. */
  standing(): { readonly result: string; readonly installed: string; readonly open: boolean } {
    const { result, installed } = this.status();
    return { result, installed: installed.release, open: existsSync(join(this.state, "journal.json")) };
  }

  /** The last lines of what failed, as its status has them. */
  lastWords(): string {
    return (this.status().log ?? []).join("\n");
  }

  private status(): {
    readonly result: string;
    readonly installed: { readonly release: string };
    readonly log?: string[];
  } {
    return JSON.parse(readFileSync(join(this.state, "status.json"), "utf8")) as ReturnType<FaultMachine["status"]>;
  }

  /** Deletes everything but the engine. */
  async delete(): Promise<void> {
    const containers = succeeded(await this.engine.docker(["ps", "--all", "--quiet"]))
      .split("\n")
      .filter(Boolean);
    if (containers.length > 0) await this.engine.docker(["rm", "--force", "--volumes", ...containers]);
    await this.engine.docker(["volume", "rm", "faults_pgsql", "faults_codeintel-db"]);
    await this.engine.docker(["image", "prune", "--all", "--force"]);
    execFileSync("umount", ["--lazy", this.state]);
    this.host.delete();
  }
}
