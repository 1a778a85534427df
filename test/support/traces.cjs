// The SDK takes a stack trace of every promise, for a report on promises that never end, and one of every resource, for
// messages of the engine. Under mocks nobody reads them, and finding the lines of the sources took half of the time of all tests.
"use strict";
const { Resource } = require("@pulumi/pulumi/resource");
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

Resource.callsites = () => [];
