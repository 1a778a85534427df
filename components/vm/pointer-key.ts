import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { BundlePointer } from "../core/rendering/bundle";
import { signatureOf, verificationKey, withSignature } from "../core/rendering/pointer";

/** The key that signs what the machine is told: whoever can write into its bucket can neither point it elsewhere nor order something. */
export interface PointerKey {
  /** The half that the machine is given at its start. */
  readonly verification: pulumi.Output<string>;
  /** Secret text that the key is made of: whoever has it can sign. */
  readonly secret: pulumi.Output<string>;
  /** The text of a pointer with its signature. */
  readonly signed: (pointer: pulumi.Output<BundlePointer>) => pulumi.Output<string>;
}

/**
 * Declares the secret that the key is made of; it stays in the state. It is made once: a machine on AWS takes up another key
 * only when it is replaced.
 */
export function declarePointerKey(name: string, parent: pulumi.Resource): PointerKey {
  const secret = new random.RandomPassword(name, { length: 64, special: false }, { parent }).result;
  return {
    secret: pulumi.secret(secret),
    // Neither half of what these give away lets anybody sign.
    verification: pulumi.unsecret(secret.apply(verificationKey)),
    signed: (pointer) => {
      const text = pulumi.jsonStringify(pointer);
      const signature = pulumi.unsecret(pulumi.all([text, secret]).apply(([said, by]) => signatureOf(said, by)));
      return pulumi.all([text, signature]).apply(([said, sign]) => withSignature(said, sign));
    },
  };
}
