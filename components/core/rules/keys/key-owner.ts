import { accountOf } from "../identities/grants";
import { inText } from "../sights";

/** Account or project that a key is of, by the value that names it; undefined where that does not say. */
export function ownerOfKey(value: unknown): string | undefined {
  const text = inText(value);
  return accountOf(text) ?? /projects\/([^/"]+)\/locations\//.exec(text)?.[1];
}
