import type * as cloudrunv2 from "@pulumi/gcp/cloudrunv2";
import type * as kms from "@pulumi/gcp/kms";
import * as bigquery from "@pulumi/gcp/bigquery";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import { gcpServiceBoundary } from "./gcp-boundary";
import type { PlannedAdminListener, PlannedAdminService } from "../core/planning/admin/admin-plan";
import { declareAlarms, declareChecks } from "./gcp-alarms";
import { declareDatabase } from "./gcp-databases";
import { declareAnalytics, declareStream } from "./gcp-events";
import { declareIdentity, declareProxy } from "./gcp-identity";
import { declareAdminKey } from "./gcp-keys";
import { AdminInternalListener, type GcpInternalEdge } from "./gcp-internal-listener";
import { AdminListener, type GcpAdminEdge } from "./gcp-listener";
import { declareRun, permitSigning, type GcpRunParts } from "./gcp-run";
import type { GcpAdminNetwork, GcpAdminScope, GcpIdentity, GcpServiceScope } from "./gcp-scope";
import { declareAuthorities, declareSecret, type GcpAdminFile, type GcpAdminSecret } from "./gcp-secrets";
import { declareCache, type GcpAdminStore } from "./gcp-stores";

/** Arguments of {@link AdminService}. */
export interface GcpAdminServiceArgs extends Bounded {
  /** What the stack has in common. */
  readonly scope: GcpAdminScope;
  /** The service, as planned. */
  readonly service: PlannedAdminService;
  /** The network of the stack. */
  readonly network: GcpAdminNetwork;
  /** The ring of its keys. */
  readonly ring: kms.KeyRing;
  /** Values of the config's secrets, by name. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
}

/** What a service needs of the others before it runs. */
export interface GcpAdminSurroundings {
  /** Stores of all services, by `service/store`. */
  readonly stores: ReadonlyMap<string, GcpAdminStore>;
  readonly edge: GcpAdminEdge;
  /** What ways in from inside have in common; undefined where there is none. */
  readonly inside: GcpInternalEdge | undefined;
  /** Where alarms are sent. */
  readonly channels: readonly pulumi.Input<string>[];
  /** Whether Cloud Run leaves it to the service to check who calls. */
  readonly unchecked: boolean;
}

/**
 * One support service on Google Cloud: an identity, keys, secrets and stores of its own, the service of Cloud Run, and its ways
 * in. What employees reach is a service of Cloud Run of its own, of the same image, behind the identity-aware proxy: the
 * proxy is before all of a service or none of it.
 */
export class AdminService extends pulumi.ComponentResource {
  /** Identity it runs as. */
  readonly account: GcpIdentity;
  /** Its stores, by name. */
  readonly stores: ReadonlyMap<string, GcpAdminStore>;
  /** Its ways in, by plane; there when {@link run} was called. */
  readonly listeners = new Map<PlannedAdminListener["plane"], AdminListener>();
  private readonly scope: GcpServiceScope;
  private readonly secrets: readonly GcpAdminSecret[];
  private readonly authorities: readonly GcpAdminFile[];

  /** @param args the service, and what it stands in */
  constructor(args: GcpAdminServiceArgs, opts: pulumi.ComponentResourceOptions) {
    const { service, network, ring, secrets } = args;
    const { boundary = gcpServiceBoundary(args.scope.plan, service) } = args;
    super("sourcegraph:admin-services:AdminService", service.resource, { boundary }, opts);
    const stack: GcpAdminScope = { ...args.scope, parent: this };
    const planned = stack.plan.keys.filter((key) => key.service === service.name);
    const keys = new Map(planned.map((key) => [key.name, declareAdminKey(stack, ring, key)]));
    this.account = declareIdentity(stack, this, service);
    this.scope = { ...stack, service, network, account: this.account, keys };
    this.stores = this.declareStores();
    const addresses = [...this.stores].flatMap(([name, { address }]): [string, pulumi.Output<string>][] =>
      address === undefined ? [] : [[name, address]],
    );
    const values = { given: secrets, addresses: new Map(addresses) };
    this.secrets = service.secrets.map((secret) => declareSecret(this.scope, secret, values));
    this.authorities = declareAuthorities(this.scope, [...this.stores.values()]);
  }

  private declareStores(): Map<string, GcpAdminStore> {
    const { scope } = this;
    const made = new Map<string, GcpAdminStore>();
    // Tables first: what leads into them has to find them.
    const order = ["relational", "cache", "analytics", "stream"];
    const sorted = [...scope.service.stores].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
    for (const store of sorted)
      switch (store.kind) {
        case "relational":
          made.set(store.name, declareDatabase(scope, store));
          break;
        case "cache":
          made.set(store.name, declareCache(scope, store));
          break;
        case "analytics":
          made.set(store.name, declareAnalytics(scope, store));
          break;
        case "stream":
          made.set(store.name, declareStream(scope, store, made.get(store.into?.store ?? "")));
      }
    return made;
  }

  /** Lets another service of the stack read a store of this one. */
  permitReading(store: string, reader: AdminService): pulumi.Resource[] {
    const dataset = this.stores.get(store)?.told.dataset;
    if (dataset === undefined) return [];
    const { project } = this.scope;
    const { planned } = this.stores.get(store) ?? {};
    return [
      new bigquery.DatasetIamMember(
        `${planned?.resource ?? store}-${reader.scope.service.name}`,
        { project, datasetId: dataset, role: "roles/bigquery.dataViewer", member: reader.account.member },
        { parent: this },
      ),
    ];
  }

  /** Declares what runs, the ways in, and what watches both. */
  run(surroundings: GcpAdminSurroundings): cloudrunv2.Service | undefined {
    const { scope } = this;
    const { service, network } = scope;
    const parts: GcpRunParts = {
      stores: surroundings.stores,
      secrets: this.secrets,
      authorities: this.authorities,
      ready: [
        ...network.wayOut,
        ...[...this.stores.values()].flatMap(({ ready }) => [...ready]),
        ...permitSigning(scope),
      ],
    };
    const humans = service.listeners.filter(({ plane }) => plane === "human");
    const others = service.listeners.filter(({ plane }) => plane !== "human");
    const run =
      others.length === 0 && humans.length > 0
        ? undefined
        : declareRun(scope, parts, {
            parent: this,
            resource: service.resource,
            proxied: false,
            unchecked: surroundings.unchecked,
          });
    for (const listener of others)
      if (listener.plane !== "internal") this.open(listener, surroundings, () => run);
      else if (run !== undefined && surroundings.inside !== undefined)
        new AdminInternalListener({ scope, network, edge: surroundings.inside, listener, run }, { parent: this });
    for (const listener of humans)
      this.open(listener, surroundings, (parent) => this.declareProxied(parts, listener, parent));
    this.watch(surroundings, run ?? this.listeners.get("human")?.run);
    this.registerOutputs({ hosts: service.listeners.map(({ host }) => host) });
    return run;
  }

  private declareProxied(
    parts: GcpRunParts,
    { resource }: PlannedAdminListener,
    parent: pulumi.Resource,
  ): cloudrunv2.Service {
    const run = declareRun(this.scope, parts, { parent, resource, proxied: true, unchecked: false });
    declareProxy(this.scope, parent, run, resource);
    return run;
  }

  private open(
    listener: PlannedAdminListener,
    { edge }: GcpAdminSurroundings,
    behind: (parent: pulumi.Resource) => cloudrunv2.Service | undefined,
  ): void {
    const run = (parent: pulumi.Resource): cloudrunv2.Service => {
      const made = behind(parent);
      if (made === undefined) throw new Error(`nothing runs behind ${listener.host}`);
      return made;
    };
    this.listeners.set(listener.plane, new AdminListener({ scope: this.scope, edge, listener, run }, { parent: this }));
  }

  private watch({ channels }: GcpAdminSurroundings, run: cloudrunv2.Service | undefined): void {
    if (run === undefined) return;
    const diagnostics = this.secrets.find(({ planned }) => planned.name === "diagnostics")?.value;
    const checks = declareChecks(this.scope, diagnostics);
    const stores = new Map([...this.stores.values()].map(({ planned, watchedAs }) => [planned.resource, watchedAs]));
    declareAlarms(this.scope, { channels, checks, names: { run: run.name, stores } });
  }
}
