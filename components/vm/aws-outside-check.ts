import * as s3 from "@pulumi/aws/s3";
import type * as pulumi from "@pulumi/pulumi";
import type { StatusAnswer } from "../core/planning/vm/machine-status";
import { whyOf } from "./outside-check";

/** Asks for the status that a machine writes beside its pointer. */
export async function askStatus(parent: pulumi.Resource, bucket: string): Promise<StatusAnswer> {
  const key = "status.json";
  try {
    const { keys } = await s3.getObjects({ bucket, prefix: key }, { parent });
    if (keys?.length === 0) return { kind: "none" };
    const { body } = await s3.getObject({ bucket, key }, { parent });
    return { kind: "status", text: body ?? "" };
  } catch (error) {
    return { kind: "unreadable", why: whyOf(error) };
  }
}
