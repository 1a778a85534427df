import type { LastHop } from "../upgrade/rollback";

/** What the backend knows of an instance. */
export interface KnownState {
  /** Release that is deployed; absent where nothing is. */
  readonly release?: string;
  /** How that release came there; absent where it was the first. */
  readonly lastHop?: LastHop;
  /** Account of AWS that was made for it, 12 digits; absent where its state has none. */
  readonly account?: string;
  /** Address. */
  readonly url?: string;
  /** When it was last updated, ISO 8601. */
  readonly updatedAt?: string;
  /** When it was last changed, ISO 8601, and by whom; absent where nobody knows. */
  readonly lastChange?: { readonly at: string; readonly by: string };
  /** Operations an interrupted update has left open. */
  readonly pending: number;
}
