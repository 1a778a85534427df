import assert from "node:assert/strict";
import { InputError, RefusedError } from "../../components/core/errors";

describe("errors of a user's making", () => {
  const problems = [{ path: "size", message: "is wrong" }];

  for (const Kind of [InputError, RefusedError])
    it(`keep no frame of another package in the stack of an ${Kind.name}, but their own`, () => {
      const usual = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace") ?? {};
      const foreign = "    at Stack.initialize (/app/node_modules/@pulumi/resource.ts:1598:22)";
      Error.prepareStackTrace = (error) => `${String(error)}\n    at program (/app/index.js:1:1)\n${foreign}`;
      try {
        const { stack, message } = new Kind(problems);
        assert.ok(message.endsWith("  - 'size' is wrong"));
        assert.ok(stack?.endsWith("\n    at program (/app/index.js:1:1)"), stack);
      } finally {
        delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
        if ("value" in usual) Object.defineProperty(Error, "prepareStackTrace", usual);
      }
    });
});
