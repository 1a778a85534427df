import assert from "node:assert/strict";
import facts from "../../../components/core/product/data/sizing.json";
import { estimateAsPublished } from "../../../components/core/planning/sizing-curves";

describe("estimator as published", () => {
  for (const example of facts.examples) {
    it(`reproduces the worked example ${example.name} in every figure`, () => {
      const { input } = example;
      const estimate = estimateAsPublished(
        {
          users: input.users,
          repositories: input.repositories,
          totalSizeGb: input.totalRepoSizeGB,
          largestRepositoryGb: input.largestRepoGB,
          largestIndexGb: input.largestIndexGB,
          codeInsights: input.codeInsights,
        },
        input.deploymentType as "docker-compose" | "kubernetes",
      );
      assert.equal(JSON.stringify(estimate), JSON.stringify(example.output));
    });
  }
});
