// The machine behind a pointer in a bucket: it is ready at once with whatever it is pointed to. A test that wants another machine
// puts its status into the cloud's `lookups`, or answers the lookup of the bucket's objects with none.
"use strict";

const object = "status.json";

/** The status, by the text of the pointer; undefined where nothing was ever asked for. */
function statusOf(pointer) {
  if (pointer === undefined) return undefined;
  const { release, digest } = JSON.parse(pointer);
  const place = { release, digest };
  const said = { result: "ready", message: "all services are healthy", at: "2026-11-22T00:00:00Z" };
  return `${JSON.stringify({ schema: 1, installed: place, ...place, ...said, ready: place })}\n`;
}

/** Names of the objects in a bucket that begin so. Of what machines write, this stand-in knows only the status. */
exports.names = (prefix, pointer) =>
  object.startsWith(prefix ?? "") && statusOf(pointer) !== undefined ? [object] : [];

/** The text of an object. */
exports.text = (name, pointer) => {
  const status = name === object ? statusOf(pointer) : undefined;
  if (status === undefined) throw new Error(`couldn't find resource: ${name}`);
  return status;
};
