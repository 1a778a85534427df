import { rules } from "../../rules/rules";
import { isDay } from "../calendar";
import { isMonolith } from "./combinations-monolith";
import type { Config } from "./config";
import { nearest, show, type Problems } from "./problems";

type Exception = NonNullable<NonNullable<Config["boundaries"]>["exceptions"]>[number];

const domainName = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;

function checkException({ rule: id, expires }: Exception, path: string, problems: Problems): void {
  const rule = rules.find((each) => each.id === id);
  if (rule === undefined) {
    const meant = nearest(
      id,
      rules.map((each) => each.id),
    );
    problems.add(
      `${path}.rule`,
      `names rule ${id}, which there is not; ${meant === undefined ? "give an id such as B-N06" : `did you mean '${meant}'?`}`,
    );
  } else if (rule.absolute === true)
    problems.add(
      `${path}.rule`,
      `is ${id}, of which there is no exception: ${rule.statement} Remove it, and make the rule hold`,
    );
  checkDay(expires, `${path}.expires`, problems);
}

/** Adds a problem where a text is no day. */
export function checkDay(text: string, path: string, problems: Problems): void {
  if (!isDay(text)) problems.add(path, `must be a day such as 2027-01-31, got ${show(text)}`);
}

/** What rules are told that cannot be. */
export function checkBoundaries(config: Partial<Config>, problems: Problems): void {
  const { boundaries, cloud } = config;
  if (boundaries === undefined) return;
  const { account, companyDomains = [], development, exceptions = [] } = boundaries;
  const path = "boundaries";
  const named = account !== undefined && !(isMonolith(config) && cloud === "existing");
  if (named && cloud !== undefined && cloud !== "aws")
    problems.add(
      `${path}.account`,
      `has a meaning for cloud aws only, got cloud ${cloud}; remove it${cloud === "gcp" ? ", the project is 'gcp.project'" : ""}`,
      "cloud",
    );
  else if (named && !/^\d{12}$/.test(account))
    problems.add(`${path}.account`, `must be an account of AWS, 12 digits in quotes, got ${show(account)}`);
  if (development !== undefined && !domainName.test(development.domain))
    problems.add(
      `${path}.development.domain`,
      `must be a domain such as dev.example.com, got ${show(development.domain)}`,
    );
  companyDomains.forEach((domain, index) => {
    if (!domainName.test(domain))
      problems.add(`${path}.companyDomains.${index}`, `must be a domain such as example.com, got ${show(domain)}`);
  });
  exceptions.forEach((exception, index) => checkException(exception, `${path}.exceptions.${index}`, problems));
}
