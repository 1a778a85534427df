import type { AdminDecision } from "./admin-plan";

/** Where a stack departs from the platform that runs these services today, and what of it is kept. */
export const adminDecisions: readonly AdminDecision[] = [
  {
    today: "anyone may invoke a service, the code alone asks who it is",
    here: "only load balancer and identity-aware proxy may invoke it, and the code asks as well",
    rule: "B-N02",
  },
  {
    today: "databases have a public address",
    here: "databases have private addresses only",
    rule: "B-N04",
  },
  {
    today: "the login of a service is an administrator of the database",
    here: "one login owns the schema, for migrations; that of the service does not",
    rule: "B-T02",
  },
  { today: "caches write snapshots to a disk", here: "caches write nothing to a disk", rule: "B-D04" },
  {
    today: "traffic to the internet goes around the network",
    here: "all traffic goes through the network, to named hosts",
    rule: "B-N06",
  },
  {
    today: "keys are those of the cloud",
    here: "every store has a key of its service and class",
    rule: "B-K01",
  },
  {
    today: "the diagnostics secret is a plain variable",
    here: "it is a reference to a secret, as every other",
    rule: "B-M05",
  },
  {
    today: "one project holds the secrets of all services",
    here: "secrets are in the zone that reads them, each readable by one service",
    rule: "B-K05",
  },
  {
    today: "tables of events are in one project of the whole company",
    here: "datasets are in the zone of their service",
    rule: "B-D06",
  },
  {
    today: "addresses of people are copied to tables of events",
    here: "events of accounts and billing name accounts by id",
    rule: "B-D03",
  },
  { today: "secrets are read in their latest version", here: "versions are pinned", rule: "B-K05" },
  { today: "images are named by tags", here: "images are named by digest", rule: "B-L04" },
  {
    today: "management of accounts is at the host name of sign-in",
    here: "every plane has a host name of its own",
    rule: "B-N08",
  },
  {
    today: "project per service and environment",
    here: "project or account per zone and environment; identity per service",
  },
  { today: "paging by the category of the environment", here: "kept: by stage" },
  { today: "guards against deletion", here: "kept" },
  { today: "`/-/version`, `/-/healthz` and the variables beside them", here: "kept" },
  { today: "services sign in to databases with their identity", here: "kept" },
  {
    today: "operators read only, for a time, with an approval",
    here: "kept: rights are given by the approval tool alone",
  },
];
