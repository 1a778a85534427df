import assert from "node:assert/strict";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import type { Specification } from "../../../../components/core/planning/config/specified";
import { planCustomerEnvironment } from "../../../../components/core/planning/environment/plan";
import { backupByHand, backupNotes } from "../../../../components/core/planning/fleet/backup-notes";
import { egressOf } from "../../../../components/core/planning/fleet/egress";
import { residencyOf } from "../../../../components/core/planning/fleet/residency";
import { goodConfigs as good } from "../../../support/configs";
import { environmentConfigs } from "../../../support/environment";

const cluster = { ...good.aws, shape: "kubernetes" } as const;
const specified = (config: object, files = {}): Specification => parseSpecification(config, files);
const domain = { domain: "sg.example.com", dnsZone: "Z1", tls: { mode: "load-balancer" } };

describe("what is told of the addresses an instance calls out from", () => {
  const addresses = ["203.0.113.10"];

  it("is that they last, where they are the stack's own", () => {
    assert.deepEqual(egressOf(specified(good.gcp), addresses), {
      addresses,
      lasting: true,
      how: "by addresses that are its own and stay as long as it is there",
    });
  });

  it("is that they change, where a machine behind a load balancer of AWS has none of its own", () => {
    assert.deepEqual(egressOf(specified({ ...good.aws, ...domain }), addresses), {
      addresses,
      lasting: false,
      how: "by an address of the machine, which is another one after it was stopped, suspended or replaced",
    });
    assert.equal(egressOf(specified({ ...cluster, ...domain }), addresses).lasting, true);
  });

  it("is that there are none, in a network of others and without a way out", () => {
    assert.deepEqual(egressOf(specified(good.aws), []), {
      addresses: [],
      lasting: false,
      how: "by the way out of the network it was put into",
    });
    const closed = egressOf({ ...specified(good.aws), modes: ["air-gapped"] }, addresses);
    assert.deepEqual(closed, { addresses: [], lasting: true, how: "it has no way out to the internet" });
  });

  it("names the host of a proxy, and not what signs in to it", () => {
    const proxy = { ...specified(good.gcp).proxy, http: "http://me:s3cret@proxy.test:3128", noProxy: [] };
    assert.equal(
      egressOf({ ...specified(good.gcp), proxy }, addresses).how,
      "by addresses that are its own and stay as long as it is there; HTTP goes by the proxy proxy.test:3128, whose own addresses those it calls see instead",
    );
  });
});

describe("what is told of the backups of an instance", () => {
  it("is where they are listed and what brings them back, on a machine by orders", () => {
    assert.deepEqual(backupNotes(specified(good.aws), "acme"), [
      {
        what: "dumps of the databases on sourcegraph: 14 days",
        list: "sgbox backup list --stack acme",
        make: "sgbox backup --stack acme",
        restore: "sgbox restore --stack acme --from ID",
      },
      {
        what: "daily snapshots of the data disk of sourcegraph: 14 days",
        list: "sgbox backup list --stack acme",
        restore: "sgbox restore --stack acme --from ID",
      },
    ]);
  });

  it("is that of the cloud's databases and of the cluster where these keep them", () => {
    const onGoogle = { ...good.gcp, shape: "kubernetes", databases: "managed" };
    assert.deepEqual(
      backupNotes(specified({ ...cluster, databases: "managed" }), "acme").map(({ what, list = "" }) => [what, list]),
      [
        [
          "managed databases sourcegraph-pgsql, sourcegraph-codeintel-db, sourcegraph-codeinsights-db: any minute of 14 days",
          `aws rds describe-db-snapshots --region us-east-1 --query "DBSnapshots[?starts_with(DBInstanceIdentifier, 'sourcegraph-')]"`,
        ],
        [
          "daily snapshots of the volumes of claims in sourcegraph: 14 days",
          "aws ec2 describe-snapshots --region us-east-1 --owner-ids self --filters Name=tag:kubernetes.io/created-for/pvc/namespace,Values=sourcegraph",
        ],
      ],
    );
    assert.deepEqual(
      backupNotes(specified(onGoogle), "acme").map(({ what, list = "" }) => [what, list]),
      [
        [
          "managed databases sourcegraph-pgsql, sourcegraph-codeintel-db, sourcegraph-codeinsights-db: any minute of 14 days",
          "gcloud sql backups list --project example-project --instance=-",
        ],
        [
          "daily backups of the namespace sourcegraph with its volumes: 14 days; deleted with the cluster",
          "gcloud container backup-restore backups list --project example-project --location us-central1 --backup-plan PLAN",
        ],
      ],
    );
  });

  it("is by hand the dump of each database that runs as a pod, and of no other, in the container it is in", () => {
    assert.deepEqual(backupByHand(specified(cluster)), [
      "kubectl --namespace sourcegraph exec --container pgsql statefulset/pgsql -- pg_dump --username sg --format custom sg > sourcegraph-pgsql.dump",
      "kubectl --namespace sourcegraph exec --container pgsql statefulset/codeintel-db -- pg_dump --username sg --format custom sg > sourcegraph-codeintel-db.dump",
      "kubectl --namespace sourcegraph exec --container codeinsights statefulset/codeinsights-db -- pg_dump --username postgres --format custom postgres > sourcegraph-codeinsights-db.dump",
    ]);
    const [, , last] = backupByHand(specified({ ...cluster, databases: { managed: { only: ["codeInsights"] } } }));
    assert.equal(
      last,
      "aws rds create-db-snapshot --region us-east-1 --db-instance-identifier SERVER --db-snapshot-identifier SERVER-last",
    );
    assert.deepEqual(backupByHand(specified(good.aws)), []);
  });
});

describe("what is told to leave the region of an instance", () => {
  const sent = (specification: Specification): string[] =>
    residencyOf(specification).exceptions.map(({ what, to }) => `${what.split(":")[0] ?? ""} -> ${to}`);

  it("is all that the product sends to its vendor by itself", () => {
    assert.equal(residencyOf(specified(good.aws)).region, "us-east-1");
    assert.deepEqual(sent(specified(good.aws)), [
      "pings -> sourcegraph.com",
      "telemetry -> telemetry-gateway.sourcegraph.com",
      "the check of the licence -> sourcegraph.com",
      "prompts and the code that goes with them, where people ask models -> cody-gateway.sourcegraph.com",
    ]);
  });

  it("is what the config sends elsewhere, each with what keeps it in the region", () => {
    const config = {
      ...good.aws,
      secrets: { db: "" },
      databases: {
        external: {
          frontend: { host: "db.eu.test", user: "sg", database: "sg", passwordSecret: "db", sslmode: "require" },
        },
      },
      smtp: { host: "mail.test", port: 25, from: "sg@mail.test", authentication: "none" },
      alarms: { email: "cloud@example.com" },
    };
    assert.deepEqual(residencyOf(specified(config)).exceptions.slice(4), [
      {
        what: "everything in the database frontend",
        to: "db.eu.test",
        unless: "databases.frontend is in us-east-1, too",
      },
      { what: "mails to users", to: "mail.test", unless: "smtp names a server in the region" },
      { what: "alarms: names and figures, no data", to: "cloud@example.com", unless: "alarms is left out" },
    ]);
  });

  it("is nothing of the vendor's where modes and licence keep it", () => {
    const config = {
      ...good.aws,
      modes: ["air-gapped"],
      boundaries: { licence: ["allow-air-gapped"] },
      machine: { packageMirror: "https://mirror.test/debian" },
      registry: { host: "registry.test" },
    };
    assert.deepEqual(sent(specified(config)), []);
  });

  it("is the trail and the spending of an account or project of its own", () => {
    for (const [config, bucket] of [
      [environmentConfigs.aws, "example-audit"],
      [environmentConfigs.gcp, "projects/example-logs/locations/us-central1/buckets/audit"],
    ] as const) {
      const { exceptions } = residencyOf(
        specified(good.aws),
        planCustomerEnvironment({ ...config, access: { allowedCidrs: ["10.0.0.0/8"] } }),
      );
      assert.deepEqual(
        exceptions.slice(4).map(({ to }) => to),
        [bucket, "cloud@example.com"],
      );
    }
  });
});
