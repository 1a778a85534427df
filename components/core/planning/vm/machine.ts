import { InputError } from "../../errors";
import { largestVolumeGb } from "../sizing/corrections-scale";
import { sizingData } from "../sizing/data";
import { oneMachineSize, type SizeName, type Usage } from "../sizing/usage";

/** A virtual machine type of a cloud. Changing it later stops and starts the machine. */
export interface Machine {
  /** The cloud's name of the type, e.g. `m6a.2xlarge`. */
  readonly type: string;
  /** Virtual CPUs. */
  readonly vcpu: number;
  /** Memory, GiB. */
  readonly memoryGib: number;
}

/**
 * The machine type of a named size.
 *
 * Source: the vendor's public size chart; its misprint "m6a.12large" for L is read as m6a.12xlarge, the type that exists.
 */
export function machineFor(size: SizeName, cloud: "aws" | "gcp"): Machine {
  const row = sizingData.sizes[size];
  return { type: row[cloud], vcpu: row.vcpu, memoryGib: row.memoryGB };
}

/** The disk that holds everything Sourcegraph stores. It may grow later in place, never shrink. */
export interface DataDisk {
  /** Size in GB as clouds count it (binary). */
  readonly sizeGb: number;
  /** `gp3`, `pd-ssd`, or `local` for space on an existing machine. */
  readonly type: string;
  /** I/O operations per second to provision; absent where the type's baseline is enough or not adjustable. */
  readonly iops?: number;
  /** MiB per second to provision; absent like `iops`. */
  readonly throughputMbps?: number;
}

/** Smallest data disk the vendor's guides allow, in GB. */
const smallestDiskGb = 250;
/** Data disk for each GB of repositories: clones, the search index (about half of them), scratch space and room to grow. */
const diskPerRepositoryGb = 3;
/** Disks are made in steps of this many GB. */
const diskStepGb = 10;

/** gp3 beyond its free baseline of 3,000 IOPS and 125 MiB/s. */
const fastGp3: Partial<Record<SizeName, { iops: number; throughputMbps: number }>> = {
  L: { iops: 6_000, throughputMbps: 250 },
  XL: { iops: 12_000, throughputMbps: 500 },
};

/**
 * The data disk for a usage: three times the repositories, at least 250 GB, rounded up to whole 10 GB.
 *
 * The rule is that of the vendor's compose guide for Google Cloud, the only one that leaves room for the index and for
 * growth. Solid state is required at every size: gp3 on AWS, pd-ssd on Google Cloud. The vendor's own machine images use
 * io2 for L and XL, hence gp3 gets IOPS and throughput beyond its baseline there; how much is this library's choice.
 * @throws InputError when the usage is not valid, is more than one machine can serve, or needs more than one disk can hold.
 */
export function dataDiskFor(usage: Usage, cloud: "aws" | "gcp" | "local"): DataDisk {
  const size = oneMachineSize(usage);
  const needed = Math.max(smallestDiskGb, usage.totalSizeGb * diskPerRepositoryGb);
  const sizeGb = Math.ceil(needed / diskStepGb) * diskStepGb;
  if (cloud === "local") {
    return { sizeGb, type: "local" };
  }
  if (sizeGb > largestVolumeGb) {
    throw new InputError(
      [
        {
          path: "usage.totalSizeGb",
          message:
            `is ${usage.totalSizeGb}, which needs a data disk of ${sizeGb} GB; one disk holds at most ${largestVolumeGb} GB, ` +
            `enough for ${Math.floor(largestVolumeGb / diskPerRepositoryGb)} GB of repositories; use the 'kubernetes' shape`,
        },
      ],
      "the usage is more than one machine can serve",
    );
  }
  return cloud === "aws" ? { sizeGb, type: "gp3", ...fastGp3[size] } : { sizeGb, type: "pd-ssd" };
}
