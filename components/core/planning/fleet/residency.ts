import { settingsOf } from "../boundary/facts";
import { telemetryVariable } from "../config/modes";
import type { Specification } from "../config/specified";
import type { PlannedCustomerEnvironment } from "../environment/environment-plan";

/** Something that leaves the region an instance is in. */
export interface ResidencyException {
  /** What it is. */
  readonly what: string;
  /** Where it goes. */
  readonly to: string;
  /** What keeps it in the region. */
  readonly unless: string;
}

/** Where the data of an instance rest, and what leaves that. */
export interface Residency {
  /** Region of everything that its stack declares. */
  readonly region: string;
  /** What leaves it, as far as the config tells; people and code hosts are asked wherever they are. */
  readonly exceptions: readonly ResidencyException[];
}

/** Licences whose holder asks nobody whether they are good. Source: licences and instance identity. */
const uncheckedLicences = ["dev", "internal", "allow-air-gapped"];

/** What the product itself sends to its vendor. */
function toVendor(specification: Specification): ResidencyException[] {
  const { modes, overrides, boundaries } = specification;
  const { updateChannel, modelGateway } = settingsOf(specification);
  const telemetry = overrides["worker"]?.env?.[telemetryVariable];
  const isClosed = modes.includes("air-gapped");
  const isChecked = !isClosed && !uncheckedLicences.some((tag) => boundaries.licence?.includes(tag) === true);
  return [
    ...(updateChannel === "none"
      ? []
      : [
          {
            what: "pings: release, counts of users and use, the address of the first administrator",
            to: "sourcegraph.com",
            unless: "update.channel is none and the deny-list has the vendor's hosts, as the mode air-gapped sets them",
          },
        ]),
    ...(telemetry === ""
      ? []
      : [
          {
            what: "telemetry: events of use, without code",
            to: telemetry === undefined ? "telemetry-gateway.sourcegraph.com" : telemetry.replace(/^https?:\/\//, ""),
            unless: `${telemetryVariable} of worker is empty`,
          },
        ]),
    ...(isChecked
      ? [
          {
            what: "the check of the licence: its hash and the id of the instance",
            to: "sourcegraph.com",
            unless: "the licence is one for development, or for instances without a way out",
          },
        ]
      : []),
    ...(modelGateway === false || isClosed
      ? []
      : [
          {
            what: "prompts and the code that goes with them, where people ask models",
            to: "cody-gateway.sourcegraph.com",
            unless: "cody.enabled is false, or the mode own-model leads to models of the customer's",
          },
        ]),
  ];
}

/** What the config sends to services elsewhere, whose place only the user knows. */
function toOthers(specification: Specification): ResidencyException[] {
  const { alarms, cache, databases, objectStorage, region, smtp } = specification;
  const external = Object.entries(databases).flatMap(([name, database]) =>
    typeof database === "object" ? [{ name, host: database.host }] : [],
  );
  const isExternal = typeof objectStorage === "object" ? objectStorage : undefined;
  return [
    ...external.map(({ name, host }) => ({
      what: `everything in the database ${name}`,
      to: host,
      unless: `databases.${name} is in ${region}, too`,
    })),
    ...(Object.values(cache).some((each) => typeof each === "object")
      ? [{ what: "sessions and queues", to: "the external Redis", unless: `it is in ${region}, too` }]
      : []),
    ...(isExternal !== undefined && isExternal.region !== region
      ? [
          {
            what: "uploads and indexes of code",
            to: isExternal.endpoint ?? isExternal.region ?? "the region of the buckets",
            unless: `the buckets are in ${region}`,
          },
        ]
      : []),
    ...(smtp === undefined
      ? []
      : [{ what: "mails to users", to: smtp.host, unless: "smtp names a server in the region" }]),
    ...(alarms === undefined
      ? []
      : [{ what: "alarms: names and figures, no data", to: alarms.email, unless: "alarms is left out" }]),
  ];
}

/** What the account or project of its own sends to those that watch over it. */
function toWatchers(environment: PlannedCustomerEnvironment | undefined): ResidencyException[] {
  if (environment === undefined) return [];
  const { budget } = environment;
  return [
    {
      what: "the audit trail: who did what in the account or project, with names of objects",
      to: environment.cloud === "aws" ? environment.trail.bucket : environment.audit.bucket,
      unless: "environment.audit names a bucket in the region",
    },
    { what: "spending", to: budget.emails.join(", "), unless: "environment.budget names nobody elsewhere" },
  ];
}

/**
 * Says in which region the data of an instance rest, and what leaves it.
 *
 * @param environment the account or project of its own; absent without one
 */
export function residencyOf(specification: Specification, environment?: PlannedCustomerEnvironment): Residency {
  return {
    region: specification.region,
    exceptions: [...toVendor(specification), ...toOthers(specification), ...toWatchers(environment)],
  };
}
