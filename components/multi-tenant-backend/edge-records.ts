import type { MultiTenantPlan } from "../core/planning/multi-tenant/multi-tenant-plan";

/** A record of DNS that somebody else has to write, because the name is in a zone of theirs. */
export interface EdgeRecord {
  /** Host name of the tenant it is for. */
  readonly hostname: string;
  /** What it is for: to prove the name for a certificate, or to lead it to the edge. */
  readonly purpose: "proves" | "leads";
  /** Name of the record. */
  readonly name: string;
  /** Its type. */
  readonly type: string;
  /** What it says. */
  readonly value: string;
}

function inWords({ hostname, purpose, name, type, value }: EdgeRecord): string {
  const what = purpose === "proves" ? "its certificate is given for it" : "it leads to the edge";
  return `write the record ${name} ${type} ${value} where ${hostname} has its zone: ${what}`;
}

/** What somebody has to write, in sentences, and to say when it is written. */
export function toWrite(
  { environment: { names } }: Pick<MultiTenantPlan, "environment">,
  records: readonly EdgeRecord[],
): string[] {
  return names.foreignNames
    .filter(({ proven }) => !proven)
    .flatMap(({ hostname, tenant }) => [
      ...records.filter((record) => record.hostname === hostname).map(inWords),
      `then set 'multiTenant.tenants.${tenant}.hostnameProven' to true`,
    ]);
}
