// A program that uses each type of a Google Cloud machine once: do the stand-ins know them all?
"use strict";
const pulumi = require("@pulumi/pulumi");
const compute = require("@pulumi/gcp/compute");
const dns = require("@pulumi/gcp/dns");
const iap = require("@pulumi/gcp/iap");
const kms = require("@pulumi/gcp/kms");
const monitoring = require("@pulumi/gcp/monitoring");
const organizations = require("@pulumi/gcp/organizations");
const projects = require("@pulumi/gcp/projects");
const secretmanager = require("@pulumi/gcp/secretmanager");
const serviceaccount = require("@pulumi/gcp/serviceaccount");
const storage = require("@pulumi/gcp/storage");

const project = organizations.getProjectOutput({});
const network = new compute.Network("network", { autoCreateSubnetworks: false });
const subnet = new compute.Subnetwork("subnet", {
  network: network.id,
  ipCidrRange: "10.10.0.0/20",
  privateIpGoogleAccess: true,
});
const router = new compute.Router("router", { network: network.id });
new compute.RouterNat("nat", {
  router: router.name,
  natIpAllocateOption: "AUTO_ONLY",
  sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
});
new compute.Firewall("web", {
  network: network.id,
  allows: [{ protocol: "tcp", ports: ["80", "443"] }],
  sourceRanges: ["192.0.2.0/24"],
});
const account = new serviceaccount.Account("account", { accountId: "sourcegraph" });
new serviceaccount.IAMMember("user", {
  serviceAccountId: account.name,
  role: "roles/iam.serviceAccountUser",
  member: "user:a@example.com",
});
new projects.IAMMember("logs", { project: project.projectId, role: "roles/logging.logWriter", member: account.member });
const ring = new kms.KeyRing("ring", { location: "europe-west1" });
const key = new kms.CryptoKey("key", { keyRing: ring.id, rotationPeriod: "7776000s" });
const agent = pulumi.interpolate`serviceAccount:service-${project.number}@compute-system.iam.gserviceaccount.com`;
const grant = new kms.CryptoKeyIAMMember("disks", {
  cryptoKeyId: key.id,
  role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
  member: agent,
});
const bucket = new storage.Bucket("bundles", { location: "EU", uniformBucketLevelAccess: true });
new storage.BucketObject("bundle", { bucket: bucket.name, name: "bundles/a/b.tar.gz", content: "bundle" });
new storage.BucketIAMMember("read", {
  bucket: bucket.name,
  role: "roles/storage.objectViewer",
  member: account.member,
});
const secret = new secretmanager.Secret("secret", { secretId: "secret", replication: { auto: {} } });
new secretmanager.SecretVersion("version", { secret: secret.id, secretData: pulumi.secret("MARKER") });
new secretmanager.SecretIamMember("read-secret", {
  secretId: secret.id,
  role: "roles/secretmanager.secretAccessor",
  member: account.member,
});

const disk = new compute.Disk(
  "data",
  { size: 100, type: "pd-ssd", diskEncryptionKey: { kmsKeySelfLink: key.id } },
  { dependsOn: [grant] },
);
const schedule = new compute.ResourcePolicy("snapshots", {
  snapshotSchedulePolicy: {
    schedule: { dailySchedule: { daysInCycle: 1, startTime: "04:00" } },
    retentionPolicy: { maxRetentionDays: 7 },
  },
});
new compute.DiskResourcePolicyAttachment("snapshots", { name: schedule.name, disk: disk.name, zone: disk.zone });
new compute.Snapshot("before-upgrade", { sourceDisk: disk.selfLink });
const image = compute.getImageOutput({ project: "debian-cloud", name: "debian-13-trixie-v20260609" });
const external = new compute.Address("external");
const machine = new compute.Instance(
  "machine",
  {
    machineType: "n2-standard-16",
    allowStoppingForUpdate: true,
    bootDisk: { initializeParams: { image: image.selfLink, size: 20 } },
    networkInterfaces: [{ subnetwork: subnet.id, accessConfigs: [{ natIp: external.address }] }],
    serviceAccount: { email: account.email, scopes: ["cloud-platform"] },
    metadata: { "startup-script": "true", "enable-oslogin": "TRUE" },
  },
  { ignoreChanges: ["attachedDisks"] },
);
new compute.AttachedDisk("data", { disk: disk.id, instance: machine.id, deviceName: "data" });
new iap.TunnelInstanceIAMMember("tunnel", {
  instance: machine.name,
  zone: machine.zone,
  role: "roles/iap.tunnelResourceAccessor",
  member: "user:a@example.com",
});

const group = new compute.InstanceGroup("group", {
  instances: [machine.selfLink],
  namedPorts: [{ name: "http", port: 80 }],
});
const health = new compute.HealthCheck("health", { httpHealthCheck: { port: 80, requestPath: "/healthz" } });
const armor = new compute.SecurityPolicy("armor", {
  rules: [
    {
      action: "deny(403)",
      priority: 2147483647,
      match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } },
    },
  ],
});
const service = new compute.BackendService("service", {
  healthChecks: health.id,
  backends: [{ group: group.selfLink }],
  timeoutSec: 600,
  securityPolicy: armor.id,
});
const map = new compute.URLMap("map", { defaultService: service.id });
const certificate = new compute.ManagedSslCertificate("certificate", {
  managed: { domains: ["sourcegraph.example.com"] },
});
const https = new compute.TargetHttpsProxy("https", { urlMap: map.id, sslCertificates: [certificate.id] });
const redirect = new compute.URLMap("redirect", { defaultUrlRedirect: { httpsRedirect: true, stripQuery: false } });
const http = new compute.TargetHttpProxy("http", { urlMap: redirect.id });
const global = new compute.GlobalAddress("global");
new compute.GlobalForwardingRule("https", { target: https.id, ipAddress: global.address, portRange: "443" });
new compute.GlobalForwardingRule("http", { target: http.id, ipAddress: global.address, portRange: "80" });
const zone = dns.getManagedZoneOutput({ name: "example-com" });
new dns.RecordSet("record", {
  managedZone: zone.name,
  name: pulumi.interpolate`sourcegraph.${zone.dnsName}`,
  type: "A",
  ttl: 300,
  rrdatas: [global.address],
});
const channel = new monitoring.NotificationChannel("mail", {
  type: "email",
  labels: { email_address: "admin@example.com" },
});
const check = new monitoring.UptimeCheckConfig("uptime", {
  displayName: "Sourcegraph",
  timeout: "10s",
  httpCheck: { path: "/healthz", port: 443, useSsl: true },
  monitoredResource: { type: "uptime_url", labels: { host: "sourcegraph.example.com" } },
});
for (const name of ["down", "slow"])
  new monitoring.AlertPolicy(name, {
    displayName: "down",
    combiner: "OR",
    notificationChannels: [channel.name],
    conditions: [
      {
        displayName: "uptime",
        conditionThreshold: {
          filter: pulumi.interpolate`metric.label.check_id="${check.uptimeCheckId}"`,
          comparison: "COMPARISON_GT",
          duration: "60s",
        },
      },
    ],
  });
exports.address = external.address;
