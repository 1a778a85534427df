import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { InputError } from "../../components/core/errors";

/** Where it is, in the folder of the fleet. */
const driftFile = path.join(".fleet", "drift.json");

const driftSchema = z.object({
  instances: z.record(
    z.string(),
    z.object({ at: z.string(), differs: z.number(), resources: z.array(z.unknown()).readonly().default([]) }),
  ),
});

/** What was found the last time each instance was looked at for drift, by id. */
export type DriftFound = z.infer<typeof driftSchema>;

/**
 * What looks for drift left; undefined where there was none.
 *
 * @throws InputError when it cannot be read
 */
export function readDrift(folder: string): DriftFound | undefined {
  const file = path.join(folder, driftFile);
  if (!existsSync(file)) return undefined;
  try {
    return driftSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    throw new InputError(
      [{ path: driftFile, message: "cannot be read; remove it, and 'sgbox fleet drift' writes it anew" }],
      "the drift is not known",
    );
  }
}

/** Keeps what was found now, and what was found before of the instances that were not looked at now. */
export function keepDrift(folder: string, found: DriftFound["instances"], before: DriftFound | undefined): void {
  const file = path.join(folder, driftFile);
  mkdirSync(path.dirname(file), { recursive: true });
  const instances = { ...before?.instances, ...found };
  writeFileSync(file, `${JSON.stringify({ instances } satisfies DriftFound, null, 1)}\n`);
}
