import { dataDiskFor, machineFor, type DataDisk, type Machine } from "./machine";
import { priceOf, vmPriceThings, type PriceEstimate } from "../price/price";
import type { PricedCloud } from "../price/price-list";
import { oneMachineSize, type Usage } from "../sizing/usage";

/** One machine for a usage on one cloud, and what it costs a month. */
export interface MachineQuote {
  readonly cloud: PricedCloud;
  readonly machine: Machine;
  readonly dataDisk: DataDisk;
  readonly price: PriceEstimate;
}

/** Regions quotes are made for: the largest of each cloud. */
const quotedRegions: Readonly<Record<PricedCloud, string>> = { aws: "us-east-1", gcp: "us-central1" };
/** Root disk of a quote in GB, the default of the config. */
const rootDiskGb = 50;
/** Passwords of the three bundled databases. */
const secrets = 3;

/**
 * Machine, disk and monthly price of a usage on each cloud, with everything bundled and a load balancer in front.
 * @throws InputError when the usage is not valid or is more than one machine can serve
 */
export function machineQuotes(usage: Usage): MachineQuote[] {
  const size = oneMachineSize(usage);
  return (["aws", "gcp"] as const).map((cloud) => {
    const machine = machineFor(size, cloud);
    const dataDisk = dataDiskFor(usage, cloud);
    const things = vmPriceThings({
      cloud,
      machineType: machine.type,
      rootDiskGb,
      dataDisk,
      loadBalancer: true,
      publicAddress: true,
      snapshotGb: dataDisk.sizeGb,
      kmsKeys: 1,
      secrets,
    });
    return { cloud, machine, dataDisk, price: priceOf(cloud, quotedRegions[cloud], things) };
  });
}
