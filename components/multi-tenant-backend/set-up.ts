import * as kubernetes from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { managedHost, managedPassword } from "../core/planning/managed/values";
import type { PlannedCell } from "../core/planning/multi-tenant/multi-tenant-plan";
import { cellSetUp, setUpKeys, setUpNamespace, setUpSecret } from "../core/rendering/multi-tenant/cell-set-up";
import type { Bounded } from "../boundary";
import { declareObject } from "../kubernetes/objects";
import { dataOptions } from "../cloud/data-options";

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

  /**
   * @param name stem of the children's names
   * @param args databases and passwords
   * @param opts options of the component
   */
  constructor(name: string, args: DatabaseLoginsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:multi-tenant-backend:DatabaseLogins", name, { boundary: args.boundary }, opts);
    this.ready = pulumi.all(declareSetUp(this, args.cell, args));
    this.registerOutputs({ ready: this.ready });
  }
}

function declareSetUp(
  parent: pulumi.Resource,
  { logins, name, ...cell }: PlannedCell,
  o: Omit<DatabaseLoginsArgs, "cell">,
): pulumi.Output<string>[] {
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
  return objects
    .filter(({ kind }) => kind === "Job")
    .map(
      (object) =>
        declareObject(`${name}-set-up-${object.metadata.name.split("-").slice(2, -1).join("-")}`, object, {
          parent,
          provider,
          dependsOn: ground,
        }).id,
    );
}
