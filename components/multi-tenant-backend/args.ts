import type * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import type { Manifest } from "../core/planning/manifest";
import type { CellKeyUse, MultiTenantPlan } from "../core/planning/multi-tenant/multi-tenant-plan";
import type { EnvironmentServices } from "./environment-services";

/** Arguments of `MultiTenantEnvironment`, the same on every cloud. */
export interface MultiTenantEnvironmentArgs extends Bounded {
  /** Everything that is decided, by `planMultiTenantBackend`. */
  readonly plan: MultiTenantPlan;
  /** Tags or labels of everything. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Logins of a cell's databases, as `Cell.logins` has them: what else is to be made in these databases waits for them. */
export interface CellLogins extends pulumi.ComponentResource {
  /** Provider of the cell's cluster. */
  readonly provider: pulumi.ProviderResource;
}

/** Arguments of `Cell`, the same on every cloud. */
export interface CellArgs extends Bounded {
  /** Everything that is decided, by `planMultiTenantBackend`; the cell is the one of the component's name. */
  readonly plan: MultiTenantPlan;
  /** Values of secrets by name: that of the cell's client, and what overrides name. Passwords of logins are made here. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** Secret: what the origin accepts of the edge, as many as planned, the one that is shown last. Default made here. In place. */
  readonly originSecrets?: readonly pulumi.Input<string>[];
  /** What the cell uses of its environment; default nothing: it then stands alone. */
  readonly environment?: EnvironmentServices;
  /** The manifest of the cell's last update. With it a wrong upgrade is refused before anything is registered. Default none. */
  readonly previous?: Manifest;
  /** Tags or labels of everything. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Keys of a cell by use, every one its own: ARNs on AWS, full names on Google Cloud. */
export type CellKeys = Readonly<Record<CellKeyUse, pulumi.Output<string>>>;

/** Arguments of `Tenant`, the same on every cloud. */
export interface TenantArgs extends Bounded {
  /** Everything that is decided, by `planMultiTenantBackend`; the tenant is the one of the component's name. */
  readonly plan: MultiTenantPlan;
  /** Provider of the account of its cell. */
  readonly provider: pulumi.ProviderResource;
  /** Logins of its cell's databases, beside which that of an isolated tenant is made. Default none: it has no database. In place. */
  readonly logins?: CellLogins;
  /** Tags or labels of everything. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
}
