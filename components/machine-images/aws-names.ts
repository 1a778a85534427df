/**
 * Names of the children of a pipeline of machine images on AWS: part of the public contract. What an image is made from is
 * called like the image, whose name holds a digest of its content: another content is another resource, never a changed one.
 */
export const awsNames = (name: string) =>
  ({
    key: `${name}-images-key`,
    builder: `${name}-images-builder`,
    builderOut: (port: number) => `${name}-images-builder-out-${port}`,
    infrastructure: `${name}-images`,
    lifecycle: `${name}-images-lifecycle`,
  }) as const;

/** The names of one pipeline's children. */
export type AwsMachineImagesNames = ReturnType<typeof awsNames>;
