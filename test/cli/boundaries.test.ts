import assert from "node:assert/strict";
import { declaredBy } from "../../cli/declared";
import { readStackFile } from "../../cli/stack-file";
import { judgeGraph, nameOf } from "../../components/core/rules/engine";
import { Graph, unknownValue, type GraphResource } from "../../components/core/rules/graph";
import { rules } from "../../components/core/rules/rules";
import { boundaryOf } from "../../components/core/rules/graph";
import { folderWith, sgbox, stackFile } from "./support";

/** What every instance shows to support services names no callee: the product has nothing else. */
const shown = [
  "B-M01 broken: single-tenant/sourcegraph-frontend to admin/cody-gateway at 443",
  "B-M01 broken: single-tenant/worker to admin/enterprise-portal at 443",
  "B-M01 broken: single-tenant/worker to admin/pings at 443",
  "B-M01 broken: single-tenant/worker to admin/telemetry-gateway at 443",
];

/** What does not hold of each sample, and nothing else: weaknesses that are known, each with a rule that tells of it. */
const found: Readonly<Record<string, readonly string[]>> = {
  aws: [
    "B-N06 broken: sourcegraph-machine-to-anywhere",
    ...shown,
    "B-K02 broken: sourcegraph-key",
    "B-L02 unproven: single-tenant on AWS",
  ],
  gcp: [
    "B-N06 broken: sourcegraph-vpc",
    ...shown,
    "B-K02 broken: sourcegraph-key",
    "B-L02 unproven: single-tenant on Google",
  ],
  airgapped: ["B-K02 broken: closed-key", "B-L02 unproven: single-tenant on AWS"],
  dotcom: [
    "B-N10 broken: dotcom-cache",
    "B-N10 broken: dotcom-store",
    "B-I01 broken: dotcom-deployment-sourcegraph-frontend",
    "B-I01 broken: dotcom-job-migrator",
    "B-K02 broken: dotcom-cluster-key",
    "B-L02 unproven: dotcom on Google",
    "B-L04 broken: dotcom-cluster",
  ],
  local: shown,
  eks: [
    "B-N04 broken: sourcegraph-cluster",
    "B-N06 broken: sourcegraph-network-policy-gitserver",
    "B-N06 broken: sourcegraph-network-policy-precise-code-intel-worker",
    "B-N06 broken: sourcegraph-network-policy-prometheus",
    "B-N06 broken: sourcegraph-network-policy-searcher",
    "B-N06 broken: sourcegraph-network-policy-sourcegraph-frontend",
    "B-N06 broken: sourcegraph-network-policy-syntactic-code-intel-worker",
    "B-N06 broken: sourcegraph-network-policy-worker",
    "B-I01 broken: sourcegraph-pods-gitserver",
    "B-I01 broken: sourcegraph-pods-precise-code-intel-worker",
    "B-I01 broken: sourcegraph-pods-searcher",
    "B-I01 broken: sourcegraph-pods-sourcegraph-frontend",
    "B-I01 broken: sourcegraph-pods-syntactic-code-intel-worker",
    "B-I01 broken: sourcegraph-pods-worker",
    "B-I01 broken: sourcegraph-deployment-sourcegraph-frontend",
    "B-I01 broken: sourcegraph-job-migrator",
    ...shown,
    "B-K02 broken: sourcegraph-cluster-key",
    "B-L02 unproven: single-tenant on AWS",
  ],
  gke: [
    "B-N04 broken: sourcegraph-cluster",
    "B-N06 broken: sourcegraph-vpc",
    "B-N06 broken: sourcegraph-network-policy-gitserver",
    "B-N06 broken: sourcegraph-network-policy-precise-code-intel-worker",
    "B-N06 broken: sourcegraph-network-policy-prometheus",
    "B-N06 broken: sourcegraph-network-policy-searcher",
    "B-N06 broken: sourcegraph-network-policy-sourcegraph-frontend",
    "B-N06 broken: sourcegraph-network-policy-syntactic-code-intel-worker",
    "B-N06 broken: sourcegraph-network-policy-worker",
    "B-N10 broken: sourcegraph-cache",
    "B-N10 broken: sourcegraph-store",
    "B-I01 broken: sourcegraph-deployment-sourcegraph-frontend",
    "B-I01 broken: sourcegraph-job-migrator",
    "B-I03 broken: sourcegraph-admin-group-admins-example-com",
    "B-I04 unproven: sourcegraph-admin-group-admins-example-com",
    ...shown,
    "B-K02 broken: sourcegraph-cluster-key",
    "B-L02 unproven: single-tenant on Google",
    "B-L04 broken: sourcegraph-cluster",
  ],
  existing: [
    "B-N06 broken: sourcegraph-network-policy-gitserver",
    "B-N06 broken: sourcegraph-network-policy-prometheus",
    "B-N06 broken: sourcegraph-network-policy-sourcegraph-frontend",
    "B-N06 broken: sourcegraph-network-policy-worker",
    "B-I01 broken: sourcegraph-deployment-sourcegraph-frontend",
    "B-I01 broken: sourcegraph-job-migrator",
    ...shown,
  ],
};

/** Zone, stage, owner and tenancy of the samples that state others than the default. */
const stated: Readonly<Record<string, string>> = {
  airgapped: "single-tenant production platform single",
  dotcom: "dotcom production public-search ",
};

const graphs = new Map<string, Graph>();

async function graphOf(sample: string): Promise<Graph> {
  const known = graphs.get(sample);
  if (known !== undefined) return known;
  const stack = readStackFile(`Pulumi.${sample}-sample.yaml`, { folder: process.cwd() } as never);
  const { graph } = await declaredBy(stack);
  graphs.set(sample, graph);
  return graph;
}

describe("What the rules of the boundaries say of the sample stacks", () => {
  for (const [sample, expected] of Object.entries(found))
    it(`is exactly what is listed: ${sample}`, async () => {
      const { findings } = judgeGraph(await graphOf(sample), rules, [], "2026-11-21");
      const weak = findings.filter(({ verdict }) => verdict !== "holds");
      assert.deepEqual(
        weak.map(({ rule, verdict, of }) => `${rule} ${verdict}: ${nameOf(of)}`),
        expected,
      );
    });

  for (const sample of Object.keys(found))
    it(`is of what states its zone, stage and owner, every component of it: ${sample}`, async () => {
      const graph = await graphOf(sample);
      const own = graph.resources.filter(({ type }) => !type.startsWith("pulumi:"));
      const silent = own.filter((resource) => {
        const { zone, stage, owner, tenancy } = graph.factsOf(resource);
        return (
          [zone, stage, owner, tenancy].join(" ") !== (stated[sample] ?? "single-tenant production sourcegraph single")
        );
      });
      assert.deepEqual(
        silent.map(({ name }) => name),
        [],
      );
    });

  it("rests on nothing that was computed from what only a cloud knows", async () => {
    const texts = (value: unknown): string[] =>
      typeof value === "string"
        ? [value]
        : typeof value === "object" && value !== null
          ? Object.values(value).flatMap(texts)
          : [];
    for (const sample of Object.keys(found)) {
      const graph = await graphOf(sample);
      const broken = graph.resources.filter(({ inputs }) => texts(inputs).some((text) => text.includes("undefined")));
      assert.deepEqual(
        broken.map(({ name }) => name),
        [],
        sample,
      );
    }
    const record = (await graphOf("eks")).resources.find(({ name }) => name === "sourcegraph-record");
    assert.equal((record?.inputs["aliases"] as readonly { readonly zoneId: unknown }[])[0]?.zoneId, unknownValue);
  });

  it("is not read from bucket policies, which hold names that only the cloud knows: that they only refuse is stated", async () => {
    for (const sample of ["aws", "eks"]) {
      const policies = (await graphOf(sample)).ofType("aws:s3/bucketPolicy");
      assert.deepEqual(
        policies.map(({ inputs }) => inputs["policy"]),
        policies.map(() => unknownValue),
      );
      assert.ok(policies.length > 0);
    }
  });

  it("finds a store that is made by hand, and every store where components state nothing", async () => {
    const graph = await graphOf("aws");
    const stray: GraphResource = {
      urn: "urn:pulumi:plan::sourcegraph::aws:s3/bucket:Bucket::stray",
      type: "aws:s3/bucket",
      name: "stray",
      inputs: {},
      refers: {},
      protected: false,
      retained: false,
    };
    const rulesOf = (resources: readonly GraphResource[]) =>
      judgeGraph(new Graph(resources), rules, [], "2026-11-21").problems.map(
        ({ path, message }) => `${path} ${message}`,
      );
    const before = rulesOf(graph.resources);
    const added = rulesOf([...graph.resources, stray]).filter((problem) => !before.includes(problem));
    assert.deepEqual(added.slice(0, 1), [
      "stray breaks B-D02: nothing says its zone, owner, data class; make it by a component of the library, or tag it with sourcegraph-zone, sourcegraph-owner and sourcegraph-data-class",
    ]);
    const silent = graph.resources.map((resource) => {
      const { tags: _tags, ...inputs } = resource.inputs;
      return { ...resource, inputs: boundaryOf(resource) === undefined ? inputs : {} };
    });
    assert.ok(
      rulesOf(silent).some((problem) =>
        problem.startsWith("sourcegraph-data breaks B-D02: nothing says its zone, owner, data class"),
      ),
    );
  });
});

describe("sgbox check, of the boundaries", () => {
  const config = {
    cloud: "aws",
    region: "us-east-1",
    release: "7.5.4453",
    size: "XS",
    access: { allowedCidrs: ["10.0.0.0/8"] },
  };
  const egress =
    "sourcegraph-machine-to-anywhere' breaks B-N06: it lets out to 0.0.0.0/0, and nothing in its zone controls that; let out to what is declared, or make a firewall with an allow-list";
  const secret = (password: string) => `sourcegraph-${password}DbPassword`;
  const stores = [secret("codeinsights"), secret("codeintel"), "sourcegraph-data", "sourcegraph-pgsqlPassword"];
  const dataClasses = (store: string) => (store === "sourcegraph-data" ? "identity, user-data, secret" : "secret");
  const under = stores.map(
    (store) => `it encrypts sourcegraph-backups with user-data and ${store} with ${dataClasses(store)}`,
  );
  const fixes = stores.map((store) => `give ${store} a key of its own`);
  const key = `sourcegraph-key' breaks B-K02: ${under.join(" and ")}; ${fixes.join(" and ")}`;
  const token =
    "the caller shows a licence token, which names no callee; give the caller a client with a scope of the callee";
  const calls = [
    ["single-tenant/sourcegraph-frontend to admin/cody-gateway at 443", token],
    ["single-tenant/worker to admin/enterprise-portal at 443", token],
    [
      "single-tenant/worker to admin/pings at 443",
      "the caller shows nothing; give the caller a client with a scope of the callee",
    ],
    ["single-tenant/worker to admin/telemetry-gateway at 443", token],
  ] as const;
  const exception = (rule: string, resource: string, expires: string) => ({
    rule,
    resource,
    reason: "code hosts are not known",
    owner: "platform",
    expires,
  });

  /** Runs the check of a stack whose rules are told this. */
  function check(boundaries: object | undefined, ...args: readonly string[]) {
    const folder = folderWith({
      "Pulumi.x.yaml": stackFile({ ...config, ...(boundaries === undefined ? {} : { boundaries }) }),
    });
    return sgbox(["check", "--stack", "Pulumi.x.yaml", ...args], { folder });
  }

  it("tells what breaks a rule, below what is at rest, and lets it pass", async () => {
    const { code, stdout, stderr } = await check(undefined);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^ {2}result +every data resource is listed below$/m);
    const after = stdout.slice(stdout.indexOf("Data at rest"));
    assert.match(after, /^Boundaries {2}6 reasons against it$/m);
    assert.match(after, /^Reasons against it {2}told only; 'boundaries.enforce' refuses them$/m);
    assert.match(
      after,
      /^ {2}sourcegraph-machine-to-anywhere +breaks B-N06: it lets out to 0\.0\.0\.0\/0, and nothing/m,
    );
    assert.match(
      after,
      /^ {2}sourcegraph-data +block +single-tenant +sourcegraph +user-data, identity, secret, operational/m,
    );
    assert.match(after, /^ {2}single-tenant\/worker to single-tenant\/gitserver at 3178 +internal/m);
  });

  it("refuses it with exit code 3 and the engine's words where that is asked for, in every format", async () => {
    const { code, stdout } = await check({ enforce: true }, "--json");
    const { passed, error } = JSON.parse(stdout) as { passed: boolean; error: { message: string } };
    assert.deepEqual([code, passed], [3, false]);
    assert.equal(
      error.message,
      [
        "refused by the rules of the boundaries:",
        `  - '${egress}`,
        ...calls.map(([of, why]) => `  - '${of}' breaks B-M01: ${why}`),
        `  - '${key}`,
      ].join("\n"),
    );
    for (const format of ["text", "markdown", "html"]) {
      const shown = await check({ enforce: true }, "--format", format);
      assert.equal(shown.code, 3, format);
      assert.match(shown.stdout, /breaks B-N06: it lets out to/, format);
      assert.match(shown.stdout, /REFUSED/, format);
      assert.doesNotMatch(shown.stdout, /told only/, format);
    }
  });

  it("passes what is excepted, until the day is over", async () => {
    const exceptions = [
      exception("B-N06", "sourcegraph-machine-to-anywhere", "2026-11-21"),
      exception("B-K02", "sourcegraph-key", "2027-01-31"),
      ...calls.map(([of]) => exception("B-M01", of, "2027-01-31")),
    ];
    const { code, stdout } = await check({ enforce: true, exceptions });
    assert.equal(code, 0);
    assert.match(stdout, /^Boundaries {2}may be deployed$/m);
    assert.match(stdout, /sourcegraph-machine-to-anywhere +broken, excepted until 2026-11-21/);
    assert.match(stdout, /^ {2}B-K02 +sourcegraph-key +2027-01-31 +71 days left +platform +code hosts are not known$/m);
    const over = [exception("B-N06", "sourcegraph-machine-to-anywhere", "2026-11-20"), ...exceptions.slice(1)];
    const late = JSON.parse((await check({ enforce: true, exceptions: over }, "--json")).stdout) as {
      error: { problems: { path: string; message: string }[] };
    };
    assert.deepEqual(late.error.problems, [
      {
        path: "exceptions[0]",
        message:
          "for rule B-N06 at sourcegraph-machine-to-anywhere ended on 2026-11-20; make the rule hold, or have platform give it a new day",
      },
      { path: "sourcegraph-machine-to-anywhere", message: egress.slice(egress.indexOf("breaks")) },
    ]);
  });

  it("gives every finding and every reason as JSON", async () => {
    const { code, stdout } = await check({ stage: "development" }, "--json");
    const { passed, boundaries } = JSON.parse(stdout) as {
      passed: boolean;
      boundaries: { findings: { rule: string; verdict: string; of: string }[]; problems: { path: string }[] };
    };
    assert.deepEqual([code, passed], [0, true]);
    assert.deepEqual(
      boundaries.problems.map(({ path }) => path),
      ["sourcegraph-machine-to-anywhere", ...calls.map(([of]) => of), "sourcegraph-key"],
    );
    // Development may do without keys of its own.
    assert.deepEqual(
      boundaries.findings.filter(({ rule }) => rule === "B-K01"),
      [],
    );
    assert.ok(boundaries.findings.some(({ rule, verdict }) => rule === "B-D02" && verdict === "holds"));
  });

  it("answers rules that there are not with exit code 2", async () => {
    const { code, stderr } = await check({ exceptions: [exception("B-Q01", "x", "2027-01-31")] });
    assert.equal(code, 2);
    assert.equal(
      stderr,
      "sgbox: the configuration is not valid:\n  - 'boundaries.exceptions.0.rule' names rule B-Q01, which there is not; did you mean 'B-D01'?\n",
    );
  });
});
