import * as kubernetes from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { managedHost, managedPassword } from "../core/planning/managed/values";
import type { PlannedCell, PlannedIsolation } from "../core/planning/multi-tenant/multi-tenant-plan";
import {
  cellSetUp,
  setUpKeys,
  setUpNamespace,
  setUpSecret,
  tenantPasswordKey,
  tenantSetUp,
  tenantSetUpName,
} from "../core/rendering/multi-tenant/cell-set-up";
import { tenantSetUpJob } from "../core/planning/multi-tenant/boundary";
import type { Bounded } from "../boundary";
import { declareObject } from "../kubernetes/objects";
import { dataOptions } from "../cloud/data-options";
import type { CellLogins } from "./args";

/** Values by the name of their secret. */
export type CellValues = Readonly<Record<string, pulumi.Output<string>>>;

/** Passwords of the logins that run in a cell: made once, and kept like the data that they open. */
export function declarePasswords(parent: pulumi.Resource, { name, logins }: PlannedCell): CellValues {
  return Object.fromEntries(
    [logins.app, logins.owner].map(({ passwordSecret }) => [
      passwordSecret,
      new random.RandomPassword(`${name}-${passwordSecret}`, { length: 32, special: false }, dataOptions(parent))
        .result,
    ]),
  );
}

/**
 * What the product is told of the managed services: never the administrator's password. Where it would stand, that of the
 * application's login does.
 */
export function valuesOfProduct({ logins }: PlannedCell, managed: CellValues, passwords: CellValues): CellValues {
  const app = passwords[logins.app.passwordSecret];
  if (app === undefined) throw new Error("the application's login has a password");
  return { ...managed, ...Object.fromEntries(logins.databases.map(({ name }) => [managedPassword(name), app])) };
}

/** Arguments of `DatabaseLogins`. */
export interface DatabaseLoginsArgs extends Bounded {
  /** The cell whose databases they are of. */
  readonly cell: PlannedCell;
  /** Kubeconfig of the cell's cluster, as text. In place. */
  readonly kubeconfig: pulumi.Input<string>;
  /** Name of the cluster. A change makes everything anew. */
  readonly clusterName: pulumi.Input<string>;
  /** What the managed services say, with the administrator's passwords. In place. */
  readonly managed: CellValues;
  /** Passwords of the logins. In place. */
  readonly passwords: CellValues;
  /** Blocks in which databases have their addresses. In place. */
  readonly reach: readonly string[];
}

/**
 * The logins of a cell's databases, made before the product is deployed, in a namespace apart: the product's, which owns
 * nothing, and the migrator's. Only what makes them reads the administrator's password.
 */
export class DatabaseLogins extends pulumi.ComponentResource {
  /** Known once every login is there. */
  readonly ready: pulumi.Output<string[]>;
  /** Provider of the cell's cluster. */
  readonly provider: pulumi.ProviderResource;

  /**
   * @param name stem of the children's names
   * @param args databases and passwords
   * @param opts options of the component
   */
  constructor(name: string, args: DatabaseLoginsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:multi-tenant-backend:DatabaseLogins", name, { boundary: args.boundary }, opts);
    const { provider, jobs } = declareSetUp(this, args.cell, args);
    this.provider = provider;
    this.ready = pulumi.all(jobs);
    this.registerOutputs({ ready: this.ready });
  }
}

function declareSetUp(
  parent: pulumi.Resource,
  { logins, name, ...cell }: PlannedCell,
  o: Omit<DatabaseLoginsArgs, "cell">,
): { readonly provider: pulumi.ProviderResource; readonly jobs: pulumi.Output<string>[] } {
  const provider = new kubernetes.Provider(
    `${name}-set-up`,
    {
      kubeconfig: pulumi.secret(o.kubeconfig),
      clusterIdentifier: o.clusterName,
      enableServerSideApply: true,
      deleteUnreachable: true,
    },
    { parent },
  );
  const value = (of: CellValues, key: string): pulumi.Output<string> => of[key] ?? pulumi.output("");
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: setUpSecret, namespace: setUpNamespace },
    stringData: pulumi.secret({
      ...Object.fromEntries(
        logins.databases.flatMap(({ name: database }) => [
          [setUpKeys.host(database), value(o.managed, managedHost(database))],
          [setUpKeys.password(database), value(o.managed, managedPassword(database))],
        ]),
      ),
      [setUpKeys.app]: value(o.passwords, logins.app.passwordSecret),
      [setUpKeys.owner]: value(o.passwords, logins.owner.passwordSecret),
    }),
  };
  const [namespace, ...objects] = cellSetUp({ ...cell, logins }, o.reach);
  if (namespace === undefined) throw new Error("what sets up has a namespace");
  const first = declareObject(`${name}-set-up-namespace`, namespace, { parent, provider });
  const rest = objects.filter(({ kind }) => kind !== "Job");
  const ground = [secret, ...rest].map((object) =>
    declareObject(`${name}-set-up-${object.kind.toLowerCase()}-${object.metadata.name}`, object, {
      parent,
      provider,
      dependsOn: [first],
    }),
  );
  const jobs = objects
    .filter(({ kind }) => kind === "Job")
    .map(
      (object) =>
        declareObject(`${name}-set-up-${object.metadata.name.split("-").slice(2, -1).join("-")}`, object, {
          parent,
          provider,
          dependsOn: ground,
        }).id,
    );
  return { provider, jobs };
}

/**
 * The database and the login of an isolated tenant, made by a Job beside the cell's own set-up, which alone reads the
 * administrator's password.
 */
export function declareTenantDatabase(
  parent: pulumi.Resource,
  o: {
    /** Stem of the resources' names. */
    readonly name: string;
    readonly cell: PlannedCell;
    readonly isolated: PlannedIsolation;
    readonly logins: CellLogins;
    readonly password: pulumi.Output<string>;
  },
): void {
  const { provider } = o.logins;
  const name = tenantSetUpName(o.isolated);
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: setUpNamespace },
    stringData: pulumi.secret({ [tenantPasswordKey]: o.password }),
  };
  const objects = tenantSetUp(o.cell, o.isolated);
  const isJob = ({ kind }: { readonly kind: string }) => kind === "Job";
  const ground = [secret, ...objects.filter((object) => !isJob(object))].map((object) =>
    declareObject(`${o.name}-set-up-${object.kind.toLowerCase()}`, object, {
      parent,
      provider,
      dependsOn: [o.logins],
    }),
  );
  for (const job of objects.filter(isJob))
    declareObject(tenantSetUpJob(o.name), job, { parent, provider, dependsOn: ground });
}
