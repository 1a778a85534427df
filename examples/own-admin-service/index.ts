import * as pulumi from "@pulumi/pulumi";
import { planAdminServices } from "sourcegraph-in-a-box";
import { AdminServices } from "sourcegraph-in-a-box/aws";

const config = new pulumi.Config();
const domain = config.require("domain");
const login = config.require("login");
const secrets = {
  employeesClient: config.requireSecret("employeesClient"),
  githubToken: config.requireSecret("githubToken"),
};

// A service that the library does not know. What is not said has the decisions of every other service, and whatever a rule
// speaks against is refused here: a store without a class, user data, a listener without a plane.
const plan = planAdminServices(
  {
    name: "registry",
    cloud: "aws",
    region: "us-east-1",
    dnsZone: config.require("dnsZone"),
    boundaries: { owner: "release-team", account: config.require("account"), companyDomains: [domain] },
    deletionProtection: config.getBoolean("deletionProtection") ?? true,
    admin: {
      zone: "admin",
      domain,
      ownServices: {
        "release-registry": {
          title: "Release registry",
          purpose: "knows which releases there are, and which instances may have which",
          image: config.require("image"),
          cpus: 0.5,
          memoryGb: 1,
          stores: {
            main: {
              kind: "relational",
              dataClasses: ["configuration"],
              why: "releases, their channels and their digests",
            },
            cache: {
              kind: "cache",
              dataClasses: ["operational"],
              why: "answers of the last minutes",
              retentionDays: 1,
            },
          },
          secrets: {
            github: { variable: "GITHUB_TOKEN", value: "githubToken", purpose: "reads tags of the source" },
          },
          listeners: [
            {
              plane: "machine",
              subdomain: "releases",
              paths: ["/v1/releases/*", "/-/version", "/-/healthz"],
              admits: "build jobs and instances",
            },
            { plane: "human", subdomain: "releases-staff", paths: ["/*"], admits: "the release team" },
          ],
          outbound: ["api.github.com"],
        },
      },
      employees: {
        oidc: {
          issuer: login,
          authorizationEndpoint: `${login}/authorize`,
          tokenEndpoint: `${login}/token`,
          userInfoEndpoint: `${login}/userinfo`,
          clientId: config.require("employeesClientId"),
          clientSecret: "employeesClient",
        },
      },
    },
  },
  Object.keys(secrets),
);

const services = new AdminServices({ plan, secrets });

export const url = `https://releases.${domain}`;
export const addresses = services.addresses;
