import { execFile, execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import {
  bundleText,
  digestOf,
  type Bundle,
  type BundleFile,
  type BundlePointer,
} from "../../components/core/rendering/bundle";
import { convergeScript, fetchText, upgradeScript } from "../../components/core/rendering/converge";

/** What a bundle has that is to be given a secret called `a`. */
export const secretA: Pick<Bundle, "secretFiles" | "secrets"> = {
  secretFiles: [{ path: "secrets/a", mode: "0600", parts: [{ secret: "a", as: "raw" }] }],
  secrets: ["a"],
};

/** How a program ended. */
export interface Ended {
  readonly code: number;
  /** Both streams, as a journal would have them. */
  readonly output: string;
}

/**
 * Plays `docker`: knows the images listed in a file, and does as files in its folder say. It keeps which containers there are
 * and which release's schemas the databases have, and writes down what a real deployment would not survive. With a number
 * in `kill-at` it takes the machine's program and itself down at that call, with a pattern in `kill` once, at the first call
 * that is like it.
 */
const dockerProgram = `#!/bin/bash
echo "$*" >> "$FAKE/docker.log"
echo >> "$FAKE/calls"
[ "$(wc -l < "$FAKE/calls")" != "$(cat "$FAKE/kill-at" 2> /dev/null)" ] || pkill -9 -s 0
if [ -s "$FAKE/kill" ] && grep -qE -f "$FAKE/kill" <<< "$*"; then rm "$FAKE/kill"; pkill -9 -s 0; fi
if [ -s "$FAKE/fail" ] && grep -qE -f "$FAKE/fail" <<< "$*"; then echo "it said marker-4711 and more"; exit 1; fi
release() { sed -n 's/^# release //p' compose.yaml; }
wrong() { echo "$*" >> "$FAKE/wrong"; }
case "$1 $2" in
  "image inspect") grep -qxF -- "$3" "$FAKE/images" ;;
  "load -q") tar -xOf "$4" manifest.json | jq -r '.[].RepoTags[]' >> "$FAKE/images" ;;
  "pull -q") if grep -qxF -- "$3" "$FAKE/registry"; then echo "$3" >> "$FAKE/images"; else echo "no such image"; exit 1; fi ;;
  "compose config") case $* in *json*) echo '{"name": "docker-compose"}' ;; esac; [ ! -e "$FAKE/invalid" ] ;;
  "compose ps") echo c1 ;;
  "inspect --format") case $3 in *SandboxKey*) cat "$FAKE/sandboxes" 2> /dev/null ;; *State*) cat "$FAKE/left" 2> /dev/null ;; *) echo "$FAKE/volume" ;; esac ;;
  "inspect "*) cat "$FAKE/inspected" 2> /dev/null ;;
  "logs --tail") cat "$FAKE/words" ;;
  "ps --all") cat "$FAKE/containers" 2> /dev/null ;;
  "rm --force") shift 2; for id; do sed -i "/ $id$/d" "$FAKE/containers"; done ;;
  "compose exec") case $* in *__version) cat "$FAKE/answers" 2> /dev/null || release ;; esac ;;
  "compose up")
    [ ! -e "$FAKE/unhealthy" ] || exit 1
    case $* in
      *--no-deps*) grep -q pgsql "$FAKE/containers" 2> /dev/null || echo "pgsql c1" >> "$FAKE/containers" ;;
      *)
        [ -s "$FAKE/schema" ] || release > "$FAKE/schema"
        [ "$(cat "$FAKE/schema")" = "$(release)" ] || wrong "$(release) started on the schemas of $(cat "$FAKE/schema")"
        printf '%s\\n' "pgsql c1" "sourcegraph-frontend c2" "worker c3" > "$FAKE/containers" ;;
    esac ;;
  "compose run" | "compose --file")
    case $* in *" migrator up"* | *" migrator upgrade"*)
      [ "$(cat "$FAKE/containers")" = "pgsql c1" ] || wrong "migrated beside $(tr '\\n' ' ' < "$FAKE/containers")"
      release > "$FAKE/schema" ;;
    esac ;;
esac
`;

/**
 * Leads requests to the metadata services to the test's own, and writes down what a process list would show. A curl
 * before 8 does not hash the body for S3 by itself, as Debian 13's does; it is given the hash.
 */
const curlProgram = `#!/bin/bash
echo "$*" >> "$FAKE/curl.log"
more=(--connect-to 169.254.169.254:80:127.0.0.1:$METADATA --connect-to metadata.google.internal:80:127.0.0.1:$METADATA)
case "$(/usr/bin/curl --version) $*" in "curl 7."*/acme-*)
  body=/dev/null
  for word; do case $word in @*) body=\${word#@} ;; esac; done
  more+=(-H "x-amz-content-sha256: $(sha256sum < "$body" | cut -d' ' -f1)") ;;
esac
exec /usr/bin/curl "\${more[@]}" "$@"
`;

const ownerProgram = `#!/bin/bash
echo "$*" >> "$FAKE/chown.log"
`;

/**
 * A folder that the machine's programs take for the machine: the real `sourcegraph-fetch` and `converge.sh` with their
 * paths led there, a pretended `docker`, and a folder as the source.
 */
export class ProgramHost {
  readonly folder = mkdtempSync(join(tmpdir(), "sgbox-machine-"));
  /** Environment for the programs beyond the usual. */
  readonly environment: Record<string, string> = {};
  /** How long a program may take. */
  timeoutMs = 60_000;

  constructor(settings: Readonly<Record<string, string>> = {}) {
    for (const part of ["bin", "etc", "run", "mnt", "fake", "source/bundles", "source/secrets", "archives"]) {
      mkdirSync(join(this.folder, part), { recursive: true });
    }
    const all = { source: "folder", folder: join(this.folder, "source"), archives: "", ...settings };
    mkdirSync(join(this.folder, "fake/volume"));
    const lines = Object.entries(all).map(([key, value]) => `${key}='${value}'\n`);
    writeFileSync(join(this.folder, "etc/machine.conf"), lines.join(""));
    const programs = {
      "sourcegraph-fetch": this.led(fetchText),
      docker: dockerProgram,
      curl: curlProgram,
      chown: ownerProgram,
    };
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(this.folder, "bin", name), text);
      chmodSync(join(this.folder, "bin", name), 0o755);
    }
    for (const list of ["images", "registry"]) writeFileSync(join(this.folder, "fake", list), "");
  }

  /** Waits until what a killed program has left at work has ended: a poll beside it would leave everything to it. */
  released(): void {
    execFileSync("flock", ["--timeout", "120", join(this.folder, "run/sourcegraph/lock"), "true"]);
  }

  /** A program's text with the machine's paths led into the folder. */
  led(text: string): string {
    return text
      .replaceAll("/usr/local/sbin/", `${this.folder}/bin/`)
      .replaceAll("/mnt/sourcegraph", `${this.folder}/mnt`)
      .replaceAll("/etc/sourcegraph", `${this.folder}/etc`)
      .replaceAll("/run/sourcegraph", `${this.folder}/run/sourcegraph`);
  }

  /** A bundle with this machine's converge program, a compose file and more files. */
  bundle(release: string, more: readonly BundleFile[] = [], secrets: Partial<Bundle> = {}): Bundle {
    const files = [
      { path: "compose.yaml", mode: "0644", text: `# release ${release}\nservices: {}\n` },
      { path: "converge.sh", mode: "0755", text: this.led(convergeScript) },
      { path: "upgrade.sh", mode: "0644", text: upgradeScript },
      ...more,
    ];
    return { schema: 1, release, files, secretFiles: [], secrets: [], images: [], ...secrets };
  }

  /** Puts a bundle into the source and points to it. Returns its digest. */
  publish(bundle: Bundle, addresses: Readonly<Record<string, string>> = {}): string {
    const text = bundleText(bundle);
    const digest = digestOf(text);
    writeFileSync(join(this.folder, "source/bundles", `${digest}.json`), text);
    const pointer: BundlePointer = { schema: 1, release: bundle.release, digest, secrets: addresses };
    writeFileSync(join(this.folder, "source/pointer.json"), JSON.stringify(pointer));
    return digest;
  }

  /** Runs `sourcegraph-fetch` with arguments. */
  fetch(...args: string[]): Promise<Ended> {
    return this.run(join(this.folder, "bin/sourcegraph-fetch"), args);
  }

  /** Runs a program with the pretended commands first on its path. */
  run(program: string, args: readonly string[]): Promise<Ended> {
    const env = {
      ...process.env,
      PATH: `${join(this.folder, "bin")}${delimiter}${process.env.PATH}`,
      FAKE: join(this.folder, "fake"),
      ...this.environment,
    };
    return new Promise((resolve) => {
      execFile(
        "/bin/bash",
        // A session of its own: what is killed is the program with all it started, and nothing else.
        ["-c", 'exec setsid "$0" "$@" 2>&1', program, ...args],
        { env, timeout: this.timeoutMs },
        (error, stdout) => {
          resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: stdout });
        },
      );
    });
  }

  /** Text of a file of the folder; empty when it is not there. */
  read(path: string): string {
    const file = join(this.folder, path);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** Writes a file of the folder. */
  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  /** The status without its time. */
  status(): Record<string, unknown> {
    const status = JSON.parse(this.read("mnt/state/status.json")) as Record<string, unknown>;
    delete status.at;
    delete status.ready;
    return status;
  }

  /** What `docker` was called with, since the last time. */
  dockerCalls(): string[] {
    const calls = this.read("fake/docker.log")
      .split("\n")
      .filter((line) => line !== "");
    this.write("fake/docker.log", "");
    return calls;
  }

  /** Remembers the machine as it is now. Returns what brings it back to that. */
  remembered(): () => void {
    const copy = `${this.folder}.copy`;
    cpSync(this.folder, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    return () => {
      rmSync(this.folder, { recursive: true });
      cpSync(copy, this.folder, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    };
  }

  delete(): void {
    rmSync(`${this.folder}.copy`, { recursive: true, force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * For a `before` hook: the machine's programs can run here. Where they cannot the suite is skipped and the reason printed, in CI
 * it fails.
 *
 * @param more what else is lacking, by the suite's own look; empty when nothing is
 */
export function requirePrograms(context: Mocha.Context, more = ""): void {
  const needed = ["/bin/bash", "/usr/bin/jq", "/usr/bin/curl", "/usr/bin/flock"];
  const missing = needed.filter((program) => !existsSync(program));
  const lacks = missing.length === 0 ? more : `the machine's programs need ${missing.join(", ")}`;
  if (lacks === "") return;
  if (process.env.CI === "true") throw new Error(lacks);
  console.log(`      skipped: ${lacks}`);
  context.skip();
}
