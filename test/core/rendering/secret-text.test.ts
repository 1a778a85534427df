import assert from "node:assert/strict";
import fc from "fast-check";
import type { SecretPart } from "../../../components/core/planning/secrets";
import { inEnvironmentFile, secretText } from "../../../components/core/rendering/secret-text";

const anyValue = fc.string({ unit: "binary" });
const as = (spelling: Exclude<SecretPart, string>["as"]): SecretPart[] => [{ secret: "s", as: spelling }];

/** Reads a double-quoted value as compose reads environment files: escapes first, then `$` stands for a variable. */
function readEnvironmentValue(quoted: string): string {
  assert.match(quoted, /^"(?:[^"\\]|\\[\s\S])*"$/, "one quoted value");
  const inner = quoted.slice(1, -1);
  assert.doesNotMatch(inner.replace(/\\[\s\S]/g, ""), /\$/, "nothing is substituted");
  return inner.replace(/\\([\s\S])/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}

describe("a secret's value", () => {
  it("comes back from an environment file, whatever it holds", () =>
    fc.assert(
      fc.property(anyValue, (value) => {
        assert.equal(readEnvironmentValue(`"${secretText(as("env"), { s: value }, true)}"`), value);
        assert.equal(inEnvironmentFile(value), secretText(as("env"), { s: value }, true));
        assert.ok(!inEnvironmentFile(value).includes("\n"));
      }),
    ));

  it("is itself where no file is in between", () =>
    fc.assert(fc.property(anyValue, (value) => assert.equal(secretText(as("env"), { s: value }, false), value))));

  it("comes back from JSON", () =>
    fc.assert(
      fc.property(anyValue, (value) =>
        assert.equal(JSON.parse(`"${secretText(as("json"), { s: value }, true)}"`), value),
      ),
    ));

  it("comes back from a connection URL", () =>
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (value) => {
        const url = new URL(`postgres://sg:${secretText(as("uri"), { s: value }, true)}@pgsql:5432/sg`);
        assert.equal(decodeURIComponent(url.password), value);
        assert.equal(url.host, "pgsql:5432");
      }),
    ));

  it("is itself as raw text", () =>
    fc.assert(fc.property(anyValue, (value) => assert.equal(secretText(as("raw"), { s: value }, true), value))));

  it("is escaped as each spelling asks", () => {
    const value = 'p"$\\\n%ä!';
    assert.equal(secretText(as("env"), { s: value }, true), 'p\\"\\$\\\\\\n%ä!');
    assert.equal(secretText(as("json"), { s: value }, true), 'p\\"$\\\\\\n%ä!');
    assert.equal(secretText(as("uri"), { s: value }, true), "p%22%24%5C%0A%25%C3%A4%21");
  });

  it("stands among literal text", () =>
    assert.equal(secretText(["a", { secret: "s", as: "raw" }, "b"], { s: "-" }, true), "a-b"));

  it("that is not given is a mistake of the program, named without a value", () =>
    assert.throws(() => secretText(as("raw"), { other: "x" }, true), new Error("no value for the secret 's'")));
});
