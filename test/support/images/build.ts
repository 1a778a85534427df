import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DockerApi } from "../stand-ins/docker/api";
import { behaviours, type Behaviour } from "./services";
import { tar, type TarEntry } from "./tar";

/** An image to be played: its reference, without a digest (those cannot be given locally), and the service it is of. */
export interface StandInImage {
  readonly reference: string;
  /** Name in the catalogue, as in {@link behaviours}. */
  readonly service: string;
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
  const passwd = "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n";
  return layer([
    ...["bin", "etc", "usr", "usr/bin"].map((path): TarEntry => ({ kind: "directory", path })),
    { kind: "directory", path: "tmp", mode: 0o1777 },
    { kind: "file", path: "bin/busybox", content: readFileSync(BUSYBOX), mode: 0o755 },
    ...applets
      .filter((applet) => applet !== "busybox")
      .map((applet): TarEntry => ({ kind: "link", path: `bin/${applet}`, target: "busybox" })),
    { kind: "file", path: "etc/passwd", content: passwd },
    { kind: "file", path: "etc/group", content: "root:x:0:\nnogroup:x:65534:\n" },
    { kind: "directory", path: "stand-in" },
    script("stand-in/run", "run"),
    { kind: "link", path: "stand-in/answer", target: "/bin/cat" },
  ]);
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
    lines(
      "http",
      http.map(([port]) => port),
    ),
    lines("tcp", behaviour.tcp),
    ...http.flatMap(([port, paths]) =>
      paths.map((path) =>
        file(`www/${port}${path === "/" ? "/index.html" : path}`, `${behaviour.name} ${release} ${path}\n`),
      ),
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
  const base = baseLayer();
  const blobs = new Map<string, Buffer>([[`${base.digest}/layer.tar`, base.content]]);
  const references = new Map<string, { behaviour: Behaviour; service: string }>();
  for (const { reference, service } of images) {
    const behaviour = behaviours[service];
    if (!behaviour) throw new Error(`there is no stand-in for the service '${service}'`);
    if (reference.includes("@")) throw new Error(`'${reference}' has a digest, which no local image can be given`);
    const other = references.get(reference);
    if (other && other.behaviour.name !== behaviour.name) {
      throw new Error(`'${reference}' cannot play both ${other.service} and ${service}`);
    }
    references.set(reference, { behaviour, service });
  }
  const manifest = [...references].map(([reference, { behaviour }]) => {
    const top = serviceLayer(behaviour, reference.slice(repository(reference).length + 1));
    const layers = [base, top];
    const config = JSON.stringify({
      architecture: "amd64",
      os: "linux",
      created: "1970-01-01T00:00:00Z",
      config: {
        User: behaviour.user ?? "",
        Env: ["PATH=/usr/bin:/bin", ...Object.entries(behaviour.env ?? {}).map(([name, value]) => `${name}=${value}`)],
        Entrypoint: ["/stand-in/run"],
        WorkingDir: "/",
        Labels: { "stand-in": behaviour.name },
      },
      rootfs: { type: "layers", diff_ids: layers.map((each) => `sha256:${each.digest}`) },
      history: layers.map(() => ({ created: "1970-01-01T00:00:00Z", created_by: "stand-in" })),
    });
    const path = `${digest(config)}.json`;
    blobs.set(path, Buffer.from(config)).set(`${top.digest}/layer.tar`, top.content);
    return { Config: path, RepoTags: [reference], Layers: layers.map((each) => `${each.digest}/layer.tar`) };
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
