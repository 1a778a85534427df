import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { measureScript } from "../../../components/core/rendering/converge";
import { ProgramHost, requirePrograms } from "../../support/machine-programs";

/** Plays the metadata services, and writes down every other request with what came in by stdin. */
const curl = `#!/bin/bash
case "$*" in
  *latest/api/token*) echo TOKEN ;;
  *security-credentials/) echo role ;;
  *security-credentials/role) echo '{"AccessKeyId": "AKID", "SecretAccessKey": "SECRETKEY", "Token": "SESSION"}' ;;
  *service-accounts/default/token*) echo '{"access_token": "GTOKEN"}' ;;
  *project/project-id) echo acme ;;
  *instance/id) echo 4711 ;;
  *instance/zone) echo projects/1/zones/europe-west1-b ;;
  *)
    printf '%s\\n' "$@" > "$FAKE/told"
    cat > "$FAKE/stdin"
    for word; do case $word in @*) cp "\${word#@}" "$FAKE/body" ;; esac; done ;;
esac
`;

describe("the machine's measurement of its data disk", function () {
  this.timeout(30_000);
  let host: ProgramHost;

  const machine = (settings: Readonly<Record<string, string>>) => {
    host = new ProgramHost(settings);
    for (const [name, text] of Object.entries({ curl, "measure.sh": host.led(measureScript) })) {
      host.write(`bin/${name}`, text);
      chmodSync(join(host.folder, "bin", name), 0o755);
    }
    return host;
  };

  before(function () {
    requirePrograms(this);
  });
  afterEach(() => host?.delete());

  it("goes to CloudWatch under the name its alarm reads, signed, with no key on a command line", async () => {
    const ended = await machine({ source: "s3", region: "eu-central-1", name: "acme" }).run(
      join(host.folder, "bin/measure.sh"),
      [],
    );
    assert.deepEqual(ended, { code: 0, output: "" });
    const told = host.read("fake/told").split("\n");
    assert.ok(told.includes("https://monitoring.eu-central-1.amazonaws.com/"), told.join("\n"));
    for (const part of [
      "Action=PutMetricData",
      "Namespace=Sourcegraph",
      "MetricData.member.1.MetricName=DataDiskUsedPercent",
      "MetricData.member.1.Dimensions.member.1.Value=acme",
    ])
      assert.ok(told.includes(part), `${part} in\n${told.join("\n")}`);
    assert.ok(told.some((line) => /^MetricData\.member\.1\.Value=\d{1,3}$/.test(line)));
    assert.ok(!told.join("\n").includes("SECRETKEY"));
    assert.equal(
      host.read("fake/stdin"),
      'aws-sigv4 = "aws:amz:eu-central-1:monitoring"\nuser = "AKID:SECRETKEY"\nheader = "x-amz-security-token: SESSION"\n',
    );
  });

  it("goes to Cloud Monitoring as a series of this machine", async () => {
    const ended = await machine({ source: "gcs", name: "acme" }).run(join(host.folder, "bin/measure.sh"), []);
    assert.deepEqual(ended, { code: 0, output: "" });
    assert.ok(host.read("fake/told").includes("https://monitoring.googleapis.com/v3/projects/acme/timeSeries"));
    assert.equal(host.read("fake/stdin"), 'header = "Authorization: Bearer GTOKEN"\n');
    const { timeSeries } = JSON.parse(host.read("fake/body")) as { timeSeries: Record<string, unknown>[] };
    assert.deepEqual(timeSeries[0]?.["metric"], { type: "custom.googleapis.com/sourcegraph/data_disk_used_percent" });
    assert.deepEqual(timeSeries[0]?.["resource"], {
      type: "gce_instance",
      labels: { project_id: "acme", instance_id: "4711", zone: "europe-west1-b" },
    });
    assert.match(JSON.stringify(timeSeries[0]?.["points"]), /"doubleValue":\d{1,3}\}/);
  });

  it("is made by every poll, and a poll does not mind that it fails", async () => {
    machine({ name: "acme" });
    host.write("bin/measure-made", "");
    const failing = { path: "measure.sh", mode: "0755", text: `echo once >> ${host.folder}/fake/measured; exit 7\n` };
    host.publish(host.bundle("7.5.4453", [failing]));
    assert.equal((await host.fetch("boot")).code, 0);
    assert.equal((await host.fetch("poll")).code, 0);
    assert.equal((await host.fetch("poll")).code, 0);
    assert.equal(host.read("fake/measured"), "once\nonce\n");
  });
});
