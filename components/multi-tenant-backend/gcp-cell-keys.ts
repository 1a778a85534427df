import * as kms from "@pulumi/gcp/kms";
import * as pulumi from "@pulumi/pulumi";
import { dataOptions } from "../cloud/data-options";
import type { CellKeys } from "./args";
import type { GcpCellScope } from "./gcp-scope";

const daySeconds = 86_400;

/**
 * The keys of a cell, one for each use, in a ring of the cell: what opens one kind of store opens no other. How long a key waits
 * for its end is fixed when it is made. A customer's keys are taken as they are.
 */
export function declareCellKeys(scope: GcpCellScope): CellKeys {
  const { cell, child, parent, labels } = scope;
  const kept = { ...dataOptions(parent), ...child };
  const own = cell.keys.filter(({ existing }) => existing === undefined);
  const ring =
    own.length === 0
      ? undefined
      : new kms.KeyRing(
          `${cell.name}-keys`,
          { project: cell.account.id, location: cell.region, name: `${cell.name}-keys` },
          kept,
        );
  return Object.fromEntries(
    cell.keys.map(({ use, name, existing, rotationDays, waitDays, dataClasses }) => {
      if (existing !== undefined || ring === undefined) return [use, pulumi.output(existing ?? "")];
      const key = new kms.CryptoKey(
        name,
        {
          name,
          keyRing: ring.id,
          purpose: "ENCRYPT_DECRYPT",
          ...(rotationDays === undefined ? {} : { rotationPeriod: `${rotationDays * daySeconds}s` }),
          destroyScheduledDuration: `${waitDays * daySeconds}s`,
          labels: labels(dataClasses),
        },
        kept,
      );
      return [use, key.id];
    }),
  ) as CellKeys;
}
