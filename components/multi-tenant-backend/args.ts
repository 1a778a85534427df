import type * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import type { Manifest } from "../core/planning/manifest";
import type { MultiTenantPlan } from "../core/planning/multi-tenant/multi-tenant-plan";
import type { EnvironmentServices } from "./environment-services";

/** Arguments of `MultiTenantEnvironment`, the same on every cloud. */
export interface MultiTenantEnvironmentArgs extends Bounded {
  /** Everything that is decided, by `planMultiTenant`. */
  readonly plan: MultiTenantPlan;
  /** Tags or labels of everything. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Arguments of `Cell`, the same on every cloud. */
export interface CellArgs extends Bounded {
  /** Everything that is decided, by `planMultiTenant`; the cell is the one of the component's name. */
  readonly plan: MultiTenantPlan;
  /** Values of secrets by name: that of the cell's client, and what overrides name. Passwords of logins are made here. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** Secret: what the edge shows at the origin. Default one that is made here; an edge has to know it. In place. */
  readonly originSecret?: pulumi.Input<string>;
  /** What the cell uses of its environment; default nothing: it then stands alone. */
  readonly environment?: EnvironmentServices;
  /** The manifest of the cell's last update. With it a wrong upgrade is refused before anything is registered. Default none. */
  readonly previous?: Manifest;
  /** Tags or labels of everything. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Arguments of `Tenant`, the same on every cloud. */
export interface TenantArgs extends Bounded {
  /** Everything that is decided, by `planMultiTenant`; the tenant is the one of the component's name. */
  readonly plan: MultiTenantPlan;
  /** Provider of the account of its cell. */
  readonly provider: pulumi.ProviderResource;
  /** Tags or labels of everything. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
}
