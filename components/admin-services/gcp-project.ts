import * as accesscontextmanager from "@pulumi/gcp/accesscontextmanager";
import * as pulumi from "@pulumi/pulumi";
import { type Bounded, refuseOwn } from "../boundary";
import { adminGuardRails } from "../core/planning/admin/guard-rails";
import type { AdminZone } from "../core/planning/admin/specification";
import type { Stage } from "../core/rules/facts";
import { factTags } from "../core/rules/graph";
import { declareProject } from "../cloud/gcp-project";
import { adminApis, guardedApis } from "./gcp-apis";

/** Arguments of {@link AdminProject}. */
export interface AdminProjectArgs extends Bounded {
  /** Id of the project, 6 to 30 lower-case letters, digits and dashes; never free again. A change is refused. */
  readonly projectId: string;
  /** Folder it is made in, such as `folders/123`. In place. */
  readonly folder: pulumi.Input<string>;
  /** Billing account that pays for it. In place. */
  readonly billingAccount: pulumi.Input<string>;
  /** Zone of the support services in it; each zone has a project of its own. In place. */
  readonly zone: AdminZone;
  /** What runs in it. Default production. In place. */
  readonly stage?: Stage;
  /** Team that answers for it. In place. */
  readonly owner: string;
  /** Access policy of the perimeter around it, a number. In place, but for the perimeter, which is made anew. */
  readonly perimeterPolicy: string;
  /** Regions in which anything may be made in it, such as `us-central1`; what is there stays. In place. */
  readonly regions: readonly string[];
  /** More APIs. Default those that support services need. In place. */
  readonly apis?: readonly string[];
  /** Labels. Default none. In place. */
  readonly labels?: Readonly<Record<string, string>>;
}

const token = "sourcegraph:admin-services:AdminProject";

/**
 * A project for the support services of one zone: without the default network, with their APIs, inside a perimeter that closes
 * what keeps data to everybody outside, and with guard rails: nobody in it makes keys of service accounts, public stores or
 * external addresses, stores without a key of ours, or anything in another region. It is made by a stack of its own, before that of the services, because whoever makes
 * projects may more than whoever deploys into one.
 *
 * @example
 * new AdminProject("admin", { projectId: "example-admin", folder, billingAccount, zone: "admin", owner, regions: ["us-central1"], perimeterPolicy });
 */
export class AdminProject extends pulumi.ComponentResource {
  /** Id of the project, known once its APIs and guard rails are there. */
  readonly projectId: pulumi.Output<string>;

  /**
   * @param name stem of all names
   * @param args which project, and where
   * @param opts options of the component; a provider given here is used for every child
   * @throws RefusedError where what it states breaks a rule by itself, before anything is registered
   */
  constructor(name: string, args: AdminProjectArgs, opts?: pulumi.ComponentResourceOptions) {
    const { projectId, folder, billingAccount, zone, stage = "production", owner, perimeterPolicy } = args;
    const { apis = [], labels = {}, regions } = args;
    const { boundary = { facts: { zone, stage, owner, account: projectId } } } = args;
    super(token, name, refuseOwn(token, name, { boundary }), opts);
    const {
      project,
      enabled,
      projectId: ready,
    } = declareProject(this, name, {
      projectId,
      folder,
      billingAccount,
      labels: { ...labels, [factTags.zone]: zone, [factTags.owner]: owner },
      apis: [...new Set([...adminApis, ...apis])],
      guardRails: adminGuardRails(regions),
    });
    const policy = `accessPolicies/${perimeterPolicy.replace(/^accessPolicies\//, "")}`;
    new accesscontextmanager.ServicePerimeter(
      `${name}-perimeter`,
      {
        parent: policy,
        name: `${policy}/servicePerimeters/${name.replaceAll("-", "_")}`,
        title: `${name} (zone ${zone})`,
        perimeterType: "PERIMETER_TYPE_REGULAR",
        status: { resources: [pulumi.interpolate`projects/${project.number}`], restrictedServices: [...guardedApis] },
      },
      { parent: this, dependsOn: [...enabled] },
    );
    this.projectId = ready;
    this.registerOutputs({ projectId: this.projectId });
  }
}
