import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toolchainFolder } from "../toolchain";
import type { DockerApi } from "../stand-ins/docker/api";
import { commonEntries, programEntries, type Program } from "./programs";
import { behaviours, type Behaviour } from "./services";
import { tar, type TarEntry } from "./tar";

/** An image to be played: its reference, without a digest (those cannot be given locally), and the service it is of. */
export interface StandInImage {
  readonly reference: string;
  /** Name in the catalogue, as in {@link behaviours}. */
  readonly service: string;
  /** What goes wrong with it, unless its container says otherwise: a value of `STAND_IN_FAULT`, see README.md. */
  readonly fault?: string;
}

interface Layer {
  readonly content: Buffer;
  readonly digest: string;
}

const BUSYBOX = "/bin/busybox";
const digest = (content: Buffer | string): string => createHash("sha256").update(content).digest("hex");
const rootfs = (name: string): Buffer => readFileSync(join(__dirname, "rootfs", name));
const script = (path: string, name: string): TarEntry => ({ kind: "file", path, content: rootfs(name), mode: 0o755 });
const layer = (entries: readonly TarEntry[]): Layer => {
  const content = tar(entries);
  return { content, digest: digest(content) };
};

/** Shell, web server and the script that plays: the same for all images. */
function baseLayer(): Layer {
  const applets = execFileSync(BUSYBOX, ["--list"], { encoding: "utf8" }).trim().split("\n");
  const users = { root: 0, postgres: 70, sourcegraph: 100, grafana: 472, sg: 999, nobody: 65534 };
  const passwd = Object.entries(users).map(([name, id]) => `${name}:x:${id}:${id}:${name}:/:/bin/sh\n`);
  return layer([
    ...["bin", "etc", "usr", "usr/bin"].map((path): TarEntry => ({ kind: "directory", path })),
    { kind: "directory", path: "tmp", mode: 0o1777 },
    { kind: "file", path: "bin/busybox", content: readFileSync(BUSYBOX), mode: 0o755 },
    ...applets
      .filter((applet) => applet !== "busybox")
      .map((applet): TarEntry => ({ kind: "link", path: `bin/${applet}`, target: "busybox" })),
    { kind: "file", path: "etc/passwd", content: passwd.join("") },
    { kind: "file", path: "etc/group", content: "root:x:0:\nnogroup:x:65534:\n" },
    { kind: "directory", path: "stand-in" },
    ...["run", "fault", "connect", "http", "addresses.awk"].map((name) => script(`stand-in/${name}`, name)),
    { kind: "link", path: "stand-in/answer", target: "/bin/cat" },
  ]);
}

const layers = new Map<string, Layer>();
/** A layer that many images share, made once. */
function shared(name: "base" | "common" | Program): Layer {
  const made = layers.get(name);
  if (made) return made;
  const fresh = name === "base" ? baseLayer() : layer(name === "common" ? commonEntries() : programEntries(name));
  layers.set(name, fresh);
  return fresh;
}

/** What a path answers: metrics as Prometheus reads them, else a line that tells who speaks. */
function page({ name }: Behaviour, release: string, path: string): string {
  if (path === "/metrics") return `stand_in_info{service="${name}",release="${release}"} 1\n`;
  return `${name} ${release} ${path}\n`;
}

/** What the service is: the lists that `run` reads, its directories, its answers. */
function serviceLayer(behaviour: Behaviour, release: string): Layer {
  const [uid, gid] = (behaviour.user ?? "0:0").split(":").map(Number);
  const file = (name: string, content: string): TarEntry => ({ kind: "file", path: `stand-in/${name}`, content });
  const lines = (name: string, list: readonly (string | number)[] = []): TarEntry =>
    file(name, list.map((item) => `${item}\n`).join(""));
  const http = Object.entries(behaviour.http ?? {});
  return layer([
    file("service", behaviour.name),
    file("release", release),
    lines("needs", behaviour.needs),
    lines("files", behaviour.files),
    lines("volumes", behaviour.volumes),
    lines("connects", behaviour.connects),
    lines(
      "http-ports",
      http.map(([port]) => port),
    ),
    lines("tcp", behaviour.tcp),
    ...http.flatMap(([port, paths]) =>
      paths.map((path) => file(`www/${port}${path === "/" ? "/index" : path}`, page(behaviour, release, path))),
    ),
    ...(behaviour.volumes ?? []).map((path): TarEntry => ({ kind: "directory", path, uid, gid, mode: 0o750 })),
    ...Object.entries(behaviour.extra ?? {}).map(([path, name]) => script(path, name)),
  ]);
}

const repository = (reference: string): string => reference.replace(/:[^:/]*$/, "");

/**
 * The images as an archive for `docker load`: on any Docker Engine, with no registry and no build. Equal input gives
 * equal bytes, so images keep their ids. Each tells apart its release: the tag of its reference.
 */
export function imageArchive(images: readonly StandInImage[]): Buffer {
  const blobs = new Map<string, Buffer>();
  const references = new Map<string, { behaviour: Behaviour; service: string; fault?: string }>();
  for (const { reference, service, fault } of images) {
    const behaviour = behaviours[service];
    if (!behaviour) throw new Error(`there is no stand-in for the service '${service}'`);
    if (reference.includes("@")) throw new Error(`'${reference}' has a digest, which no local image can be given`);
    const other = references.get(reference);
    if (other && other.behaviour.name !== behaviour.name) {
      throw new Error(`'${reference}' cannot play both ${other.service} and ${service}`);
    }
    references.set(reference, { behaviour, service, fault });
  }
  const manifest = [...references].map(([reference, { behaviour, fault }]) => {
    const top = serviceLayer(behaviour, reference.slice(repository(reference).length + 1));
    const programs = behaviour.programs ?? [];
    const below = [...(programs.length > 0 ? (["common"] as const) : []), ...programs].map(shared);
    const all = [shared("base"), ...below, top];
    const env = { PATH: "/usr/bin:/bin", ...behaviour.env, ...(fault !== undefined && { STAND_IN_FAULT: fault }) };
    const config = JSON.stringify({
      architecture: "amd64",
      os: "linux",
      created: "1970-01-01T00:00:00Z",
      config: {
        User: behaviour.user ?? "",
        Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
        Entrypoint: ["/stand-in/run"],
        WorkingDir: "/",
        ...(behaviour.stopSignal !== undefined && { StopSignal: behaviour.stopSignal }),
        Labels: { "stand-in": behaviour.name },
      },
      rootfs: { type: "layers", diff_ids: all.map((each) => `sha256:${each.digest}`) },
      history: all.map(() => ({ created: "1970-01-01T00:00:00Z", created_by: "stand-in" })),
    });
    const path = `${digest(config)}.json`;
    blobs.set(path, Buffer.from(config));
    for (const each of all) blobs.set(`${each.digest}/layer.tar`, each.content);
    return { Config: path, RepoTags: [reference], Layers: all.map((each) => `${each.digest}/layer.tar`) };
  });
  return tar([
    ...[...blobs].map(([path, content]): TarEntry => ({ kind: "file", path, content })),
    { kind: "file", path: "manifest.json", content: JSON.stringify(manifest) },
  ]);
}

/**
 * Puts a stand-in into the engine for each reference, tagged as given.
 * @returns the id (`sha256:…`) of each reference
 */
export async function buildImages(
  images: readonly StandInImage[],
  api: DockerApi,
): Promise<ReadonlyMap<string, string>> {
  const raw = { type: "application/x-tar", body: imageArchive(images) };
  const said = await api.bytes("POST", "/images/load", { query: { quiet: true }, raw });
  const error = /"error":"([^"]*)"/.exec(said.toString("utf8"));
  if (error) throw new Error(`the engine did not load the images: ${error[1]}`);
  const ids = new Map<string, string>();
  for (const { reference } of images) {
    const found = await api.json<{ Id: string }>("GET", `/images/${encodeURIComponent(reference)}/json`);
    ids.set(reference, found.Id);
  }
  return ids;
}

/**
 * For a `before` hook: whether what the images hold can be had. Where it cannot the suite is skipped and the reason
 * printed; in CI (`CI=true`) with the toolchain present it fails instead.
 */
export function requireImages(context: Mocha.Context): void {
  try {
    (["base", "common", "postgres", "redis", "caddy", "prometheus"] as const).forEach(shared);
  } catch (error) {
    if (process.env.CI === "true" && existsSync(toolchainFolder())) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    console.log(`      skipped: the stand-in images cannot be made: ${reason}`);
    context.skip();
  }
}
