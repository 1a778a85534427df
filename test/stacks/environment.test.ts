import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { declaredBy } from "../../cli/declared";
import { RefusedError } from "../../components/core/errors";
import { judgeGraph, problemOf } from "../../components/core/rules/engine";
import type { Graph } from "../../components/core/rules/graph";
import { rules } from "../../components/core/rules/rules";
import { declareStack } from "../../stacks/declare";
import { problemLines } from "../support/configs";
import { awsEnvironment, environmentConfigs, id } from "../support/environment";
import { record } from "../support/recorder";

const declared = (config: object) => declaredBy({ config: config as Record<string, unknown>, files: {} });

/** What speaks against a graph, with the rule. */
const broken = (graph: Graph): string[] =>
  judgeGraph(graph, rules, [], "2026-11-22")
    .findings.filter(
      ({ verdict, severity }) => verdict === "broken" || (verdict === "unproven" && severity === "critical"),
    )
    .map((finding) => `${finding.rule} ${problemOf(finding).path}`);

/** Providers by `type name` of everything of a cloud that a stack would register, in order; `default` for the program's own. */
async function providersOf(config: object): Promise<Map<string, string>> {
  const providers = new Map<string, string>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, provider = "", inputs }) => {
        if (/^(aws|gcp):/.test(type)) providers.set(`${type} ${name}`, provider.split("::")[3] ?? "default");
        return { id: undefined as unknown as string, state: inputs as object };
      },
      call: ({ inputs }) => ({ ...(inputs as object), unknown: pulumi.runtime.unknownValue }),
    },
    "sourcegraph",
    "test",
    true,
    "organization",
  );
  declareStack({ config: config as Record<string, unknown>, secrets: {}, files: {} });
  await pulumi.runtime.disconnect();
  return providers;
}

/** What whoever runs the program makes: what holds the account or project, and what people and money are watched by. */
const outside =
  /^(aws:(organizations|budgets|ssoadmin)|gcp:(organizations|orgpolicy|billing|logging|monitoring\/notificationChannel|projects))[:/]/;

const cluster = { shape: "kubernetes", domain: "sg.example.com", size: "S" } as const;
const shapes = {
  aws: [environmentConfigs.aws, { ...environmentConfigs.aws, ...cluster, dnsZone: "Z0123456789ABCDEFGHIJ" }],
  gcp: [environmentConfigs.gcp, { ...environmentConfigs.gcp, ...cluster, dnsZone: "zone" }],
} as const;

/** What docs/environments.md says an environment breaks: rights of people are for a whole project, and no perimeter is made. */
const known = [/^B-I03 .*-(editor|projectIamAdmin|viewer)$/, /^B-I05 src-3f9c1a20b7$/];

describe("a stack with a customer's environment", function () {
  this.timeout(120_000);

  for (const cloud of ["aws", "gcp"] as const)
    for (const config of shapes[cloud]) {
      const shape = "shape" in config ? config.shape : "vm";

      it(`makes everything of shape ${shape} on ${cloud} by the provider of the environment`, async () => {
        const providers = await providersOf(config);
        const own = `${id}-${cloud === "aws" ? "account" : "project"}`;
        const inside = [...providers].filter(([resource]) => !outside.test(resource));
        assert.ok(inside.length > 20, String(inside.length));
        assert.deepEqual(
          inside.filter(([, provider]) => provider !== own),
          [],
        );
        assert.equal(providers.get(`aws:organizations/account:Account ${id}`) ?? "default", "default");
      });

      it(`breaks no rule by the environment of shape ${shape} on ${cloud}`, async () => {
        const { environment: _environment, ...alone } = config;
        const project = cloud === "gcp" ? { gcp: { project: id } } : {};
        const [within, without] = [await declared(config), await declared({ ...alone, ...project })];
        const before = broken(without.graph);
        assert.deepEqual(
          broken(within.graph).filter((each) => !before.includes(each) && !known.some((of) => of.test(each))),
          [],
        );
      });
    }

  it("lets go of all that is protected once it closes, and of nothing before", async () => {
    const closing = { ...environmentConfigs.aws, deletionProtection: false };
    const kept = async (environment: object) => {
      const { resources } = await declared({ ...closing, environment });
      return resources.filter(({ protect }) => protect).length;
    };
    assert.ok((await kept(awsEnvironment)) > 5);
    assert.equal(await kept({ ...awsEnvironment, close: id }), 0);
    const { resources } = await declared({ ...closing, environment: { ...awsEnvironment, close: id } });
    const volume = resources.find(({ type }) => type === "aws:ebs/volume:Volume");
    assert.equal(volume?.retainOnDelete, true, "data is left to the end of the account");
    const account = resources.find(({ type }) => type === "aws:organizations/account:Account");
    assert.equal(account?.retainOnDelete, false);
  });

  it("registers nothing where the environment or the instance in it is refused", async () => {
    const previousEnvironment = { cloud: "aws", name: id, kind: "replica", email: "cloud+old@example.com" };
    const refused = async (input: object) => {
      const { error, resources } = await record(() =>
        declareStack({ config: environmentConfigs.aws, secrets: {}, files: {}, ...input }),
      );
      assert.ok(error instanceof RefusedError, String(error));
      assert.deepEqual(resources, []);
      return problemLines(error);
    };
    assert.match(
      (await refused({ previousEnvironment }))[0] ?? "",
      /^'environment\.account\.email' is deployed as cloud\+old@/,
    );
    const { environment: _environment, ...alone } = environmentConfigs.aws;
    assert.match((await refused({ config: alone, previousEnvironment }))[0] ?? "", /^'environment' is missing/);
  });
});
