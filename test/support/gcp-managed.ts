import { ManagedServices, parseSpecification, type GcpManagedServicesArgs } from "../../components/gcp";
import { planManagedServices } from "../../components/core/planning/managed/plan-managed";
import type { PlannedManagedServices } from "../../components/core/planning/managed/managed";
import { defaultUsage } from "../../components/core/planning/sizing/sizes";
import { gcpAnswers, leastArgs } from "./gcp-vm";
import { record, type Answers, type Recording } from "./recorder";

const { gcp, ...least } = leastArgs;

/** What is planned for the stores of a config. */
export const planned = (stores: object): PlannedManagedServices =>
  planManagedServices(
    parseSpecification({ ...least, gcp: gcp!, cloud: "gcp", name: "sg", ...stores }),
    "S",
    defaultUsage("S"),
  );

/** Every store by Google's own services. */
export const everything = { databases: "managed", cache: "managed", objectStorage: "managed" } as const;

/** Records `ManagedServices` named `sg`; every service, unless something else is given. */
export const build = (
  more: Partial<GcpManagedServicesArgs> = {},
  answers: Answers = {},
): Promise<Recording<ManagedServices>> =>
  record(
    (opts) =>
      new ManagedServices(
        "sg",
        {
          services: planned(everything),
          project: "example",
          region: "us-central1",
          zone: "us-central1-a",
          network: "https://www.googleapis.com/compute/v1/projects/example/global/networks/corp",
          key: "ring/cryptoKeys/key",
          bucketUsers: { machine: "serviceAccount:machine@example" },
          channels: ["channel"],
          labels: { team: "search" },
          ...more,
        },
        opts,
      ),
    { ...gcpAnswers, ...answers },
  );
