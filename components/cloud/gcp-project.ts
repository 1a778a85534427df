import * as organizations from "@pulumi/gcp/organizations";
import * as projects from "@pulumi/gcp/projects";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedGuardRail } from "../core/planning/multi-tenant/guard-rails";
import { dataOptions } from "./data-options";
import { declareGuardRail } from "./gcp-guard-rail";

/** A project that is made. */
export interface MadeProject {
  readonly project: organizations.Project;
  /** Its APIs. */
  readonly enabled: readonly projects.Service[];
  /** Id of the project, known once its APIs and guard rails are there. */
  readonly projectId: pulumi.Output<string>;
}

/**
 * Declares a project without the default network, its APIs, and what nobody in it may do.
 *
 * @param name stem of all names
 */
export function declareProject(
  parent: pulumi.Resource,
  name: string,
  o: {
    /** Id of the project. */
    readonly projectId: string;
    /** Folder it is in. */
    readonly folder: pulumi.Input<string>;
    readonly billingAccount: pulumi.Input<string>;
    readonly labels: Readonly<Record<string, string>>;
    /** APIs that are switched on, such as `compute.googleapis.com`. */
    readonly apis: readonly string[];
    readonly guardRails: readonly PlannedGuardRail[];
    /** Whether it may be deleted; default false, which protects it. */
    readonly closing?: boolean;
  },
): MadeProject {
  const { projectId, folder, billingAccount, labels, apis, guardRails, closing = false } = o;
  const project = new organizations.Project(
    name,
    {
      projectId,
      name: projectId,
      folderId: folder,
      billingAccount,
      autoCreateNetwork: false,
      deletionPolicy: closing ? "DELETE" : "PREVENT",
      labels,
    },
    closing ? { parent } : dataOptions(parent),
  );
  const enabled = apis.map(
    (api) =>
      new projects.Service(
        `${name}-${api.replace(/\.googleapis\.com$/, "")}`,
        { project: project.projectId, service: api, disableOnDestroy: false },
        { parent },
      ),
  );
  const guards = guardRails.flatMap((rail) => {
    const at = pulumi.interpolate`projects/${project.projectId}`;
    return declareGuardRail(`${name}-${rail.name}`, at, rail, { parent }) ?? [];
  });
  const ready = [...enabled, ...guards].map(({ id }) => id);
  return { project, enabled, projectId: pulumi.all([project.projectId, ...ready]).apply(([id]) => id ?? projectId) };
}
