import assert from "node:assert/strict";
import { InputError } from "../../../../components/core/errors";
import { parseFleet } from "../../../../components/core/planning/fleet/parse-fleet";
import { groupingOf, selectorOf } from "../../../../components/core/planning/fleet/selector";
import { fleetOf, instanceFile, today } from "../../../support/fleet";

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error.message;
  }
  return assert.fail("nothing was thrown");
};

describe("a fleet", () => {
  it("is its files, each with the defaults of its type", () => {
    const { settings, instances } = fleetOf([
      instanceFile(2, { type: "trial", labels: { tier: "gold" }, channel: "insiders" }),
      instanceFile(1, { maintenance: { days: ["saturday", "sunday"], fromHourUtc: 22, hours: 4 } }),
    ]);
    assert.deepEqual(settings, {
      name: "managed",
      waves: "monthly",
      parallel: 5,
      gate: { failures: 0, errorPercent: 1, healthyMinutes: 5 },
      expiryDays: { trial: 30, replica: 30 },
      notify: [],
      elsewhere: {},
    });
    assert.deepEqual(
      instances.map(({ id, channel, pause, expires, maintenance, config }) => [
        id,
        channel,
        pause,
        expires,
        maintenance,
        config["name"],
        config["deletionProtection"],
        config["tags"],
      ]),
      [
        [
          "src-00000001",
          "stable",
          true,
          undefined,
          { days: [6, 0], fromHourUtc: 22, hours: 4 },
          "src-00000001",
          true,
          { "instance-type": "production", "instance-slug": "customer-1" },
        ],
        [
          "src-00000002",
          "insiders",
          false,
          "2026-12-10",
          undefined,
          "src-00000002",
          false,
          { "instance-type": "trial", "instance-slug": "customer-2" },
        ],
      ],
    );
  });

  it("has the program of an instance know its last day, and that a replica is one, whatever its config says else", () => {
    const last = { expires: "2026-12-10" };
    const { instances } = fleetOf([
      instanceFile(1),
      instanceFile(2, { type: "trial" }),
      instanceFile(3, { type: "replica" }),
    ]);
    assert.deepEqual(
      instances.map(({ config: { expires, replica } }) => ({ expires, replica })),
      [
        { expires: undefined, replica: undefined },
        { ...last, replica: undefined },
        { ...last, replica: {} },
      ],
    );
    assert.deepEqual(
      instances.map(({ specification }) => specification.boundaries.stage),
      ["production", "production", "development"],
    );
  });

  it("says everything that is wrong in any of its files at once", () => {
    const instances = {
      "instances/a.yaml": { ...instanceFile(1), slug: "A", id: "acme" },
      "instances/b.yaml": {
        ...instanceFile(2, { type: "trial", email: "a@example.com" }),
        expires: "2026-02-31",
        config: { ...instanceFile(2).config, name: "x" },
      },
      "instances/c.yaml": { ...instanceFile(2, { type: "replica", email: "A@example.com" }), expires: "2026-11-21" },
      "instances/d.yaml": { ...instanceFile(4, { type: "trial" }), slug: "customer-2", expires: "2027-11-21" },
      "instances/e.yaml": { ...instanceFile(5, { type: "trial" }), expires: undefined, release: "7.5.44" },
      "instances/f.yaml": {
        ...instanceFile(6),
        config: { ...instanceFile(6).config, acess: {}, expires: "2027-01-31" },
      },
      "instances/g.yaml": {
        ...instanceFile(7, { type: "internal" }),
        config: { ...instanceFile(7).config, replica: {} },
      },
    };
    assert.equal(
      messageOf(() => parseFleet({ fleet: { name: "managed", wave: "monthly" }, instances }, today)),
      `the fleet is not valid:
  - 'fleet.yaml: wave' is not a known key; did you mean 'waves'?
  - 'instances/a.yaml: id' must be src- and 8 to 20 hexadecimal digits, so that no name of a customer gets into names of resources, got "acme"
  - 'instances/a.yaml: slug' must be lower-case letters, digits and dashes, at most 30, and begin with a letter, got "A"
  - 'instances/b.yaml: expires' is no day of the calendar, got "2026-02-31"
  - 'instances/b.yaml: config.name' is decided by the instance; remove it
  - 'instances/c.yaml: expires' is past, got 2026-11-21, today is 2026-11-22; give a later day, or let 'sgbox fleet reap' remove the instance and its file
  - 'instances/d.yaml: expires' is 364 days away, got 2027-11-21; a trial lives 30 days at most, so give a day up to 2026-12-22
  - 'instances/e.yaml: expires' is missing; a trial needs its last day, at most 30 days from now
  - 'instances/e.yaml: release' is "7.5.44", which is not a known release; nearest to it: 7.5.0 and 7.5.4453; the newest is 7.5.4453
  - 'instances/f.yaml: config.expires' is decided by the instance; remove it
  - 'instances/f.yaml: config.acess' is not a known key; did you mean 'access'?
  - 'instances/g.yaml: expires' is missing; a replica needs its last day, such as 2027-01-31
  - 'instances/c.yaml: id' is "src-00000002", which instances/b.yaml has already; each needs its own
  - 'instances/c.yaml: slug' is "customer-2", which instances/b.yaml has already; each needs its own
  - 'instances/d.yaml: slug' is "customer-2", which instances/b.yaml has already; each needs its own
  - 'instances/c.yaml: email' is "A@example.com", which instances/b.yaml has already; each needs its own`,
    );
  });

  it("has no slug that could be another's id, so that what is deleted by an id is the one meant", () => {
    assert.equal(
      messageOf(() => fleetOf([instanceFile(1, { slug: "src-00000002" }), instanceFile(2, { slug: "src-0000000" })])),
      `the fleet is not valid:
  - 'instances/0.yaml: slug' has the form of an id, by which another instance may be meant; give a name that people call it by, got "src-00000002"`,
    );
  });

  it("takes no id and no e-mail of an instance that is gone, but goes on with one whose file was being moved", () => {
    const environment = { account: { email: "aws@example.com" } };
    const old = { ...instanceFile(1, { email: "it@example.com" }), state: "gone", config: { environment } };
    const parsed = (instance: object) =>
      parseFleet(
        {
          fleet: { name: "managed" },
          instances: { "instances/a.yaml": instance },
          gone: { "instances/gone/src-00000001.yaml": old, "instances/gone/empty.yaml": null },
        },
        today,
      );
    const again = "an instance that is gone; it is never used again, so give another";
    const lines = messageOf(() =>
      parsed({
        ...instanceFile(1, { email: "IT@example.com", slug: "new" }),
        config: { ...instanceFile(1).config, environment: { account: { email: "aws@example.com" } } },
      }),
    ).split("\n");
    assert.deepEqual(lines.slice(-3), [
      `  - 'instances/a.yaml: id' is "src-00000001", which was that of instances/gone/src-00000001.yaml, ${again}`,
      `  - 'instances/a.yaml: email' is "IT@example.com", which was that of instances/gone/src-00000001.yaml, ${again}`,
      `  - 'instances/a.yaml: config.environment.account.email' is "aws@example.com", which was that of instances/gone/src-00000001.yaml, ${again}`,
    ]);
    assert.equal(parsed(instanceFile(1, { email: "it@example.com", state: "leaving" })).instances.length, 1);
    assert.equal(parsed(instanceFile(2, { slug: "customer-1" })).instances.length, 1);
  });

  it("is read with what is past its last day by those who remove that", () => {
    const instances = { "instances/a.yaml": { ...instanceFile(1, { type: "replica" }), expires: "2026-11-01" } };
    assert.equal(parseFleet({ fleet: { name: "managed" }, instances }, today, { expired: false }).instances.length, 1);
  });

  it("is not held up by an instance that was deleted but for its data, or that is in a person's hands, past its last day", () => {
    for (const state of ["leaving", "extracted"] as const)
      for (const expires of ["2026-11-01", "2027-11-01"])
        assert.deepEqual(
          fleetOf([instanceFile(1), instanceFile(2, { type: "trial", state, expires })]).instances.map(
            (each) => each.state,
          ),
          ["active", state],
        );
  });
});

describe("a selection of instances", () => {
  const { instances } = fleetOf([
    instanceFile(1, { labels: { tier: "gold" }, features: ["cody"] }),
    instanceFile(2, { type: "trial", release: "7.5.4453" }),
  ]);
  const chosen = (text: string): number[] => {
    const { matches } = selectorOf(text, instances);
    return instances.flatMap((each, index) => (matches(each, each.release) ? [index + 1] : []));
  };

  it("asks for type, channel, place, size, release, labels and features", () => {
    for (const [text, expected] of [
      ["", [1, 2]],
      ['instance.type == "trial"', [2]],
      ['instance.channel != "pause" && instance.cloud == "aws" && instance.size == "XS"', [1, 2]],
      ['instance.release < "7.5"', [1]],
      ['instance.release >= "7.4.0" && instance.release <= "v7.5.4453"', [1, 2]],
      ['instance.release != "7.4.0"', [2]],
      ['instance.labels.tier == "gold"', [1]],
      ['instance.labels.tier == ""', [2]],
      ['"cody" in instance.features', [1]],
      ['instance.slug.startsWith("customer-") && instance.id in ["src-00000002"]', [2]],
      ['instance.expires != "" && instance.expires < "2026-12-31"', [2]],
    ] as const)
      assert.deepEqual(chosen(text), expected, text);
  });

  it("asks for what the life of each is at", () => {
    const { instances } = fleetOf([
      instanceFile(1),
      instanceFile(2, { config: { ...instanceFile(2).config, suspended: true } }),
      instanceFile(3, { state: "extracted" }),
      instanceFile(4, { state: "leaving" }),
    ]);
    const statesOf = groupingOf("instance.state", instances);
    assert.deepEqual(
      instances.map((each) => statesOf(each, each.release)),
      ["active", "suspended", "extracted", "leaving"],
    );
    const { matches } = selectorOf('instance.state in ["suspended", "leaving"]', instances);
    assert.deepEqual(
      instances.filter((each) => matches(each, each.release)).map(({ slug }) => slug),
      ["customer-2", "customer-4"],
    );
  });

  it("that asks for what there is not is turned down with what was meant", () => {
    const fields = ["id", "slug", "type", "channel", "state", "release", "shape", "cloud", "region", "size", "expires"];
    const known = [...fields, "labels", "features"].map((field) => `instance.${field}`).join(", ");
    const sample = `write an expression such as instance.type == "trial", instance.release < "7.5" or "cody" in instance.features`;
    for (const [text, message] of [
      ["instance.labels.teir == 'gold'", "asks for the label 'teir', which no instance has; did you mean 'tier'?"],
      ["instance.typ == 'x'", "asks for 'instance.typ', which there is not; did you mean 'instance.type'?"],
      ["channel == 'x'", "asks for 'channel'; write instance.channel"],
      ["owner == 'x'", `asks for 'owner', which there is not; fields are ${known}`],
      ["instance.type", "gives string, not yes or no; compare it with something"],
      ["instance.release > 5", `cannot be read: no such overload: release > int; ${sample}`],
      ["instance.type ==", `cannot be read: unexpected token: eof; ${sample}`],
      [
        "instance.release < 'new'",
        `cannot be read: "new" is no release; write one such as "7.5.4453" or "7.5"; ${sample}`,
      ],
    ] as const)
      assert.equal(
        messageOf(() => chosen(text)),
        `the selection cannot be made:\n  - 'select' ${message}, got ${JSON.stringify(text)}`,
      );
  });

  it("is grouped by any text an expression gives of each", () => {
    const grouped = (text: string): string[] => {
      const keyOf = groupingOf(text, instances);
      return instances.map((each) => keyOf(each, each.release));
    };
    assert.deepEqual(grouped("instance.labels.tier"), ["gold", ""]);
    assert.deepEqual(grouped('instance.type + " " + instance.region'), ["production us-east-1", "trial us-east-1"]);
    assert.deepEqual(grouped("instance.release"), ["7.4.0", "7.5.4453"]);
    assert.equal(
      messageOf(() => grouped("instance.features")),
      `the selection cannot be made:\n  - 'by' gives list<string>, not a text; ask for one such as instance.type, got "instance.features"`,
    );
  });
});
