import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * A program and its arguments, run while no other one that installs or fetches Debian packages is at work. Two at a time
 * disturb each other even where apt's own locks do not meet: in Debian's container images each update of apt's lists
 * deletes the packages that another one has downloaded and is about to unpack.
 */
export function alone(program: string, ...args: readonly string[]): [program: string, args: string[]] {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sourcegraph-in-a-box");
  mkdirSync(cache, { recursive: true });
  // What the program leaves at work in the background does not keep the lock.
  return ["flock", ["--close", join(cache, "packages.lock"), program, ...args]];
}
