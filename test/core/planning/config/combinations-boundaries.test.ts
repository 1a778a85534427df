import assert from "node:assert/strict";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import { rules } from "../../../../components/core/rules/rules";
import { goodConfigs as good, wrong } from "../../../support/configs";

const exception = (more: object) => ({
  rule: "B-N06",
  resource: "sourcegraph-machine-to-anywhere",
  reason: "code hosts of the customer are not known",
  owner: "platform",
  expires: "2027-01-31",
  ...more,
});

describe("what the rules of the boundaries are told", () => {
  it("is taken as it is given, and the project of Google is its account", () => {
    const exceptions = [exception({})];
    const given = {
      zone: "dotcom",
      stage: "staging",
      owner: "platform",
      companyDomains: ["example.com"],
      licence: ["dev"],
      syntheticData: true,
      development: { accounts: ["123456789012"], domain: "dev.example.com" },
      enforce: true,
      exceptions,
    };
    assert.deepEqual(
      parseSpecification({ ...good.aws, boundaries: { ...given, account: "123456789012" } }).boundaries,
      {
        ...given,
        account: "123456789012",
      },
    );
    assert.equal(parseSpecification(good.gcp).boundaries.account, "example-project");
    assert.equal(parseSpecification(good.aws).boundaries.account, undefined);
  });

  it("is refused for rules there are not, rules without exception, and days there are not", () =>
    wrong(
      {
        ...good.aws,
        boundaries: {
          exceptions: [
            exception({ rule: "B-N11" }),
            exception({ rule: "nothing like it" }),
            exception({ rule: "B-X01", expires: "31.1.2027" }),
            exception({ expires: "2027-02-30" }),
          ],
        },
      },
      [
        "'boundaries.exceptions.0.rule' names rule B-N11, which there is not; did you mean 'B-N01'?",
        "'boundaries.exceptions.1.rule' names rule nothing like it, which there is not; give an id such as B-N06",
        "'boundaries.exceptions.2.rule' is B-X01, of which there is no exception: No identity of the admin zone or the public site has rights on data of tenants. Remove it, and make the rule hold",
        `'boundaries.exceptions.2.expires' must be a day such as 2027-01-31, got "31.1.2027"`,
        `'boundaries.exceptions.3.expires' must be a day such as 2027-01-31, got "2027-02-30"`,
      ],
    ));

  it("takes an exception for every rule that is not absolute, and for no other", () => {
    for (const { id, absolute } of rules) {
      const config = { ...good.aws, boundaries: { exceptions: [exception({ rule: id })] } };
      if (absolute === true) assert.throws(() => parseSpecification(config), /of which there is no exception/, id);
      else assert.doesNotThrow(() => parseSpecification(config), id);
    }
  });

  it("is refused for accounts and domains that are none", () => {
    wrong({ ...good.aws, boundaries: { account: "1234", companyDomains: ["example.com", "Example", "a b.com"] } }, [
      `'boundaries.account' must be an account of AWS, 12 digits in quotes, got "1234"`,
      `'boundaries.companyDomains.1' must be a domain such as example.com, got "Example"`,
      `'boundaries.companyDomains.2' must be a domain such as example.com, got "a b.com"`,
    ]);
    wrong({ ...good.gcp, boundaries: { account: "123456789012" } }, [
      "'boundaries.account' has a meaning for cloud aws only, got cloud gcp; remove it, the project is 'gcp.project'",
    ]);
    wrong({ ...good.local, boundaries: { account: "123456789012" } }, [
      "'boundaries.account' has a meaning for cloud aws only, got cloud local; remove it",
    ]);
  });
});
