import type { Bounded } from "../boundary";
import type { PlannedCustomerEnvironment } from "../core/planning/environment/environment-plan";

/** Arguments of `CustomerEnvironment`, the same on every cloud. */
export interface CustomerEnvironmentArgs extends Bounded {
  /** Everything that is decided, by `planCustomerEnvironment`. */
  readonly plan: PlannedCustomerEnvironment;
  /** Tags or labels of everything; the customer's name does not belong there. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
}
