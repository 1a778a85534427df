import assert from "node:assert/strict";
import type { Config } from "../../../../components/core/planning/config/config";
import { InputError } from "../../../../components/core/errors";
import { readConfig } from "../../../../components/core/planning/config/reading";
import { planCustomerEnvironment } from "../../../../components/core/planning/environment/plan";
import {
  checkEnvironmentTransition,
  fixedOf,
  parseDeployedEnvironment,
} from "../../../../components/core/planning/environment/transition";
import { problemLines, refusalOf } from "../../../support/configs";
import { awsEnvironment, environmentConfigs, id } from "../../../support/environment";

const { aws, gcp } = environmentConfigs;

function planned(config: object) {
  const plan = planCustomerEnvironment(readConfig(config).config as Config);
  assert.ok(plan);
  return plan;
}

function refused(work: () => void, lines: readonly string[]): void {
  assert.deepEqual(problemLines(refusalOf(work)), lines);
}

const second = "keep it, or deploy a second instance in an environment of its own and move there";

describe("the next update of a customer's environment", () => {
  it("is let through where nothing fixed changes: at first, later, and where there never was one", () => {
    for (const config of [aws, gcp]) {
      checkEnvironmentTransition(undefined, planned(config), false);
      checkEnvironmentTransition(fixedOf(planned(config)), planned(config), true);
    }
    checkEnvironmentTransition(undefined, undefined, true);
    const moved = { ...awsEnvironment, parent: "ou-ab12-99999999", customer: "Other", close: id };
    checkEnvironmentTransition(fixedOf(planned(aws)), planned({ ...aws, environment: moved }), true);
  });

  it("is refused for everything that would make another account, all at once", () => {
    const account = { ...awsEnvironment.account, email: "cloud+2@example.com", role: "Admin" };
    const environment = { ...awsEnvironment, kind: "managed", account };
    refused(
      () =>
        checkEnvironmentTransition(fixedOf(planned(aws)), planned({ ...aws, name: "src-00000000", environment }), true),
      [
        `'name' is deployed as ${id}, and cannot become src-00000000: account or project and everything in it are named by it; ${second}`,
        `'environment.kind' is deployed as replica, and cannot become managed: who may see what follows from it; ${second}`,
        `'environment.account.email' is deployed as cloud+${id}@example.com, and cannot become cloud+2@example.com: AWS makes another account for another address, and never gives the address of a closed one again; ${second}`,
        `'environment.account.role' is deployed as OrganizationAccountAccessRole, and cannot become Admin: AWS makes another account for another role; ${second}`,
      ],
    );
  });

  it("is refused for another project, and for another cloud", () => {
    refused(
      () => checkEnvironmentTransition(fixedOf(planned(gcp)), planned({ ...gcp, gcp: { project: `${id}-2` } }), true),
      [
        `'gcp.project' is deployed as ${id}, and cannot become ${id}-2: the id of a project never changes, nor is it given again; ${second}`,
      ],
    );
    refused(
      () => checkEnvironmentTransition({ ...fixedOf(planned(gcp)), kind: "replica" }, planned(aws), true),
      [`'cloud' is deployed as gcp, and cannot become aws: everything would be made anew elsewhere; ${second}`],
    );
  });

  it("is refused where the environment is forgotten, or comes to an instance that is deployed without", () => {
    refused(
      () => checkEnvironmentTransition({ ...fixedOf(planned(aws)), id: "111122223333" }, undefined, true),
      [
        "'environment' is missing, and the instance is in 111122223333: it would be built anew elsewhere, and the environment be left with what keeps data; put it back, or close it by 'environment.close' and go down",
      ],
    );
    refused(
      () => checkEnvironmentTransition(undefined, planned(aws), true),
      [
        "'environment' is new, and the instance is deployed where whoever runs the program deploys: it would be built anew, without its data; leave it out, or deploy a second instance with it and move there",
      ],
    );
  });

  it("reads what a stack exported, and nothing else", () => {
    const deployed = { ...fixedOf(planned(aws)), id: "111122223333" };
    assert.deepEqual(parseDeployedEnvironment({ ...deployed, links: {} }), deployed);
    assert.equal(parseDeployedEnvironment(undefined), undefined);
    assert.throws(() => parseDeployedEnvironment({ cloud: "moon" }), InputError);
  });
});
