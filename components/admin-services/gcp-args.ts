import type { AdminServicesArgs } from "./args";

/** Arguments of `AdminServices` on Google Cloud. */
export interface GcpAdminServicesArgs extends AdminServicesArgs {
  /**
   * Services of which Cloud Run lets in whoever comes through the load balancer, so that the service alone checks its callers:
   * those without an identity of Google, such as instances of customers with a licence token. Rule B-N02 finds each of them and
   * wants an exception. Default none: callers without an identity get 403. In place.
   */
  readonly uncheckedServices?: readonly string[];
}
