/** Names of the children of a pipeline of machine images on Google Cloud: part of the public contract. */
export const gcpNames = (name: string) =>
  ({
    keyRing: `${name}-images-keys`,
    key: `${name}-images-key`,
    keyUser: `${name}-images-key-compute`,
    builder: `${name}-images-builder`,
    builderLogs: `${name}-images-builder-logs`,
    runner: `${name}-images-runner`,
    workflow: `${name}-images`,
  }) as const;

/** The names of one pipeline's children. */
export type GcpMachineImagesNames = ReturnType<typeof gcpNames>;
