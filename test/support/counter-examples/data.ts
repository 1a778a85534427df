import { part } from "../boundary";
import { admin, cell, machines, people, instance, type CounterExample } from "./counter-example";

/** Of data, networks and logs. */
export const dataExamples: readonly CounterExample[] = [
  {
    rule: "B-D01",
    given: [
      admin,
      {
        type: "aws:s3/bucket:Bucket",
        name: "debugging",
        parent: "admin",
        inputs: { tags: { "sourcegraph-data-class": "user-data_operational" } },
      },
    ],
    words: ["'debugging' breaks B-D01: it holds user-data in zone admin; keep that data in the zone it comes from"],
  },
  {
    rule: "B-D02",
    given: [{ type: "aws:s3/bucket:Bucket", name: "bare" }],
    words: [
      "'bare' breaks B-D02: nothing says its zone, owner, data class; make it by a component of the library, or tag it with sourcegraph-zone, sourcegraph-owner and sourcegraph-data-class",
    ],
  },
  {
    rule: "B-D03",
    given: [
      part("analytics", { zone: "identity", owner: "analytics", dataClasses: ["identity"] }),
      {
        type: "gcp:bigquery/dataset:Dataset",
        name: "user-emails",
        parent: "analytics",
        inputs: { datasetId: "emails" },
      },
    ],
    words: [
      "'user-emails' breaks B-D03: its owner analytics is none of accounts, billing, enterprise-portal, pings, workspaces; keep that data with one of these, or do not declare it identity",
    ],
  },
  {
    rule: "B-D04",
    given: [
      admin,
      {
        type: "gcp:redis/instance:Instance",
        name: "limits",
        parent: "admin",
        inputs: { memorySizeGb: 1, persistenceConfig: { persistenceMode: "RDB" } },
      },
    ],
    words: [
      "'limits' breaks B-D04: persistenceConfig.persistenceMode is RDB; set persistenceConfig.persistenceMode to DISABLED",
    ],
  },
  {
    rule: "B-D05",
    given: [
      part("gateway", { zone: "admin", service: "cody-gateway", administers: "enterprise-gateway" }),
      {
        type: "gcp:cloudrunv2/service:Service",
        name: "run",
        parent: "gateway",
        inputs: {
          location: "us-central1",
          template: {
            containers: [{ image: "img", envs: [{ name: "CODY_GATEWAY_IDENTIFIERS_TO_LOG_FOR", value: "someone" }] }],
          },
        },
      },
    ],
    words: [
      "'run' breaks B-D05: CODY_GATEWAY_IDENTIFIERS_TO_LOG_FOR is set, which turns on prompts of single actors in the logs; remove CODY_GATEWAY_IDENTIFIERS_TO_LOG_FOR",
    ],
  },
  {
    rule: "B-D06",
    given: [
      part("telemetry", { zone: "admin", owner: "telemetry-gateway", dataClasses: ["operational"] }),
      { type: "gcp:bigquery/dataset:Dataset", name: "events", parent: "telemetry", inputs: { datasetId: "events" } },
    ],
    words: ["'events' breaks B-D06: defaultTableExpirationMs is not set; set defaultTableExpirationMs"],
  },
  {
    rule: "B-D07",
    given: [part("cell", { zone: "multi-tenant" }, { kind: "connects", from: "worker", to: "admin/pings" })],
    words: [
      "'multi-tenant/worker to admin/pings' breaks B-D07: it names no contract; name one of model-call, licence-check, metering, telemetry, ping, introspection, or remove the connection",
    ],
  },
  {
    rule: "B-N01",
    given: [people, { type: "gcp:compute/backendService:BackendService", name: "backend", parent: "people" }],
    words: ["'backend' breaks B-N01: iap.enabled is not set; set iap.enabled to true"],
  },
  {
    rule: "B-N02",
    given: [
      admin,
      {
        type: "gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
        name: "invoker",
        parent: "admin",
        inputs: { name: "run", role: "roles/run.invoker", member: "allUsers" },
      },
    ],
    words: ["'invoker' breaks B-N02: it lets allUsers in without a condition; name the identities that may"],
  },
  {
    rule: "B-N03",
    given: [
      machines,
      {
        type: "aws:lb/listener:Listener",
        name: "listener",
        parent: "machines",
        inputs: { protocol: "TLS", loadBalancerArn: "arn", defaultActions: [{ type: "forward" }] },
      },
    ],
    words: [
      "'listener' breaks B-N03: its default action is forward and no web firewall is associated with its load balancer; let its default action be fixed-response with status 404 and associate a web ACL with a rate limit",
    ],
  },
  {
    rule: "B-N04",
    given: [instance, { type: "aws:s3/bucket:Bucket", name: "uploads", parent: "instance" }],
    words: [
      "'uploads' breaks B-N04: no aws:s3/bucketPublicAccessBlock is about it; make a aws:s3/bucketPublicAccessBlock that refers to it, with every flag on",
    ],
  },
  {
    rule: "B-N05",
    given: [
      part("cell", { zone: "multi-tenant" }, { kind: "connects", from: "worker", to: "admin/pings", plane: "human" }),
    ],
    words: [
      "'multi-tenant/worker to admin/pings' breaks B-N05: it goes to the human plane of pings; call pings at its machine plane",
    ],
  },
  {
    rule: "B-N06",
    given: [
      admin,
      {
        type: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        name: "anywhere",
        parent: "admin",
        inputs: { cidrIpv4: "0.0.0.0/0", ipProtocol: "-1", securityGroupId: "sg-1" },
      },
    ],
    words: [
      "'anywhere' breaks B-N06: it lets out to 0.0.0.0/0, and nothing in its zone controls that; let out to what is declared, or make a firewall with an allow-list",
    ],
  },
  {
    rule: "B-N07",
    given: [
      instance,
      {
        type: "aws:eks/cluster:Cluster",
        name: "cluster",
        parent: "instance",
        inputs: { roleArn: "arn", vpcConfig: {} },
      },
    ],
    words: [
      "'cluster' breaks B-N07: no add-on enforces network policies; set enableNetworkPolicy in the configurationValues of its add-on vpc-cni",
    ],
  },
  {
    rule: "B-N08",
    given: [
      machines,
      {
        type: "aws:lb/listenerRule:ListenerRule",
        name: "api",
        parent: "machines",
        inputs: {
          listenerArn: "arn",
          actions: [{ type: "forward" }],
          conditions: [{ hostHeader: { values: ["api.acme.com"] } }, { pathPattern: { values: ["/-/roles"] } }],
        },
      },
    ],
    words: ["'api' breaks B-N08: it serves /-/roles on the machine plane; serve it at a name of the human plane"],
  },
  {
    rule: "B-N09",
    given: [
      part("edge", { zone: "admin", service: "pings", plane: "machine", origin: "edge" }),
      { type: "gcp:compute/backendService:BackendService", name: "origin", parent: "edge" },
    ],
    words: [
      "'origin' breaks B-N09: no policy of this program is before it; set securityPolicy to a policy that admits the edge only",
    ],
  },
  {
    rule: "B-N10",
    given: [
      instance,
      {
        type: "gcp:redis/instance:Instance",
        name: "cache",
        parent: "instance",
        inputs: { memorySizeGb: 1, transitEncryptionMode: "DISABLED", authEnabled: false },
      },
    ],
    words: [
      "'cache' breaks B-N10: transitEncryptionMode is DISABLED and authEnabled is false; set transitEncryptionMode to SERVER_AUTHENTICATION and set authEnabled to true",
    ],
  },
  {
    rule: "B-L01",
    given: [
      instance,
      {
        type: "aws:cloudwatch/logGroup:LogGroup",
        name: "lines",
        parent: "instance",
        inputs: { retentionInDays: 0 },
      },
    ],
    words: ["'lines' breaks B-L01: retentionInDays is 0; set retentionInDays to a number of days"],
  },
  {
    rule: "B-L02",
    given: [
      admin,
      {
        type: "gcp:projects/iAMAuditConfig:IAMAuditConfig",
        name: "audit",
        parent: "admin",
        inputs: {
          project: "acme-admin",
          service: "allServices",
          auditLogConfigs: [
            { logType: "DATA_READ", exemptedMembers: ["user:eve@acme.com"] },
            { logType: "DATA_WRITE" },
          ],
        },
      },
    ],
    words: ["'audit' breaks B-L02: user:eve@acme.com is exempted; remove exemptedMembers"],
  },
  {
    rule: "B-L03",
    given: [
      instance,
      {
        type: "gcp:storage/bucket:Bucket",
        name: "unguarded",
        parent: "instance",
        inputs: { location: "US" },
      },
    ],
    words: ["'unguarded' breaks B-L03: it is not protected; set its option protect"],
  },
  {
    rule: "B-L04",
    given: [
      part("registry", { zone: "single-tenant", registries: ["registry.acme.com"] }),
      {
        type: "kubernetes:apps/v1:Deployment",
        name: "frontend",
        parent: "registry",
        inputs: { spec: { template: { spec: { containers: [{ image: "registry.acme.com/frontend:insiders" }] } } } },
      },
    ],
    words: [
      "'frontend' breaks B-L04: its image is registry.acme.com/frontend:insiders, without a digest; name it with a digest",
    ],
  },
  {
    rule: "B-L05",
    given: [
      machines,
      { type: "kubernetes:networking.k8s.io/v1:Ingress", name: "entry", parent: "machines", inputs: { spec: {} } },
    ],
    words: [
      "'entry' breaks B-L05: no health check from outside expects success with credentials and no health check from outside expects 401 or 403 without credentials; add one that expects success with credentials, and an alarm and add one that expects 401 or 403 without credentials, and an alarm",
    ],
  },
  {
    rule: "B-T03",
    given: [
      part("grades", { zone: "multi-tenant", cell: "one", dataClasses: ["user-data"] }),
      { type: "aws:s3/bucket:Bucket", name: "code", parent: "grades" },
    ],
    words: ["'code' breaks B-T03: nothing states whose data it holds; state tenancy"],
  },
  {
    rule: "B-T10",
    given: [cell, { type: "aws:s3/bucket:Bucket", name: "leftovers", parent: "cell" }],
    words: [
      "'leftovers' breaks B-T10: nothing purges object of a tenant who leaves; write what purges object, and state it in cellTerms.purges",
    ],
  },
];
