import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import fc from "fast-check";
import { signatureOf, verificationKey, withSignature } from "../../../components/core/rendering/pointer";

describe("pointer's signature", () => {
  it("is the same for the same text and secret, in this release and in every later one", () => {
    assert.equal(verificationKey("secret"), "MCowBQYDK2VwAyEANTfe5yddzLsWlpNeCITL5wj+xDFUTfOFrRb6Z8MddM4=");
    assert.equal(
      withSignature('{"schema":1}', signatureOf('{"schema":1}', "secret")),
      '{"schema":1,"signature":"5OWrEfaaRSf0kYTdkeGros+2y4D6nnqEiqAIcRRcOEalk1Yyrv3ym1GCHBGsCAKI9zzZ6+rfbq4H+4WFuM1XBQ=="}',
    );
  });

  it("holds for that text and that key alone, and leaves the object as it was beside it", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.dictionary(fc.string(), fc.string()), (secret, other, object) => {
        fc.pre(secret !== other);
        const text = JSON.stringify({ schema: 1, ...object });
        const signature = signatureOf(text, secret);
        const holds = (said: string, by: string): boolean =>
          verify(
            null,
            Buffer.from(said),
            createPublicKey({ key: Buffer.from(verificationKey(by), "base64"), format: "der", type: "spki" }),
            Buffer.from(signature, "base64"),
          );
        assert.deepEqual([holds(text, secret), holds(text, other), holds(`${text} `, secret)], [true, false, false]);
        assert.deepEqual(JSON.parse(withSignature(text, signature)), { ...JSON.parse(text), signature });
      }),
      { numRuns: 30 },
    );
  });
});
