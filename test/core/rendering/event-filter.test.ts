import assert from "node:assert/strict";
import fc from "fast-check";
import type { AdminField } from "../../../components/core/product/admin/description";
import { eventFilter } from "../../../components/core/rendering/event-filter";

interface Answer {
  readonly records: readonly { readonly recordId: string; readonly result: string; readonly data: string }[];
}

const fields: readonly AdminField[] = [
  { name: "event_id", type: "string" },
  { name: "occurred_at", type: "timestamp" },
  { name: "seats", type: "integer" },
  { name: "amount", type: "number" },
  { name: "trial", type: "boolean" },
  { name: "counts", type: "json" },
];

/** Runs the program as Lambda does, and answers what is left of each event; undefined for one that is dropped. */
async function left(events: readonly string[]): Promise<unknown[]> {
  const exported: { handler?: (event: unknown) => Promise<Answer> } = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the rendered program
  new Function("exports", eventFilter(fields))(exported);
  const records = events.map((text, index) => ({
    recordId: String(index),
    data: Buffer.from(text).toString("base64"),
  }));
  const answer = await exported.handler?.({ records });
  assert.deepEqual(
    answer?.records.map(({ recordId }) => recordId),
    records.map(({ recordId }) => recordId),
  );
  return answer.records.map(({ result, data }) => {
    if (result === "Dropped") return undefined;
    assert.equal(result, "Ok");
    const text = Buffer.from(data, "base64").toString("utf8");
    assert.ok(text.endsWith("\n"));
    return JSON.parse(text) as unknown;
  });
}

describe("the program that events pass before they are kept", () => {
  it("keeps the fields of its list and drops every other", async () => {
    const event = {
      event_id: "1",
      occurred_at: "2026-11-21T00:00:00Z",
      seats: 3,
      amount: 1.5,
      trial: false,
      counts: { users: 1 },
    };
    assert.deepEqual(await left([JSON.stringify({ ...event, topic: "how to leak", prompt: "secret" })]), [event]);
  });

  it("drops a value of another type, in which a text could hide", async () => {
    const wrong = {
      event_id: 1,
      occurred_at: "yesterday we wrote code",
      seats: "text",
      amount: "1",
      trial: "yes",
      counts: "x",
    };
    assert.deepEqual(await left([JSON.stringify(wrong)]), [{}]);
  });

  it("drops whole what is no event, and goes on with the next", async () => {
    assert.deepEqual(await left(["plain text", "[1]", "null", '"text"', '{"event_id":"2"}']), [
      undefined,
      undefined,
      undefined,
      undefined,
      { event_id: "2" },
    ]);
  });

  it("never lets a field pass that is not on its list, whatever the event", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (event) => {
        const [kept] = await left([JSON.stringify(event)]);
        const names = Object.keys(kept as object);
        assert.deepEqual(
          names.filter((name) => !fields.some((field) => field.name === name)),
          [],
        );
      }),
      { numRuns: 200 },
    );
  });
});
