import type { Bounded, Strictness } from "../boundary";
import type { MachineImagesRequest } from "../core/planning/machine-images/plan";

/** Arguments of `MachineImagePipeline`, the same on every cloud. They are plain values, because they decide which resources exist. */
export interface MachineImagePipelineArgs extends Omit<MachineImagesRequest, "name" | "cloud">, Bounded, Strictness {
  /** Region the images are made in. A change makes all images anew, there. */
  readonly region: string;
}
