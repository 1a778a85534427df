import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import {
  bundleText,
  digestOf,
  type Bundle,
  type BundleFile,
  type BundlePointer,
} from "../../components/core/rendering/bundle";
import { convergeScript, fetchText } from "../../components/core/rendering/converge";

/** How a program ended. */
export interface Ended {
  readonly code: number;
  /** Both streams, as a journal would have them. */
  readonly output: string;
}

/** Plays `docker`: knows the images listed in a file, and does as files in its folder say. */
const dockerProgram = `#!/bin/bash
echo "$*" >> "$FAKE/docker.log"
case "$1 $2" in
  "image inspect") grep -qxF -- "$3" "$FAKE/images" ;;
  "load -q") tar -xOf "$4" manifest.json | jq -r '.[].RepoTags[]' >> "$FAKE/images" ;;
  "pull -q") if grep -qxF -- "$3" "$FAKE/registry"; then echo "$3" >> "$FAKE/images"; else echo "no such image"; exit 1; fi ;;
  "compose config") [ ! -e "$FAKE/invalid" ] ;;
  "compose up") [ ! -e "$FAKE/unhealthy" ] ;;
esac
`;

/**
 * Leads requests to the metadata services to the test's own, and writes down what a process list would show. A curl
 * before 8 does not hash the body for S3 by itself, as Debian 13's does; it is given the hash.
 */
const curlProgram = `#!/bin/bash
echo "$*" >> "$FAKE/curl.log"
more=(--connect-to 169.254.169.254:80:127.0.0.1:$METADATA --connect-to metadata.google.internal:80:127.0.0.1:$METADATA)
case "$(/usr/bin/curl --version) $*" in "curl 7."*/acme-bundles/*)
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
      { path: "compose.yaml", mode: "0644", text: "services: {}\n" },
      { path: "converge.sh", mode: "0755", text: this.led(convergeScript) },
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
        ["-c", 'exec "$0" "$@" 2>&1', program, ...args],
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

  delete(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Why the machine's programs cannot run here; empty when they can. */
export function lacksForPrograms(): string {
  const needed = ["/bin/bash", "/usr/bin/jq", "/usr/bin/curl", "/usr/bin/flock"];
  const missing = needed.filter((program) => !existsSync(program));
  return missing.length === 0 ? "" : `the machine's programs need ${missing.join(", ")}`;
}
