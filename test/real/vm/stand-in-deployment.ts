import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bundle, BundleFile, SecretFile } from "../../../components/core/rendering/bundle";
import { convergeScript } from "../../../components/core/rendering/converge";
import { imageTar } from "../../support/vm";

/** What a machine is to run: a bundle, the values of its secrets by name, and its images as archives. */
export interface Deployment {
  readonly bundle: Bundle;
  readonly secretValues: Readonly<Record<string, string>>;
  readonly imageTars: readonly string[];
}

/** Three deployments of one installation: the first, one that may follow it, and one that is older than both. */
export interface Deployments {
  readonly first: Deployment;
  readonly next: Deployment;
  readonly older: Deployment;
}

/** A value with all that an environment file, a shell or JSON might trip over. */
export const awkward = `marker-4711 a"b\\c$d'e #f \${g} \\n %h &i\nsecond\r\nline =é`;

const databaseProgram = [
  "echo started >> /var/lib/db/log",
  "trap 'echo stopped >> /var/lib/db/log; exit 0' TERM",
  "touch /tmp/ready",
  "while :; do sleep 1; done",
].join("; ");

/** A small stand-in of a deployment: a one-shot service, a database with a volume, a web server with secrets. */
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
  const hop = { path: "hop.json", mode: "0644", text: JSON.stringify({ from: ["7.5.4453"], kind: "standard" }) };
  return {
    first: deployment("7.5.4453", "first", [{ path: "first-only.txt", mode: "0644", text: "" }]),
    next: deployment("7.6.0", "next", [hop]),
    older: deployment("7.4.0", "older"),
  };
}

function bundle(release: string, page: string, more: readonly BundleFile[]): Bundle {
  const health = (test: readonly string[]): object => ({ test: ["CMD", ...test], interval: "2s", retries: 60 });
  const compose = {
    name: "docker-compose",
    services: {
      migrator: { container_name: "migrator", image: "stand-in/db:1", command: ["test", "-d", "/tmp"], restart: "no" },
      db: {
        container_name: "db",
        image: "stand-in/db:1",
        command: ["sh", "-c", databaseProgram],
        volumes: ["db:/var/lib/db"],
        healthcheck: health(["test", "-e", "/tmp/ready"]),
        depends_on: { migrator: { condition: "service_completed_successfully" } },
        restart: "always",
      },
      web: {
        container_name: "web",
        image: "stand-in/web:1",
        user: "100:101",
        command: ["httpd", "-f", "-p", "8080", "-h", "/www"],
        env_file: [{ path: "./secrets/web.env", required: false }],
        ports: ["127.0.0.1:8080:8080"],
        volumes: ["./web:/www:ro", "./secrets/token:/token:ro"],
        healthcheck: health(["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/page"]),
        depends_on: { db: { condition: "service_healthy" } },
        labels: { page },
        stop_signal: "SIGKILL",
        restart: "always",
      },
    },
    volumes: { db: {} },
  };
  const files: BundleFile[] = [
    { path: "compose.yaml", mode: "0644", text: JSON.stringify(compose, null, 1) },
    { path: "converge.sh", mode: "0755", text: convergeScript },
    { path: "web/page", mode: "0644", text: page },
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
