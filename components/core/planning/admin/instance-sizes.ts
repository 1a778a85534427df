// Sizes of instances that clouds offer. Google: documentation of Cloud Run's memory and CPU limits; AWS: of Fargate's tasks.

/** Memory that Fargate offers for so many vCPUs, GiB. */
const fargate: Readonly<Record<string, readonly number[]>> = {
  "0.25": [0.5, 1, 2],
  "0.5": [1, 2, 3, 4],
  "1": [2, 3, 4, 5, 6, 7, 8],
  "2": Array.from({ length: 13 }, (_, index) => 4 + index),
  "4": Array.from({ length: 23 }, (_, index) => 8 + index),
  "8": Array.from({ length: 12 }, (_, index) => 16 + 4 * index),
  "16": Array.from({ length: 12 }, (_, index) => 32 + 8 * index),
};

/** Numbers of vCPUs that Cloud Run offers, with the least and the most memory beside each, GiB. */
const cloudRun: Readonly<Record<string, readonly [least: number, most: number]>> = {
  "1": [0.5, 4],
  "2": [0.5, 8],
  "4": [2, 16],
  "6": [4, 24],
  "8": [4, 32],
};

/** The least memory that Fargate offers for so many vCPUs and that is enough, GiB; the wish itself where none is. */
export function fargateMemory(cpus: number, memoryGib: number): number {
  return fargate[String(cpus)]?.find((offered) => offered >= memoryGib) ?? memoryGib;
}

/** What is wrong with the size of an instance, and how to mend it; undefined for nothing. */
export function instanceSizeProblem(cloud: "aws" | "gcp", cpus: number, memoryGib: number): string | undefined {
  const got = `got ${cpus} vCPUs with ${memoryGib} GiB`;
  if (cloud === "aws") {
    const offered = fargate[String(cpus)];
    if (offered === undefined)
      return `must be ${Object.keys(fargate)
        .sort((a, b) => Number(a) - Number(b))
        .join(", ")} vCPUs on Fargate, ${got}`;
    const most = offered.at(-1) ?? 0;
    return memoryGib > most ? `must have at most ${most} GiB with ${cpus} vCPUs on Fargate, ${got}` : undefined;
  }
  const range = cloudRun[String(cpus)];
  if (range === undefined) return `must be ${Object.keys(cloudRun).join(", ")} vCPUs on Cloud Run, ${got}`;
  const [least, most] = range;
  return memoryGib < least || memoryGib > most
    ? `must have ${least} to ${most} GiB with ${cpus} vCPUs on Cloud Run, ${got}`
    : undefined;
}
