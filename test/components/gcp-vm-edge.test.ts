import assert from "node:assert/strict";
import type { GcpSourcegraphVmArgs } from "../../components/gcp";
import { fullArgs, inputsOf, leastArgs, recordVm } from "../support/gcp-vm";
import { allOf, only, type Recorded } from "../support/recorder";

const labels = { "sourcegraph-name": "sourcegraph", team: "search" };
const inputsAt = (resources: readonly Recorded[], type: string, name?: string) => only(resources, type, name).inputs;
const openArgs: GcpSourcegraphVmArgs = { ...fullArgs, access: { allowedCidrs: ["0.0.0.0/0"] } };

describe("edge of SourcegraphVm on Google Cloud", () => {
  it("ends TLS 1.2 or newer with a certificate of the domain and leads to the machine's port 80", async () => {
    const { resources } = await recordVm(fullArgs);
    assert.deepEqual(inputsAt(resources, "gcp:compute/managedSslCertificate:ManagedSslCertificate"), {
      project: "example",
      managed: { domains: ["sourcegraph.example.com"] },
    });
    assert.deepEqual(inputsAt(resources, "gcp:compute/sSLPolicy:SSLPolicy"), {
      project: "example",
      profile: "MODERN",
      minTlsVersion: "TLS_1_2",
    });
    assert.deepEqual(inputsAt(resources, "gcp:compute/targetHttpsProxy:TargetHttpsProxy"), {
      project: "example",
      urlMap: "link:URLMap/sourcegraph-edge",
      sslCertificates: ["link:ManagedSslCertificate/sourcegraph-certificate"],
      sslPolicy: "link:SSLPolicy/sourcegraph-edge",
    });
    assert.deepEqual(inputsAt(resources, "gcp:compute/uRLMap:URLMap", "sourcegraph-edge"), {
      project: "example",
      defaultService: "link:BackendService/sourcegraph-edge",
    });
    assert.deepEqual(inputsAt(resources, "gcp:compute/instanceGroup:InstanceGroup"), {
      project: "example",
      zone: "us-central1-a",
      instances: ["link:Instance/sourcegraph-machine"],
      namedPorts: [{ name: "http", port: 80 }],
    });
    assert.deepEqual(inputsAt(resources, "gcp:compute/healthCheck:HealthCheck"), {
      project: "example",
      checkIntervalSec: 10,
      timeoutSec: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      httpHealthCheck: { port: 80, requestPath: "/healthz" },
    });
  });

  it("waits longer for answers than any search streams", async () => {
    const { resources } = await recordVm(fullArgs);
    const backend = inputsAt(resources, "gcp:compute/backendService:BackendService");
    assert.deepEqual(backend, {
      project: "example",
      protocol: "HTTP",
      portName: "http",
      loadBalancingScheme: "EXTERNAL_MANAGED",
      timeoutSec: 3600,
      connectionDrainingTimeoutSec: 300,
      backends: [{ group: "link:InstanceGroup/sourcegraph-edge", balancingMode: "UTILIZATION", capacityScaler: 1 }],
      healthChecks: "link:HealthCheck/sourcegraph-edge",
      securityPolicy: "link:SecurityPolicy/sourcegraph-edge",
    });
    assert.ok(backend["timeoutSec"] >= 600);
  });

  it("listens on 443, and on 80 only to send to 443", async () => {
    const { resources } = await recordVm(fullArgs);
    const rule = (portRange: string, target: string) => ({
      project: "example",
      ipAddress: "203.0.113.20",
      ipProtocol: "TCP",
      portRange,
      target,
      loadBalancingScheme: "EXTERNAL_MANAGED",
      labels,
    });
    assert.deepEqual(inputsOf(resources, "gcp:compute/globalForwardingRule:GlobalForwardingRule"), {
      "sourcegraph-https": rule("443", "link:TargetHttpsProxy/sourcegraph-https"),
      "sourcegraph-http": rule("80", "link:TargetHttpProxy/sourcegraph-http"),
    });
    assert.deepEqual(inputsAt(resources, "gcp:compute/targetHttpProxy:TargetHttpProxy"), {
      project: "example",
      urlMap: "link:URLMap/sourcegraph-http",
    });
    assert.deepEqual(inputsAt(resources, "gcp:compute/uRLMap:URLMap", "sourcegraph-http"), {
      project: "example",
      defaultUrlRedirect: {
        httpsRedirect: true,
        redirectResponseCode: "MOVED_PERMANENTLY_DEFAULT",
        stripQuery: false,
      },
    });
  });

  it("lets the allowed blocks through, ten to a rule, and nobody else", async () => {
    const blocks = Array.from({ length: 21 }, (_, index) => `198.51.100.${index}/32`);
    const { resources } = await recordVm({ ...fullArgs, access: { allowedCidrs: [...blocks, "2001:db8::/32"] } });
    const policy = inputsAt(resources, "gcp:compute/securityPolicy:SecurityPolicy");
    const match = (srcIpRanges: string[]) => ({ versionedExpr: "SRC_IPS_V1", config: { srcIpRanges } });
    const allow = (priority: number, ranges: string[]) => ({
      action: "allow",
      priority,
      description: "the allowed blocks",
      match: match(ranges),
    });
    assert.deepEqual(policy["rules"], [
      allow(1000, blocks.slice(0, 10)),
      allow(1001, blocks.slice(10, 20)),
      allow(1002, blocks.slice(20)),
      { action: "deny(403)", priority: 2147483647, description: "everybody else", match: match(["*"]) },
    ]);
  });

  it("has no security policy where everybody is allowed", async () => {
    const { resources } = await recordVm(openArgs);
    assert.deepEqual(allOf(resources, "gcp:compute/securityPolicy:SecurityPolicy"), []);
    assert.equal("securityPolicy" in inputsAt(resources, "gcp:compute/backendService:BackendService"), false);
  });

  it("writes the record of the domain, of the load balancer or of the machine, one after the other", async () => {
    const record = (rrdatas: string[]) => ({
      project: "example",
      managedZone: "example-com",
      name: "sourcegraph.example.com.",
      type: "A",
      ttl: 300,
      rrdatas,
    });
    const behind = only((await recordVm(fullArgs)).resources, "gcp:dns/recordSet:RecordSet");
    assert.deepEqual([behind.inputs, behind.deleteBeforeReplace], [record(["203.0.113.20"]), true]);
    const direct = await recordVm({ ...fullArgs, tls: { mode: "none" } });
    assert.deepEqual(inputsAt(direct.resources, "gcp:dns/recordSet:RecordSet"), record(["203.0.113.10"]));
  });

  describe("alarms", () => {
    const alarms = (resources: readonly Recorded[]) => inputsOf(resources, "gcp:monitoring/alertPolicy:AlertPolicy");
    const condition = (alarm: Record<string, unknown> | undefined) =>
      (alarm?.["conditions"] as Record<string, unknown>[] | undefined)?.[0];

    it("are there in any case, and tell somebody where there is an address", async () => {
      const told = await recordVm(fullArgs);
      assert.deepEqual(inputsAt(told.resources, "gcp:monitoring/notificationChannel:NotificationChannel"), {
        project: "example",
        type: "email",
        displayName: "Sourcegraph sourcegraph",
        labels: { email_address: "ops@example.com" },
        userLabels: labels,
      });
      const least = await recordVm(leastArgs);
      assert.deepEqual(allOf(least.resources, "gcp:monitoring/notificationChannel:NotificationChannel"), []);
      for (const [{ resources }, channels] of [
        [told, ["sourcegraph-alarms-1a2b3c4"]],
        [least, []],
      ] as const)
        assert.deepEqual(
          Object.entries(alarms(resources))
            .map(([name, alarm]) => [name, alarm["notificationChannels"]])
            .sort(),
          [
            ["sourcegraph-alarm-backup", channels],
            ["sourcegraph-alarm-disk", channels],
            ["sourcegraph-alarm-status", channels],
          ],
        );
    });

    it("fire when the machine is silent or its data disk is over 80 % full", async () => {
      const { resources } = await recordVm(fullArgs);
      const series =
        'custom_googleapis_com:sourcegraph_data_disk_used_percent{monitored_resource="gce_instance",instance_id="1001"}';
      const promql = (displayName: string, query: string, duration: string) => ({
        displayName,
        conditionPrometheusQueryLanguage: { query, duration, evaluationInterval: "60s", disableMetricValidation: true },
      });
      const { "sourcegraph-alarm-status": status, "sourcegraph-alarm-disk": disk } = alarms(resources);
      assert.deepEqual(condition(status), promql("no sign of life", `absent_over_time(${series}[10m])`, "600s"));
      assert.deepEqual(condition(disk), promql("over 80 % full", `max(${series}) > 80`, "600s"));
      const { conditions: _, ...rest } = disk!;
      assert.deepEqual(rest, {
        project: "example",
        displayName: "Sourcegraph sourcegraph: data disk fills up",
        combiner: "OR",
        documentation: {
          content:
            "The data disk of Sourcegraph sourcegraph is over 80 % full. Raise `dataDisk.sizeGb` and deploy; it grows in place.",
          mimeType: "text/markdown",
        },
        notificationChannels: ["sourcegraph-alarms-1a2b3c4"],
        alertStrategy: { autoClose: "86400s" },
        userLabels: labels,
      });
    });

    it("fire when no snapshot of this disk was made for 26 hours", async () => {
      const { resources } = await recordVm(fullArgs);
      assert.deepEqual(inputsAt(resources, "gcp:logging/metric:Metric"), {
        project: "example",
        description: "snapshots that the schedule made of the data of Sourcegraph sourcegraph",
        filter:
          'resource.type="gce_disk" AND resource.labels.disk_id="2002" AND log_id("cloudaudit.googleapis.com/system_event") AND protoPayload.methodName="ScheduledSnapshots" AND protoPayload.response.status="DONE"',
        metricDescriptor: { metricKind: "DELTA", valueType: "INT64", unit: "1" },
      });
      assert.deepEqual(condition(alarms(resources)["sourcegraph-alarm-backup"]), {
        displayName: "no snapshot",
        conditionPrometheusQueryLanguage: {
          query:
            '(sum(increase(logging_googleapis_com:user_sourcegraph_alarm_backup_1a2b3c4{monitored_resource="gce_disk"}[150m])) or vector(0)) < 1',
          duration: "84600s",
          evaluationInterval: "60s",
          disableMetricValidation: true,
        },
      });
      assert.equal((150 * 60 + 84600) / 3600, 26);
    });

    it("ask from the outside too where everybody may reach the instance", async () => {
      const { resources } = await recordVm(openArgs);
      assert.deepEqual(inputsAt(resources, "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig"), {
        project: "example",
        displayName: "Sourcegraph sourcegraph",
        monitoredResource: { type: "uptime_url", labels: { project_id: "example", host: "sourcegraph.example.com" } },
        httpCheck: { path: "/healthz", port: 443, useSsl: true, validateSsl: true },
        period: "60s",
        timeout: "10s",
        userLabels: labels,
      });
      assert.deepEqual(condition(alarms(resources)["sourcegraph-alarm-uptime"]), {
        displayName: "/healthz fails from more than one place",
        conditionThreshold: {
          filter:
            'metric.type="monitoring.googleapis.com/uptime_check/check_passed" AND metric.label.check_id="check-1" AND resource.type="uptime_url"',
          aggregations: [
            {
              alignmentPeriod: "120s",
              perSeriesAligner: "ALIGN_NEXT_OLDER",
              crossSeriesReducer: "REDUCE_COUNT_FALSE",
              groupByFields: ["resource.label.*"],
            },
          ],
          comparison: "COMPARISON_GT",
          thresholdValue: 1,
          duration: "300s",
          trigger: { count: 1 },
        },
      });
      const closed = await recordVm(fullArgs);
      assert.deepEqual(allOf(closed.resources, "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig"), []);
    });
  });
});
