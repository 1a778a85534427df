import * as pulumi from "@pulumi/pulumi";

/** A value that is known only when others are: whoever takes it waits for them, and is taken down before them. */
export function after<Value>(
  value: pulumi.Input<Value>,
  others: readonly pulumi.Input<unknown>[],
): pulumi.Output<Value> {
  return pulumi.all([value, pulumi.all([...others])]).apply(([known]) => known as Value);
}
