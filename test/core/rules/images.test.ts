import assert from "node:assert/strict";
import type { BoundaryFacts } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { l04 } from "../../../components/core/rules/logs/l04";
import type { Rule } from "../../../components/core/rules/rule";
import { graphOf, said, type Given } from "../../support/graph";

const zone = (facts: BoundaryFacts = {}, name = "zone"): Given => ({
  type: "sourcegraph:boundaries:Zone",
  name,
  boundary: { facts: { zone: "admin", account: "admin-project", ...facts } },
});
const it_ = (type: string, inputs: Given["inputs"] = {}, more: Partial<Given> = {}): Given => ({
  type,
  name: "it",
  parent: "zone",
  inputs,
  ...more,
});
const says = (rule: Rule, given: Given, facts: BoundaryFacts = {}): string[] =>
  said(rule, graphOf([zone(facts), given]));

describe("B-L04", () => {
  const digest = `sha256:${"0".repeat(64)}`;
  const pod = (image: unknown): Given =>
    it_("kubernetes:apps/v1/Deployment", {
      spec: { template: { spec: { containers: [{ name: "frontend", image }] } } },
    });
  const ours: BoundaryFacts = { registries: ["images.example.com/sourcegraph"] };

  it("wants to see the policy that a service of Cloud Run is held against", () => {
    const service = it_("gcp:cloudrunv2/service", {
      binaryAuthorization: { useDefault: true },
      template: { containers: [{ name: "portal", image: `images.example.com/sourcegraph/portal@${digest}` }] },
    });
    const policy: Given = {
      type: "gcp:binaryauthorization/policy",
      name: "images",
      parent: "zone",
      inputs: {
        defaultAdmissionRule: {
          evaluationMode: "REQUIRE_ATTESTATION",
          enforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG",
        },
      },
    };
    assert.deepEqual(said(l04, graphOf([zone(ours), service])), [
      "it unproven: the policy of its project is not of this program; make a gcp:binaryauthorization/policy",
    ]);
    assert.deepEqual(said(l04, graphOf([zone(ours), service, policy])), [
      "it holds: the image of portal has a digest and images says what is admitted",
      "images holds: defaultAdmissionRule.evaluationMode is REQUIRE_ATTESTATION and defaultAdmissionRule.enforcementMode is ENFORCED_BLOCK_AND_AUDIT_LOG",
    ]);
  });

  it("wants a digest, and a registry that is allowed", () =>
    assert.deepEqual(
      [
        ...says(l04, pod(`images.example.com/sourcegraph/frontend@${digest}`), ours),
        ...says(l04, pod("images.example.com/sourcegraph/frontend:insiders"), ours),
        ...says(l04, pod(`sourcegraph/frontend@${digest}`), ours),
        ...says(l04, pod(unknownValue), ours),
        ...says(l04, pod("sourcegraph/frontend:insiders"), { stage: "development" }),
      ],
      [
        "it holds: the image of frontend has a digest",
        "it broken: the image of frontend is images.example.com/sourcegraph/frontend:insiders, without a digest; name it with a digest",
        "it broken: the image of frontend comes from docker.io, which is not allowed; take it from images.example.com/sourcegraph",
        "it unproven: the image of frontend is known only after the deployment; name it with a digest",
      ],
    ));

  it("wants projects and clusters of Google to admit what is attested", () =>
    assert.deepEqual(
      [
        ...says(
          l04,
          it_("gcp:binaryauthorization/policy", {
            defaultAdmissionRule: { evaluationMode: "ALWAYS_ALLOW", enforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG" },
          }),
        ),
        ...says(l04, it_("gcp:container/cluster")),
        ...says(
          l04,
          it_("gcp:container/cluster", { binaryAuthorization: { evaluationMode: "PROJECT_SINGLETON_POLICY_ENFORCE" } }),
        ),
      ],
      [
        "it broken: defaultAdmissionRule.evaluationMode is ALWAYS_ALLOW; set defaultAdmissionRule.evaluationMode to REQUIRE_ATTESTATION",
        "it broken: binaryAuthorization.evaluationMode is not set; set binaryAuthorization.evaluationMode to PROJECT_SINGLETON_POLICY_ENFORCE",
        "it unproven: the policy of its project is not of this program; make a gcp:binaryauthorization/policy",
      ],
    ));
});
