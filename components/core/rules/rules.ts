import { d01 } from "./data/d01";
import { d02 } from "./data/d02";
import { k01 } from "./keys/k01";
import type { Rule } from "./rule";

/** Every rule, one row each, in the order of reports. */
export const rules: readonly Rule[] = [d01, d02, k01];
