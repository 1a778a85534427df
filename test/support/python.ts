import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { repository, toolchainFolder } from "./toolchain";

/** Python programs: moto's server and the AWS CLI. */
export interface PythonTools {
  /** The folder of `python` and `aws`, to put first on a PATH. */
  readonly bin: string;
  /** The interpreter that has the packages. */
  readonly python: string;
}

const requirements = join(repository, "test/support/python/requirements.txt");

/** Installs what is not there yet; a lock keeps two suites from doing so at once. */
const install = `
set -eu
[ ! -e "$1/complete" ] || exit 0
rm -rf "$1"
python3 -m venv "$1"
"$1/bin/pip" install --quiet --disable-pip-version-check --no-input --require-hashes --only-binary :all: -r "$2"
touch "$1/complete"
`;

/**
 * Python tools in a virtual environment of their own, kept in the user's cache folder under the hash of what it holds.
 * The first call downloads 50 MB and takes 15 s; each package is pinned and its hash checked.
 *
 * @throws Error where there is no Python with `venv`, or no package index
 */
export function pythonTools(): PythonTools {
  const options = { timeout: 300_000, encoding: "utf8", stdio: "pipe" } as const;
  const version = execFileSync("python3", ["-c", "import sys; print(sys.version, sys.executable)"], options);
  const hash = createHash("sha256").update(readFileSync(requirements)).update(version).digest("hex");
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sourcegraph-in-a-box");
  const folder = join(cache, `python-${hash.slice(0, 12)}`);
  mkdirSync(cache, { recursive: true });
  execFileSync("flock", [`${folder}.lock`, "sh", "-c", install, "sh", folder, requirements], options);
  return { bin: join(folder, "bin"), python: join(folder, "bin/python") };
}

/**
 * As {@link pythonTools}, for a `before` hook. Where they cannot be had the suite is skipped and the reason printed; in CI
 * (`CI=true`) with the toolchain present it fails instead.
 */
export function requirePython(context: Mocha.Context): PythonTools {
  try {
    return pythonTools();
  } catch (error) {
    if (process.env.CI === "true" && existsSync(toolchainFolder())) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    console.log(`      skipped: Python's tools cannot be had (Debian: apt-get install python3-venv): ${reason}`);
    return context.skip();
  }
}
