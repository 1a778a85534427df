import type { Problem } from "../errors";

/** A setting that cannot change once it is deployed. */
export interface FixedSetting<Deployed> {
  /** Its key in what is deployed. */
  readonly key: keyof Deployed;
  /** Its path as the user wrote it. */
  readonly path: string;
  /** Why it cannot change; absent where what to do instead says enough. */
  readonly because?: string;
}

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/**
 * What differs between what is deployed and what is planned, though it cannot change.
 *
 * @param instead what to do where the change is really wanted
 */
export function fixedProblems<Deployed>(
  settings: readonly FixedSetting<Deployed>[],
  before: Deployed,
  after: Deployed,
  instead: string,
): Problem[] {
  return settings.flatMap(({ key, path, because }): Problem[] => {
    const [was, becomes] = [asText(before[key]), asText(after[key])];
    if (was === becomes) return [];
    const reason = because === undefined ? "" : `: ${because}`;
    return [{ path, message: `is deployed as ${was}, and cannot become ${becomes}${reason}; keep it, or ${instead}` }];
  });
}
