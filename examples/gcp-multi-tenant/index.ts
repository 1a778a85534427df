import * as pulumi from "@pulumi/pulumi";
import { planMultiTenantBackend } from "sourcegraph-in-a-box";
import { Cell, Edge, MultiTenantEnvironment } from "sourcegraph-in-a-box/gcp-multi-tenant";

const config = new pulumi.Config();
const account = (id: string) => ({ id, role: `deploy@${id}.iam.gserviceaccount.com` });

// What a cell shows to the accounts service; no two cells have one.
const secrets = { cell1Client: config.requireSecret("cell1Client") };

// Every decision, checked before anything is registered: plan.price and plan.notices say what comes of it.
const plan = planMultiTenantBackend(
  {
    name: "mt",
    cloud: "gcp",
    region: "us-central1",
    release: "7.5.4453",
    dnsZone: config.require("dnsZone"),
    alarms: { email: config.require("alarmEmail") },
    deletionProtection: config.getBoolean("deletionProtection") ?? true,
    registry: { host: `us-central1-docker.pkg.dev/${config.require("imagesAccount")}/mt-images` },
    gcp: { project: config.require("account") },
    boundaries: { stage: "production", owner: "workspaces" },
    multiTenant: {
      environment: {
        domain: config.require("domain"),
        accounts: { logs: account(config.require("logsAccount")), images: account(config.require("imagesAccount")) },
        hosts: { workspaces: config.require("workspacesHost"), accounts: config.require("accountsHost") },
      },
      cells: {
        "cell-1": {
          account: account(config.require("cell1Account")),
          cidr: "10.65.0.0/16",
          client: { id: config.require("cell1ClientId"), secret: "cell1Client" },
        },
      },
    },
  },
  Object.keys(secrets),
);

const environment = new MultiTenantEnvironment("mt", { plan });
const { logs, images, namesZone, namesProvider, originSecrets } = environment;
const cells = Object.fromEntries(
  plan.cells.map(({ name }) => [
    name,
    new Cell(name, {
      plan,
      secrets,
      logs,
      images,
      namesProject: config.require("account"),
      namesZone,
      namesProvider,
      originSecrets: originSecrets[name],
    }),
  ]),
);
if (namesZone !== undefined) new Edge("mt", { plan, namesZone, cells }, { provider: namesProvider });

export const url = `https://${plan.environment.names.domain}`;
export const capacity = Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, cell.capacity]));
export const offboardingDays = plan.environment.offboarding.termDays;
export const price = plan.price.monthly;
