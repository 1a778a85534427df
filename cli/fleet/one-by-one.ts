import { InputError, RefusedError } from "../../components/core/errors";
import type { FleetInstance } from "../../components/core/planning/fleet/instance";
import { exitCodes } from "../failure";

/** An instance that something stands in the way of. */
export interface FailedInstance {
  readonly id: string;
  readonly slug: string;
  /** What it is to whoever asked. */
  readonly end: "failed";
  /** Everything that stands in the way, with the instance's name. */
  readonly message: string;
  /** Exit code it would have alone. */
  readonly code: number;
}

/** What came of some instances. */
export interface OneByOne<Done> {
  /** Of those it went well with, in their order. */
  readonly done: readonly Done[];
  /** Of the others. */
  readonly failed: readonly FailedInstance[];
}

/** Does something to one instance after the other; one that fails is no reason to leave the others. */
export async function oneByOne<Each extends { readonly instance: FleetInstance }, Done>(
  all: readonly Each[],
  work: (each: Each) => Promise<Done>,
): Promise<OneByOne<Done>> {
  const done: Done[] = [];
  const failed: FailedInstance[] = [];
  for (const each of all) {
    const { id, slug } = each.instance;
    try {
      done.push(await work(each));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const isKnown = error instanceof InputError || error instanceof RefusedError;
      failed.push({
        id,
        slug,
        end: "failed",
        message: message.includes(id) ? message : `${slug} (${id}): ${message}`,
        code: isKnown ? error.exitCode : exitCodes.unexpected,
      });
    }
  }
  return { done, failed };
}

/** Exit code of some failures: theirs, 1 where they are of several kinds, 0 without any. */
export function codeOf(failed: readonly FailedInstance[]): number {
  const [code = exitCodes.done, ...more] = new Set(failed.map((each) => each.code));
  return more.length > 0 ? exitCodes.unexpected : code;
}
