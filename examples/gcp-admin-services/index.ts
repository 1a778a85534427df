import * as pulumi from "@pulumi/pulumi";
import { planAdminServices } from "sourcegraph-in-a-box";
import { AdminServices } from "sourcegraph-in-a-box/gcp";

const config = new pulumi.Config();
const domain = config.require("domain");
const image = (service: string) => `${config.require("registry")}/${service}@${config.require(`${service}Digest`)}`;

// Encrypted config values, by the names that the services know them by.
const secrets = {
  anthropicToken: config.requireSecret("anthropicToken"),
  codyGatewayClient: config.requireSecret("codyGatewayClient"),
  enterprisePortalClient: config.requireSecret("enterprisePortalClient"),
};

// Every decision, checked before anything is registered: plan.price and plan.notices say what comes of it.
const plan = planAdminServices(
  {
    name: "admin",
    cloud: "gcp",
    region: "us-central1",
    gcp: { project: config.require("project") },
    dnsZone: config.require("dnsZone"),
    alarms: { email: config.require("alarmEmail") },
    boundaries: { owner: "core-services", companyDomains: [domain] },
    deletionProtection: config.getBoolean("deletionProtection") ?? true,
    admin: {
      zone: "admin",
      domain,
      services: {
        "cody-gateway": {
          image: image("cody-gateway"),
          clientId: config.require("gatewayClientId"),
          secrets: { CODY_GATEWAY_ANTHROPIC_ACCESS_TOKEN: "anthropicToken" },
        },
        "enterprise-portal": { image: image("enterprise-portal"), clientId: config.require("portalClientId") },
        pings: { image: image("pings") },
      },
      // The accounts service is a stack, a project and a deploy identity of its own; this is all that is known of it.
      neighbours: {
        accounts: { zone: "identity", host: `accounts-api.${domain}`, signInHost: `accounts.${domain}` },
      },
      // Licences are signed by a key in hardware that never leaves it.
      licenceSigning: "key",
      employees: { groups: config.requireObject<string[]>("employeeGroups") },
      auditSink: config.require("auditProject"),
    },
  },
  Object.keys(secrets),
);

const services = new AdminServices({ plan, secrets });

export const url = `https://cody-gateway.${domain}`;
export const addresses = services.addresses;
