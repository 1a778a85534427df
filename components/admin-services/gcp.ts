import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { judging, refuseOwn } from "../boundary";
import { adminBoundary } from "../core/planning/admin/boundary";
import { declareMailChannel } from "../cloud/gcp-mail-channel";
import type { AdminServicesArgs } from "./args";
import { declareAdmission, declareAudit, declareLogs, declarePerimeter } from "./gcp-guards";
import { declareInvoker } from "./gcp-identity";
import { declareAdminKey, declareKeyRing, serviceAgents } from "./gcp-keys";
import { declareInternalEdge } from "./gcp-internal-listener";
import { declareEdge, type GcpAuthorization } from "./gcp-listener";
import { declareNetwork } from "./gcp-network";
import { stackLabels, type GcpAdminScope } from "./gcp-scope";
import { AdminService } from "./gcp-service";
import type { GcpAdminStore } from "./gcp-stores";

const token = "sourcegraph:admin-services:AdminServices";

/**
 * The support services of one zone on Google Cloud: each runs on Cloud Run with an identity, keys and stores of its own, is
 * reached at declared paths of host names that are of one plane only, and sends to named hosts only.
 *
 * Everything that holds data is protected, and kept when the stack goes.
 *
 * Cloud Run checks every caller's identity of Google. Callers of the machine plane that have none, such as instances of
 * customers, come in only where the plan names the service in `uncheckedServices`, which an exception from B-N02 does.
 *
 * Its APIs have to be enabled in the project: `gcloud services enable bigquery.googleapis.com binaryauthorization.googleapis.com
 * certificatemanager.googleapis.com cloudkms.googleapis.com cloudresourcemanager.googleapis.com compute.googleapis.com dns.googleapis.com iam.googleapis.com
 * iap.googleapis.com logging.googleapis.com monitoring.googleapis.com pubsub.googleapis.com redis.googleapis.com
 * run.googleapis.com secretmanager.googleapis.com servicenetworking.googleapis.com serviceusage.googleapis.com
 * sqladmin.googleapis.com`.
 *
 * @example
 * new AdminServices({ plan: planAdminServices({ cloud: "gcp", admin, ...place }), secrets: {} });
 */
export class AdminServices extends pulumi.ComponentResource {
  /** Addresses that host names have to lead to, where no DNS zone is planned or an edge stands before them. */
  readonly addresses: Readonly<Record<string, pulumi.Output<string>>>;
  /** Records by host name that have to be written where the edge has its names, for Google to give certificates. */
  readonly edgeRecords: Readonly<Record<string, pulumi.Output<GcpAuthorization>>>;
  /** Value of the header that the edge has to send; undefined where there is no edge. Secret. */
  readonly edgeSecret: pulumi.Output<string> | undefined;

  /**
   * @param args what is declared
   * @param opts options of the component; a provider given here is used for every child
   * @throws RefusedError where what it states breaks a rule by itself, before anything is registered
   */
  constructor(args: AdminServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, secrets = {} } = args;
    const { boundary = adminBoundary(plan) } = args;
    const { name, region, project, uncheckedServices } = plan;
    if (project === undefined) throw new Error("a plan for gcp has a project");
    super(token, name, refuseOwn(token, name, { boundary }, args), judging(args, opts));
    const scope: GcpAdminScope = {
      parent: this,
      plan,
      project,
      region,
      labels: stackLabels(plan),
      agents: serviceAgents(this, name, project),
    };
    const ring = declareKeyRing(scope);
    const logKey = plan.keys.find((key) => key.name === plan.logs.key);
    if (logKey !== undefined) declareLogs(scope, declareAdminKey(scope, ring, logKey));
    declareAudit(scope);
    declareAdmission(scope);
    declarePerimeter(scope);
    const network = declareNetwork(scope);
    this.edgeSecret =
      plan.edge === "direct"
        ? undefined
        : pulumi.secret(
            new random.RandomPassword(`${name}-edge`, { length: 32, special: false }, { parent: this }).result,
          );
    const edge = declareEdge(scope, this.edgeSecret);
    const inside = declareInternalEdge(scope, network);
    const channels = declareMailChannel(this, `${name}-alarms`, {
      project,
      displayName: `Support services ${name}`,
      email: plan.alarmsEmail,
      labels: scope.labels,
      transform: undefined,
    });

    // What any of them keeps is there before any of them runs, for some are told of what others keep.
    const services = new Map(
      plan.services.map((service): [string, AdminService] => [
        service.name,
        new AdminService({ scope, service, network, ring, secrets }, { parent: this }),
      ]),
    );
    const stores = new Map(
      [...services].flatMap(([service, { stores: own }]) =>
        [...own].map(([store, made]): [string, GcpAdminStore] => [`${service}/${store}`, made]),
      ),
    );
    for (const { name: reader, reads } of plan.services)
      for (const { service, store } of reads) {
        const own = services.get(reader);
        if (own !== undefined) services.get(service)?.permitReading(store, own);
      }
    const addresses: [string, pulumi.Output<string>][] = [];
    const records: [string, pulumi.Output<GcpAuthorization>][] = [];
    for (const service of plan.services) {
      const made = services.get(service.name);
      if (made === undefined) continue;
      const run = made.run({ stores, edge, inside, channels, unchecked: uncheckedServices.includes(service.name) });
      const callers = plan.services.filter(({ connectsTo }) => connectsTo.some((to) => to.service === service.name));
      for (const caller of callers) {
        const { account } = services.get(caller.name) ?? {};
        if (run !== undefined && account !== undefined)
          declareInvoker(scope, made, { name: `${service.resource}-from-${caller.name}`, run, caller: account });
      }
      for (const { plane, host } of service.listeners) {
        const listener = made.listeners.get(plane);
        if (listener !== undefined) addresses.push([host, listener.address]);
        if (listener?.authorization !== undefined) records.push([host, listener.authorization]);
      }
    }
    this.addresses = Object.fromEntries(addresses);
    this.edgeRecords = Object.fromEntries(records);
    this.registerOutputs({ addresses: this.addresses });
  }
}
