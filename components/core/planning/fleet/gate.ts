import type { Gate } from "./instance";

/** What was seen of an instance since its upgrade. */
export interface Watched {
  /** Release it reports; absent where it reports none. */
  readonly release?: string;
  /** Address that is asked whether it is healthy; absent where it has none. */
  readonly url?: string;
  /** Whether that address answered as healthy just now. */
  readonly isHealthy: boolean;
  /** How long it has answered so without a break, milliseconds; 0 at the first look. */
  readonly healthyFor: number;
  /** How long it has been watched, milliseconds. */
  readonly watchedFor: number;
  /** Share of its requests that fail, percent; absent where no metrics are given. */
  readonly errorPercent?: number;
}

/** What follows from it. */
export type Judgement =
  /** It is through. */
  | { readonly verdict: "passed" }
  /** It is sick. */
  | { readonly verdict: "failed"; readonly reason: string }
  /** Look again after so many milliseconds. */
  | { readonly verdict: "watch"; readonly milliseconds: number };

/** Time between two looks, milliseconds. */
const lookEvery = 10_000;

/**
 * Judges an instance after its upgrade: it reports the release, is healthy for as long as the gate says without a break, within
 * twice that time, and fails less of its requests than the gate allows.
 */
export function judge(gate: Gate, to: string, watched: Watched): Judgement {
  const { release, url, isHealthy, healthyFor, watchedFor, errorPercent } = watched;
  const failed = (reason: string): Judgement => ({ verdict: "failed", reason });
  if (release !== to) return failed(`it reports ${release ?? "no release"} after the update, not ${to}`);
  if (errorPercent !== undefined && errorPercent >= gate.errorPercent)
    return failed(`${errorPercent} % of its requests fail, and ${gate.errorPercent} % is the limit`);
  const wanted = gate.healthyMinutes * 60_000;
  if (url === undefined || wanted === 0 || (isHealthy && healthyFor >= wanted)) return { verdict: "passed" };
  if (watchedFor >= 2 * wanted)
    return failed(
      `${url} was not healthy for ${gate.healthyMinutes} minutes without a break within ${2 * gate.healthyMinutes} minutes`,
    );
  const left = isHealthy ? Math.min(wanted - healthyFor, 2 * wanted - watchedFor) : 2 * wanted - watchedFor;
  return { verdict: "watch", milliseconds: Math.min(left, lookEvery) };
}
