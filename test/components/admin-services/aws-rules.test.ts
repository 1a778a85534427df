import assert from "node:assert/strict";
import { AdminServices } from "../../../components/admin-services/aws";
import { adminBoundary } from "../../../components/core/planning/admin/boundary";
import { judgeGraph, nameOf, type RuleException, type Verdicts } from "../../../components/core/rules/engine";
import { rules } from "../../../components/core/rules/rules";
import { graphBy } from "../../support/program-graph";
import { adminConfig, dotcomConfig, identityConfig, planned } from "./aws-samples";

type Section = Readonly<Record<string, unknown>>;

async function judged(config: Section, exceptions: readonly RuleException[] = []): Promise<Verdicts> {
  const plan = planned(config);
  const graph = await graphBy(() => void new AdminServices({ plan, boundary: adminBoundary(plan) }));
  return judgeGraph(graph, rules, exceptions, "2026-11-21");
}

const found = ({ findings }: Verdicts): string[] =>
  findings
    .filter(({ verdict, exception }) => verdict !== "holds" && exception === undefined)
    .map(({ rule, of, verdict, because }) => `${verdict} ${rule} ${nameOf(of)}: ${because}`);

/** What instances show that are not hosted; the sample answers for it by exceptions. */
const exceptionsOf = (config: Section): readonly RuleException[] =>
  (config["boundaries"] as { readonly exceptions: readonly RuleException[] }).exceptions;

describe("the rules over AdminServices on AWS", function () {
  this.timeout(60_000);

  it("find nothing broken and nothing unproven in the sample of zone admin, but for what its exceptions answer for", async () => {
    const config = adminConfig();
    const verdicts = await judged(config, exceptionsOf(config));
    assert.deepEqual(found(verdicts), []);
    assert.deepEqual(verdicts.problems, []);
    const excepted = verdicts.findings.filter(({ exception }) => exception !== undefined);
    assert.deepEqual(
      excepted.map(({ rule, of }) => `${rule} ${of}`),
      ["cody-gateway", "enterprise-portal", "pings", "telemetry-gateway"].map(
        (name) => `B-M01 single-tenant/instance to admin/${name} at 443`,
      ),
    );
  });

  for (const [zone, config] of [
    ["identity", identityConfig],
    ["dotcom", dotcomConfig],
  ] as const)
    it(`find nothing broken and nothing unproven in the default stack of zone ${zone}`, async () => {
      assert.deepEqual(found(await judged(config())), []);
    });

  it("find nothing broken behind an edge", async () => {
    const config = adminConfig({ edge: "cloudflare" });
    assert.deepEqual(found(await judged(config, exceptionsOf(config))), []);
  });

  it("cannot prove that audit logs leave where no bucket is named for them", async () => {
    assert.deepEqual(found(await judged({ ...identityConfig(), admin: withoutSink() })), [
      "unproven B-L02 identity on AWS: no aws:cloudtrail/trail is of this program; those of the organization cannot be seen",
    ]);
  });
});

function withoutSink(): Section {
  const { auditSink: _auditSink, ...admin } = identityConfig()["admin"] as Section;
  return admin;
}
