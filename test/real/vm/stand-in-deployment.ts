import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bundle, BundleFile, SecretFile } from "../../../components/core/rendering/bundle";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { machineHop } from "../../../components/core/planning/vm/machine-hop";
import { planVm } from "../../../components/core/planning/vm/plan";
import { convergeScript, upgradeScript } from "../../../components/core/rendering/converge";
import { imageTar } from "../../support/vm";

/** What a machine is to run: a bundle, the values of its secrets by name, and its images as archives. */
export interface Deployment {
  readonly bundle: Bundle;
  readonly secretValues: Readonly<Record<string, string>>;
  readonly imageTars: readonly string[];
}

/** Two deployments of one installation: the first, and one of the release after it. */
export interface Deployments {
  readonly first: Deployment;
  readonly next: Deployment;
}

/** A value with all that an environment file, a shell or JSON might trip over. */
export const awkward = `marker-4711 a"b\\c$d'e #f \${g} \\n %h &i\nsecond\r\nline =é`;

const databaseProgram = [
  "echo started >> /var/lib/db/log",
  "trap 'echo stopped >> /var/lib/db/log; exit 0' TERM",
  "touch /tmp/ready",
  "while :; do sleep 1; done",
].join("; ");

/** Keeps one schema beside the database, and needs two minutes to bring it from one release to another. */
const migratorProgram = [
  "schema=/var/lib/db/schema; now=$(cat $schema 2> /dev/null)",
  'case "$0 $now" in',
  '"up $RELEASE") ;;',
  '"up "|"up half") echo $RELEASE > $schema ;;',
  '"up "*) echo half > $schema; sleep 120; echo $RELEASE > $schema ;;',
  '*) test "$now" = "$RELEASE" ;;',
  "esac",
].join("\n");

/** Refuses a schema that is not its own, as the real one does. */
const frontendProgram = 'test "$(cat /var/lib/db/schema)" = "$RELEASE" || exit 1; exec httpd -f -p 3080 -h /www';

const from = "7.4.0";
const to = "7.5.4453";
const specification = parseSpecification({
  cloud: "aws",
  region: "us-east-1",
  release: to,
  size: "XS",
  access: { allowedCidrs: ["10.0.0.0/8"] },
});

/** The planner's own runbook; the deployment has the services that it names. */
const hop = machineHop(planVm(specification), specification, { kind: "standard", from, to });

/** A small stand-in of a deployment: databases with volumes, a migrator, a web server with secrets. */
export async function standInDeployments(folder: string): Promise<Deployments> {
  const imageTars: string[] = [];
  for (const name of ["db", "web"]) {
    const root = join(folder, name);
    for (const directory of ["bin", "tmp", "var/lib/db", "www"]) mkdirSync(join(root, directory), { recursive: true });
    copyFileSync("/bin/busybox", join(root, "bin/busybox"));
    for (const applet of ["sh", "test", "wget", "httpd", "sleep", "touch", "cat", "id", "env"]) {
      symlinkSync("busybox", join(root, "bin", applet));
    }
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ Env: ["PATH=/bin"] }));
    const tar = join(folder, `${name}.tar`);
    await imageTar(tar, `stand-in/${name}:1`, root, join(folder, `${name}.json`));
    imageTars.push(tar);
  }
  const deployment = (release: string, page: string, more: readonly BundleFile[] = []): Deployment => ({
    bundle: bundle(release, page, more),
    secretValues: { password: awkward, token: "marker-4712" },
    imageTars,
  });
  return {
    first: deployment(from, "first", [{ path: "first-only.txt", mode: "0644", text: "" }]),
    next: deployment(to, "next", [{ path: "hop.json", mode: "0644", text: JSON.stringify(hop) }]),
  };
}

function bundle(release: string, page: string, more: readonly BundleFile[]): Bundle {
  // Each look costs an emulated machine a second: often only until the first that succeeds.
  const health = (test: readonly string[]): object => ({
    test: ["CMD", ...test],
    interval: "60s",
    timeout: "60s",
    start_period: "600s",
    start_interval: "3s",
  });
  const database = (name: string): object => ({
    container_name: name,
    image: "stand-in/db:1",
    command: ["sh", "-c", databaseProgram],
    volumes: [`${name}:/var/lib/db`],
    healthcheck: health(["test", "-e", "/tmp/ready"]),
    restart: "always",
  });
  const databases = ["pgsql", "codeintel-db", "codeinsights-db"];
  const compose = {
    name: "docker-compose",
    services: {
      ...Object.fromEntries(databases.map((name) => [name, database(name)])),
      migrator: {
        container_name: "migrator",
        image: "stand-in/db:1",
        entrypoint: ["sh", "-c", migratorProgram],
        command: ["up"],
        environment: { RELEASE: release },
        volumes: ["pgsql:/var/lib/db"],
        depends_on: Object.fromEntries(databases.map((name) => [name, { condition: "service_healthy" }])),
        restart: "on-failure",
      },
      "sourcegraph-frontend-0": {
        container_name: "sourcegraph-frontend-0",
        image: "stand-in/web:1",
        user: "100:101",
        command: ["sh", "-c", frontendProgram],
        environment: { RELEASE: release },
        env_file: [{ path: "./secrets/web.env", required: false }],
        ports: ["127.0.0.1:8080:3080"],
        volumes: ["./web:/www:ro", "./secrets/token:/token:ro", "pgsql:/var/lib/db:ro"],
        healthcheck: health(["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3080/page"]),
        depends_on: { migrator: { condition: "service_completed_successfully" } },
        labels: { page },
        stop_signal: "SIGKILL",
        restart: "always",
      },
    },
    volumes: Object.fromEntries(databases.map((name) => [name, {}])),
  };
  const files: BundleFile[] = [
    { path: "compose.yaml", mode: "0644", text: JSON.stringify(compose, null, 1).replaceAll("$", "$$$$") },
    { path: "converge.sh", mode: "0755", text: convergeScript },
    { path: "upgrade.sh", mode: "0644", text: upgradeScript },
    { path: "web/page", mode: "0644", text: page },
    { path: "web/__version", mode: "0644", text: release },
    ...more,
  ];
  const secretFiles: SecretFile[] = [
    { path: "secrets/token", mode: "0400", owner: "100:101", parts: [{ secret: "token", as: "raw" }] },
    {
      path: "secrets/web.env",
      mode: "0600",
      parts: [
        'PASSWORD="',
        { secret: "password", as: "env" },
        '"\nDSN="postgres://sg:',
        { secret: "password", as: "uri" },
        '@db"\n',
      ],
    },
  ];
  return {
    schema: 1,
    release,
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    secretFiles,
    secrets: ["password", "token"],
    images: ["stand-in/db:1", "stand-in/web:1"],
  };
}
