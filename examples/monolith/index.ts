import { parseSpecification } from "sourcegraph-in-a-box";
import { DevMonolith, SourcegraphVm } from "sourcegraph-in-a-box/local";

const args = {
  release: "7.5.4453",
  boundaries: {
    zone: "dev-monolith" as const,
    stage: "development" as const,
    syntheticData: true,
    development: { accounts: ["localhost"], domain: "dev.example.com" },
  },
};

// Nothing of the support services runs here: what would call them, and with what, is judged as in production.
const standIns = new DevMonolith("sourcegraph", { specification: parseSpecification({ ...args, cloud: "local" }) });
const instance = new SourcegraphVm("sourcegraph", args);

export const url = instance.url;
export const connect = instance.connect;
export const supportServices = standIns.standIns;
