import type { CounterExample } from "./counter-example";
import { dataExamples } from "./data";
import { identityExamples } from "./identities";
import { tenancyExamples } from "./tenancy";

export type { CounterExample } from "./counter-example";

/** One for every rule. */
export const counterExamples: readonly CounterExample[] = [...dataExamples, ...identityExamples, ...tenancyExamples];
