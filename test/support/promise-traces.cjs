// The SDK takes a stack trace of every promise, for a report on promises that never end. Under mocks nobody reads it, and
// finding the lines of the sources took half of the time of all tests.
"use strict";
const debuggable = require("@pulumi/pulumi/runtime/debuggable");

const made = debuggable.debuggablePromise;
debuggable.debuggablePromise = (promise, context) => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return made(promise, context);
  } finally {
    Error.stackTraceLimit = limit;
  }
};
