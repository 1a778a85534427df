import type * as pulumi from "@pulumi/pulumi";
import type { Bounded, Strictness } from "../boundary";
import type { AdminPlan } from "../core/planning/admin/admin-plan";

/** Arguments of `AdminServices`, the same on every cloud. */
export interface AdminServicesArgs extends Bounded, Strictness {
  /** The stack of support services, as planned. */
  readonly plan: AdminPlan;
  /** Values of the secrets that the config gives, by name; they go to the cloud's secret store and nowhere else. Default none. */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
}
