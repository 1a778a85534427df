import type { AdminField } from "../product/admin/description";

/**
 * A program for Lambda that a stream of events passes before anything is kept: of every event it keeps the fields of the
 * list whose value has their type, and drops everything else. What is no event at all is dropped whole; it is not kept aside
 * either, since nobody knows what it holds.
 *
 * @param fields fields that pass
 */
export function eventFilter(fields: readonly AdminField[]): string {
  const types = Object.fromEntries(fields.map(({ name, type }) => [name, type]));
  return `"use strict";
const fields = ${JSON.stringify(types)};
const is = {
  string: (value) => typeof value === "string",
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === "number" && Number.isFinite(value),
  boolean: (value) => typeof value === "boolean",
  timestamp: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
  json: (value) => value !== null && typeof value === "object",
};

function passed(text) {
  const event = JSON.parse(text);
  if (event === null || typeof event !== "object" || Array.isArray(event)) throw new Error("no event");
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, type]) =>
      Object.hasOwn(event, name) && is[type](event[name]) ? [[name, event[name]]] : [],
    ),
  );
}

exports.handler = async ({ records }) => ({
  records: records.map(({ recordId, data }) => {
    try {
      const event = JSON.stringify(passed(Buffer.from(data, "base64").toString("utf8"))) + "\\n";
      return { recordId, result: "Ok", data: Buffer.from(event).toString("base64") };
    } catch {
      return { recordId, result: "Dropped", data };
    }
  }),
});
`;
}
