import type { Health } from "../../components/core/planning/fleet/status";
import { inParallel } from "./parallel";

/** Instances that are asked at a time. */
const atATime = 20;

/**
 * Asks an instance how it is. Only itself may say that it is well: what is sent on, to a page for signing in, is sick.
 *
 * @param limit how long it may take to answer, milliseconds
 */
export async function askHealth(url: string, limit: number): Promise<Health> {
  try {
    const answer = await fetch(new URL("/healthz", url), {
      redirect: "manual",
      signal: AbortSignal.timeout(limit),
    });
    await answer.body?.cancel();
    return answer.ok ? "healthy" : "sick";
  } catch {
    return "silent";
  }
}

/** Asks many instances, a few at a time; by id. */
export async function askAll(
  urls: Readonly<Record<string, string | undefined>>,
  limit: number,
): Promise<Readonly<Record<string, Health>>> {
  const asked = await inParallel(Object.entries(urls), atATime, async ([id, url]): Promise<[string, Health]> => [
    id,
    url === undefined ? "no address" : await askHealth(url, limit),
  ]);
  return Object.fromEntries(asked);
}
