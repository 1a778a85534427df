import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError, RefusedError } from "../../../../components/core/errors";
import type { ExportPlan } from "../../../../components/core/planning/fleet/export-plan";
import { planForDeployments, planForOperator } from "../../../../components/core/planning/fleet/export-settings";
import type { Fleet } from "../../../../components/core/planning/fleet/instance";
import { parseFleet } from "../../../../components/core/planning/fleet/parse-fleet";
import { instanceTypes, type InstanceConfig } from "../../../../components/core/planning/fleet/schema";
import { fleetOf, instanceFile, today } from "../../../support/fleet";

const commit = "0123456789abcdef0123456789abcdef01234567";
const settings = { backend: "s3://states", source: { repository: "https://example.com/fleet.git", commit } };

function planned(
  fleet: Fleet,
  request: Parameters<typeof planForOperator>[2] = {},
): ReturnType<typeof planForOperator> {
  return planForOperator(fleet, fleet.instances, request);
}

/** What each stack of a plan waits for, by name. */
function edges({ waves, windows }: ExportPlan): Map<string, readonly string[]> {
  return new Map([
    ...windows.map(({ name, requires }) => [name, requires] as const),
    ...waves.flatMap(({ gate, members }) => [
      ...(gate === undefined ? [] : [[gate.name, gate.requires] as const]),
      ...members.map(({ instance, requires }) => [instance.id, requires] as const),
    ]),
  ]);
}

/** Rounds in which the stacks run when everything that may begin does: the names of each round. */
function walk(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const rounds: string[][] = [];
  while (done.size < graph.size) {
    const next = [...graph].filter(([name, requires]) => !done.has(name) && requires.every((each) => done.has(each)));
    assert.ok(next.length > 0, "nobody can begin");
    rounds.push(next.map(([name]) => name));
    for (const [name] of next) done.add(name);
  }
  return rounds;
}

/** An instance of any type, perhaps with a window. */
const anyInstance = fc
  .record({ type: fc.constantFrom(...instanceTypes), window: fc.boolean(), paused: fc.integer({ min: 0, max: 9 }) })
  .map(
    ({ type, window, paused }) =>
      (number: number): InstanceConfig =>
        instanceFile(number, {
          type,
          ...(window ? { maintenance: { days: ["sunday", "saturday"], fromHourUtc: 2, hours: 4 } } : {}),
          ...(paused === 0 ? { channel: "pause" } : {}),
        }),
  );

const anyFleet = fc
  .record({
    made: fc.array(anyInstance, { minLength: 1, maxLength: 40 }),
    waves: fc.constantFrom("monthly", "quarterly"),
    parallel: fc.integer({ min: 1, max: 7 }),
  })
  .map(({ made, waves, parallel }) =>
    fleetOf(
      made.map((make, number) => make(number)),
      { ...settings, waves, parallel },
    ),
  );

describe("the order in which somebody else brings a fleet up to date", () => {
  it("has every instance that is not paused once, wave after wave, at most so many at a time, whatever the fleet", () => {
    fc.assert(
      fc.property(anyFleet, (fleet) => {
        const plan = planned(fleet);
        const ids = plan.waves.flatMap(({ members }) => members.map(({ instance }) => instance.id));
        assert.deepEqual(
          [...ids, ...plan.leftOut.map(({ id }) => id)].sort(),
          fleet.instances.map(({ id }) => id),
        );
        const rounds = walk(edges(plan));
        const waveOf = new Map(
          plan.waves.flatMap(({ members }, wave) => members.map(({ instance }) => [instance.id, wave] as const)),
        );
        const order = rounds.map((names) => names.flatMap((name) => waveOf.get(name) ?? []));
        const flat = order.flat();
        assert.deepEqual(
          flat,
          [...flat].sort((a, b) => a - b),
        );
        for (const round of order) {
          assert.ok(round.length <= fleet.settings.parallel);
          assert.ok(new Set(round).size <= 1);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("grows by references as the fleet does, not by their product", () => {
    const count = (size: number): number => {
      const types = ["internal", "trial", "production"] as const;
      const fleet = fleetOf(
        Array.from({ length: size }, (_, number) => instanceFile(number, { type: types[number % 3] ?? "trial" })),
        settings,
      );
      return [...edges(planned(fleet)).values()].flat().length;
    };
    assert.ok(count(120) <= 3 * 120, String(count(120)));
    assert.ok(count(120) < 2.2 * count(60), `${count(120)} for 120, ${count(60)} for 60`);
  });

  it("asks for a person where a wave is watched, where one has to agree, and for each window", () => {
    const fleet = fleetOf(
      [
        instanceFile(1, { type: "internal" }),
        instanceFile(2, { type: "production", maintenance: { days: ["saturday"], fromHourUtc: 2, hours: 4 } }),
        instanceFile(3, { type: "trial", channel: "pause" }),
      ],
      settings,
    );
    const { waves, windows, leftOut, round } = planned(fleet);
    assert.deepEqual(
      waves.map(({ name, gate, members }) => ({ name, gate, members: members.map(({ requires }) => requires) })),
      [
        { name: "internal", gate: undefined, members: [[]] },
        {
          name: "first",
          gate: {
            name: `gate-2-${round}`,
            requires: ["src-00000001"],
            held: "apply it when internal has been watched for 72 hours and when a person agrees",
          },
          members: [[`gate-2-${round}`, "window-sat-02-4h"]],
        },
      ],
    );
    assert.deepEqual(windows, [
      {
        name: "window-sat-02-4h",
        requires: [],
        held: "apply it at 02:00 UTC of saturday, and delete it 4 hours later",
      },
    ]);
    assert.deepEqual(leftOut, [{ id: "src-00000003", slug: "customer-3", reason: "its channel is pause" }]);
  });

  it("asks a person for the wave that says so, and lets the next begin by itself", () => {
    const select = (number: number): object => ({ select: `instance.slug == "customer-${number}"` });
    const wave = (name: string, members: readonly object[], pause: boolean): object => ({
      name,
      members,
      soakHours: 0,
      pause,
    });
    const waves = [
      wave("a", [select(1)], true),
      wave("b", [], true),
      wave("c", [select(2)], false),
      wave("d", [select(3)], false),
    ];
    const fleet = fleetOf(
      [1, 2, 3].map((number) => instanceFile(number, { type: "internal" })),
      { ...settings, waves },
    );
    assert.deepEqual(
      planned(fleet).waves.map(({ name, gate }) => [name, gate?.requires, gate?.held]),
      [
        ["a", [], "apply it when a person agrees"],
        ["c", ["src-00000001"], "apply it when a person agrees"],
        ["d", ["src-00000002"], undefined],
      ],
    );
  });

  it("keeps a wave to fewer at a time where it says so", () => {
    const waves = [{ name: "a", members: [{ select: "true" }], parallel: 2, soakHours: 0 }];
    const instances = [1, 2, 3, 4, 5].map((number) => instanceFile(number, { type: "internal" }));
    const rounds = walk(edges(planned(fleetOf(instances, { ...settings, waves }))));
    assert.deepEqual(
      rounds.map((names) => names.length),
      [2, 2, 1],
    );
  });

  it("begins a new round for a release and for a commit, and none for one instance's config", () => {
    const roundOf = (more: Partial<InstanceConfig>, request: Parameters<typeof planned>[1] = {}): string =>
      planned(fleetOf([instanceFile(1), instanceFile(2, more)], settings), request).round;
    const before = roundOf({});
    assert.equal(roundOf({ labels: { tier: "gold" } }), before);
    assert.equal(roundOf({ release: "7.3.0" }), before);
    assert.notEqual(roundOf({ release: "7.5.4453" }), before);
    assert.notEqual(roundOf({}, { commit: commit.replace("0", "f") }), before);
  });

  it("brings all to a release in the waves of a rollout, with those it does not touch last", () => {
    const fleet = fleetOf(
      [
        instanceFile(1),
        instanceFile(2, { type: "internal", release: "7.5.4453" }),
        instanceFile(3, { type: "internal" }),
      ],
      { ...settings, waves: "monthly" },
    );
    const to = "7.5.4453";
    const { waves } = planned(fleet, { to, acknowledge: ["backup-first", "oob-complete"] });
    assert.deepEqual(
      waves.map(({ name, members }) => [name, members.map(({ instance, release }) => `${instance.id} ${release}`)]),
      [
        ["internal", ["src-00000003 7.5.4453"]],
        ["first", ["src-00000001 7.5.4453"]],
        ["rest", ["src-00000002 7.5.4453"]],
      ],
    );
    assert.throws(() => planned(fleet, { to }), RefusedError);
  });
});

describe("a fleet nobody elsewhere can run", () => {
  const problemsOf = (act: () => unknown): string[] => {
    try {
      act();
    } catch (error) {
      assert.ok(error instanceof InputError);
      return error.problems.map(({ path, message }) => `${path}: ${message}`);
    }
    assert.fail("nothing was refused");
  };
  const plain = "plain-text-of-a-secret";
  const bad = [
    instanceFile(1, { config: { ...instanceFile(1).config, secrets: { licence: plain } } }),
    instanceFile(2, { config: { ...instanceFile(2).config, siteConfig: { siteFile: "site.jsonc" } } }),
  ];

  it("is refused by the operator with every reason at once, and without the secret", () => {
    const fleet = parseFleet(
      {
        fleet: {
          name: "managed",
          backend: "file:///srv/states",
          program: "./program",
          source: { repository: "https://me:pw@example.com/x" },
        },
        instances: Object.fromEntries(bad.map((each, index) => [`instances/${index}.yaml`, each])),
        files: { "site.jsonc": "{}" },
      },
      today,
    );
    const problems = problemsOf(() => planned(fleet));
    assert.deepEqual(problems, [
      "fleet.yaml: source.repository: holds a user or a password; give the address without, and a token by operator.gitToken",
      'fleet.yaml: program: is "./program", a folder of this machine; give source.folder instead, where its Pulumi.yaml is in the repository',
      'fleet.yaml: backend: is "file:///srv/states", a folder of one machine; give one that is reached from everywhere, e.g. s3://states',
      "fleet.yaml: source.commit: is missing; a branch would bring each commit to all instances at once, past the waves. Give it, or --commit $(git rev-parse HEAD)",
      "instances/0.yaml: config.secrets.licence: is not encrypted; replace it by {secure: CIPHERTEXT}, as 'pulumi config set --secret' writes it",
      "instances/1.yaml: config: names the file site.jsonc, which only a run beside it can read; let 'sgbox fleet rollout' run this instance",
    ]);
    assert.ok(!problems.join().includes(plain));
    assert.deepEqual(
      problemsOf(() => planned(fleetOf([instanceFile(1)], {}), { commit: "main" })),
      [
        "fleet.yaml: source: is missing; say where the program is, e.g. {repository: https://github.com/acme/fleet.git, commit: COMMIT}",
        "fleet.yaml: organization: is missing; stacks at Pulumi Cloud belong to one. Another backend needs none, e.g. backend: s3://states",
      ],
    );
    assert.deepEqual(
      problemsOf(() => planned(fleetOf([instanceFile(1)], settings), { commit: "main" })),
      ['commit: is "main"; give a whole one, e.g. --commit $(git rev-parse HEAD)'],
    );
  });

  it("is refused by Pulumi Deployments when its states are kept somewhere else", () => {
    const fleet = fleetOf([instanceFile(1)], { ...settings, organization: "acme" });
    assert.deepEqual(
      problemsOf(() => planForDeployments(fleet, fleet.instances)),
      [
        'fleet.yaml: organization: is "acme", but stacks in "s3://states" belong to none; remove one of both',
        'fleet.yaml: backend: is "s3://states", but Pulumi Deployments are run by Pulumi Cloud',
      ],
    );
  });
});
