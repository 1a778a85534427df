import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";

/** How an Ed25519 key of 32 bytes begins in PKCS #8. */
const privateKeyHead = Buffer.from("302e020100300506032b657004220420", "hex");

/** The key that signs what the machine is told, made out of a secret text of the stack; the same text, the same key. */
function signingKey(secret: string): KeyObject {
  const seed = createHash("sha256").update(`pointer of the bundles ${secret}`).digest();
  return createPrivateKey({ key: Buffer.concat([privateKeyHead, seed]), format: "der", type: "pkcs8" });
}

/** The half of the key that the machine gets: Ed25519, DER in base64, one line; nothing can be signed with it. */
export function verificationKey(secret: string): string {
  return createPublicKey(signingKey(secret)).export({ format: "der", type: "spki" }).toString("base64");
}

/** Signature of a text by the key that is made out of the secret, base64. */
export function signatureOf(text: string, secret: string): string {
  return sign(null, Buffer.from(text), signingKey(secret)).toString("base64");
}

/**
 * The text of a JSON object with the signature of exactly that text as its last key. The machine takes the key away again, and
 * believes nothing but the bytes that are left.
 */
export function withSignature(text: string, signature: string): string {
  return `${text.slice(0, -1)},"signature":"${signature}"}`;
}

/** The text of a JSON object, signed by the key that is made out of the secret. */
export function signed(text: string, secret: string): string {
  return withSignature(text, signatureOf(text, secret));
}
