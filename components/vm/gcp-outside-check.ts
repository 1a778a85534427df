import * as storage from "@pulumi/gcp/storage";
import type * as pulumi from "@pulumi/pulumi";
import type { StatusAnswer } from "../core/planning/vm/machine-status";
import { whyOf } from "./outside-check";

/** Asks for the status that a machine writes beside its pointer. */
export async function askStatus(parent: pulumi.Resource, bucket: string): Promise<StatusAnswer> {
  const name = "status.json";
  try {
    const { bucketObjects } = await storage.getBucketObjects({ bucket, prefix: name }, { parent });
    if (bucketObjects?.length === 0) return { kind: "none" };
    const { content } = await storage.getBucketObjectContent({ bucket, name }, { parent });
    return { kind: "status", text: content ?? "" };
  } catch (error) {
    return { kind: "unreadable", why: whyOf(error) };
  }
}
