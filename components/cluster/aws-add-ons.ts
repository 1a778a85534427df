import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import { storageDriver, type EksAddOn } from "../core/planning/kubernetes/eks";
import { transformed } from "../vm/args";
import { permitDisks } from "./aws-keys";
import { clusterTrust, managedPolicy } from "./aws-roles";
import { clusterTags, type EksScope } from "./aws-scope";

/** Settings of an add-on beyond the plan's, where they hold ids of resources. */
export type AddOnSettings = Readonly<Record<string, pulumi.Input<string>>>;

function rightsOf(scope: EksScope, addOn: EksAddOn, name: string) {
  const { parent, transform, specification } = scope;
  if (addOn.rights === undefined) return undefined;
  const { serviceAccount, policy } = addOn.rights;
  const role = new iam.Role(
    name,
    transformed(
      {
        description: `Add-on ${addOn.name} of Sourcegraph ${specification.name}`,
        assumeRolePolicy: clusterTrust("pods.eks.amazonaws.com"),
        tags: clusterTags(scope, name),
      },
      transform.role,
    ),
    { parent },
  );
  const attachment = new iam.RolePolicyAttachment(
    name,
    { role: role.name, policyArn: managedPolicy(specification.region, policy) },
    { parent },
  );
  const rights = addOn.name === storageDriver ? [attachment, ...permitDisks(scope, role)] : [attachment];
  return { serviceAccount, role, rights };
}

/**
 * Declares add-ons. Their version is the given one, else the one EKS sets by default for the cluster's version, looked up when
 * the cluster is made and whenever its version changes; in between EKS may set another default, and nothing follows it.
 *
 * @param moving whether the cluster is being made, or its version is changing
 * @param settings by name of the add-on, in place of the plan's
 */
export function declareAddOns(
  scope: EksScope,
  o: {
    readonly control: eks.Cluster;
    readonly addOns: readonly EksAddOn[];
    readonly moving: boolean;
    readonly settings?: AddOnSettings;
    readonly after: readonly pulumi.Resource[];
  },
): eks.Addon[] {
  const { parent, names, transform, cluster, addOnVersions } = scope;
  return o.addOns.map((addOn) => {
    const name = names.addOn(addOn.name);
    const rights = rightsOf(scope, addOn, name);
    const pinned = addOnVersions[addOn.name];
    const version =
      pinned ??
      eks.getAddonVersionOutput({ addonName: addOn.name, kubernetesVersion: cluster.version }, { parent }).version;
    const configuration =
      o.settings?.[addOn.name] ?? (addOn.configuration === undefined ? undefined : JSON.stringify(addOn.configuration));
    return new eks.Addon(
      name,
      transformed(
        {
          clusterName: o.control.name,
          addonName: addOn.name,
          addonVersion: version,
          ...(configuration === undefined ? {} : { configurationValues: configuration }),
          ...(rights === undefined
            ? {}
            : {
                podIdentityAssociations: [{ serviceAccount: rights.serviceAccount, roleArn: rights.role.arn }],
              }),
          resolveConflictsOnCreate: "OVERWRITE",
          // What admins have set by hand stays, as far as EKS allows.
          resolveConflictsOnUpdate: "PRESERVE",
          tags: clusterTags(scope, name),
        },
        transform.addOn,
      ),
      {
        parent,
        // A create takes over what is there, and the delete that follows would then remove the new one.
        deleteBeforeReplace: true,
        ignoreChanges: o.moving || pinned !== undefined ? [] : ["addonVersion"],
        dependsOn: [...o.after, ...(rights === undefined ? [] : [...rights.rights])],
      },
    );
  });
}
