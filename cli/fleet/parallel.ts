/**
 * Works at many things, no more than a limit at a time.
 *
 * @returns what came of each, in the order of the things
 */
export async function inParallel<Thing, Result>(
  things: readonly Thing[],
  limit: number,
  work: (thing: Thing) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = things.entries();
  const worker = async (): Promise<void> => {
    for (const [index, thing] of left) results[index] = await work(thing);
  };
  await Promise.all(Array.from({ length: Math.min(limit, things.length) }, worker));
  return results;
}
