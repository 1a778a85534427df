import type { MachineQuote } from "../planning/vm/machine-quote";
import type { Estimate, PublishedEstimate, RequestAndLimit } from "../planning/sizing/sizing";
import { facts, type Section } from "./section";

const right = "right" as const;

function range({ request, limit }: RequestAndLimit): string {
  return request === limit ? String(limit) : `${request} to ${limit}`;
}

function pair([request, limit]: readonly [number, number]): string {
  return range({ request, limit });
}

function dollars(amount: number): string {
  return `${amount.toFixed(2)} USD`;
}

function machineSection(machines: readonly MachineQuote[]): Section[] {
  if (machines.length === 0) return [];
  return [
    {
      id: "machines",
      title: "Machine",
      columns: [
        { title: "cloud" },
        { title: "machine" },
        { title: "data disk" },
        { title: "a month", align: right },
        { title: "region" },
      ],
      rows: machines.map(({ cloud, machine, dataDisk, price }) => [
        cloud,
        `${machine.type}, ${machine.vcpu} vCPU, ${machine.memoryGib} GB`,
        `${dataDisk.sizeGb} GB ${dataDisk.type}`,
        dollars(price.monthly),
        price.region,
      ]),
      notes: [`list prices of ${machines[0]?.price.asOf ?? ""}; sgbox plan shows them line by line`],
    },
  ];
}

/** An estimate as a report. */
export function estimateSections(estimated: Estimate, machines: readonly MachineQuote[]): Section[] {
  const { size, totals, requested, services, corrections, contactVendor, oneMachine } = estimated;
  const where = oneMachine ? "fits one machine" : "needs more than one machine: the 'kubernetes' shape";
  return [
    facts("size", "Size", [
      ["size", `${size}, ${where}`],
      ["total", `${totals.cpus} CPU, ${totals.memoryGb} GB memory, ${totals.diskGb} GB disk`],
      ["requested", `${requested.cpus} CPU, ${requested.memoryGb} GB memory by all services together`],
      ["beyond the reference", contactVendor.length === 0 ? undefined : `${contactVendor.join(", ")}; ask the vendor`],
    ]),
    ...machineSection(machines),
    {
      id: "services",
      title: "Services",
      summary: "of one replica: what is requested to what it may take",
      columns: [
        { title: "service" },
        { title: "replicas", align: right },
        { title: "CPU", align: right },
        { title: "memory GB", align: right },
        { title: "disk GB", align: right },
        { title: "scratch GB", align: right },
      ],
      rows: Object.entries(services).map(([name, service]) => [
        name,
        String(service.replicas),
        range(service.cpus),
        range(service.memoryGb),
        service.diskGb === undefined ? "" : String(service.diskGb),
        service.cacheGb === undefined ? "" : range(service.cacheGb),
      ]),
    },
    {
      id: "corrections",
      title: "Differences from the vendor's estimator",
      summary: "--as-published leaves them out",
      columns: [{ title: "id" }, { title: "what" }],
      rows: corrections.map(({ id, what }) => [id, what]),
    },
  ];
}

/** The vendor's own numbers as a report, under the vendor's names. */
export function publishedSections(published: PublishedEstimate): Section[] {
  const { services } = published;
  return [
    facts("size", "Size as published", [
      ["size", `${published.labelShownByTool}; by users ${published.labelByUsers}`],
      ["total", `${published.totalCPU} CPU, ${published.totalMemoryGB} GB memory, ${published.totalStorageGB} GB disk`],
      ["recommended", published.recommended],
      ["beyond the reference", published.contactSupport ? published.contactSupportFrom.join(", ") : undefined],
    ]),
    {
      id: "services",
      title: "Services",
      columns: [
        { title: "service" },
        { title: "replicas", align: right },
        { title: "CPU", align: right },
        { title: "memory GB", align: right },
        { title: "disk GB", align: right },
      ],
      rows: Object.entries(services).map(([name, service]) => [
        name,
        String(service.replicas),
        pair(service.cpu),
        pair(service.memGB),
        service.storageGB === undefined ? "" : String(service.storageGB),
      ]),
    },
  ];
}
