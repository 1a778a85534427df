import assert from "node:assert/strict";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { planMove } from "../../../components/core/planning/managed/plan-move";
import { dumpProgram, restoreProgram } from "../../../components/core/rendering/move/programs";
import { moveDocument, moveSections } from "../../../components/core/rendering/move/report";
import { moveScripts } from "../../../components/core/rendering/move/script";
import { goodConfigs as good } from "../../support/configs";

const eks = { ...good.aws, shape: "kubernetes" } as const;
const managed = { databases: "managed" } as const;

const plan = (from: object, to: object) => planMove(parseSpecification(from), parseSpecification(to));
const scripts = (from: object, to: object) => moveScripts(plan(from, to));

/** What stands between the two lines of a text that a program writes to a file or gives to kubectl. */
const given = (script: string | undefined, number: number): Record<string, unknown> => {
  const texts = [...(script ?? "").matchAll(/<< 'END OF FILE'\n([\s\S]*?)END OF FILE\n/g)].map(
    ([, text]) => text ?? "",
  );
  return JSON.parse(texts[number] ?? "") as Record<string, unknown>;
};

describe("programs of a move", () => {
  it("are there for every step that names a place, and for no other", () => {
    for (const [from, to] of [
      [good.aws, { ...good.aws, ...managed }],
      [{ ...eks, ...managed }, eks],
      [good.gcp, { ...good.gcp, cache: "managed" }],
    ] as const) {
      const planned = plan(from, to);
      assert.deepEqual(
        Object.keys(moveScripts(planned)).sort(),
        planned.steps.flatMap(({ id, where }) => (where === undefined ? [] : [id])).sort(),
      );
    }
  });

  it("update and leave the old stores alone; on a cluster nothing that comes after the migrator is touched", () => {
    const update = (from: object, to: object) => scripts(from, to)["update"]?.split("\n").at(-2);
    assert.equal(
      update(good.aws, { ...good.aws, ...managed }),
      "pulumi up --exclude '**::sourcegraph-codeinsightsDbPassword' --exclude '**::sourcegraph-codeintelDbPassword' --exclude '**::sourcegraph-pgsqlPassword'",
    );
    assert.equal(
      update({ ...eks, ...managed }, eks)?.replace(/^.* (?=--exclude '\*\*:M)/, ""),
      "--exclude '**:ManagedServices**' --exclude '**::sourcegraph-job-migrator' --exclude-dependents",
    );
    assert.equal(update(eks, { ...eks, cache: "managed" }), "pulumi up --exclude '**::sourcegraph-claim-redis-store'");
  });

  it("on a machine run beside the compose file's own migrator, and hold by a profile what must not start", () => {
    const { prepare, dump, arrange } = scripts(good.aws, { ...good.aws, ...managed });
    assert.equal(
      dump?.split("\n").at(-2),
      "docker compose --file compose.yaml --file /mnt/sourcegraph/move/tools.json run --rm --no-deps -T migrator /move/dump.sh",
    );
    assert.equal(
      arrange?.split("\n").at(-2),
      "COMPOSE_FILE=compose.yaml:/mnt/sourcegraph/move/hold.json /usr/local/sbin/sourcegraph-fetch boot",
    );
    const { migrator } = given(prepare, 2)["services"] as Record<string, { image: string; volumes: string[] }>;
    assert.match(migrator?.image ?? "", /\/postgresql-16:7\.5\.4453@sha256:/);
    assert.deepEqual(migrator?.volumes, ["/mnt/sourcegraph/move:/move"]);
    const held = given(prepare, 3)["services"] as Record<string, { profiles: string[] }>;
    assert.deepEqual(held["migrator"], { profiles: ["held"] });
    assert.equal(held["syntect-server"], undefined);
  });

  it("tell of a database of an earlier time that is still there", () => {
    assert.match(
      scripts({ ...good.aws, ...managed }, good.aws)["prepare"] ?? "",
      /if docker volume inspect docker-compose_pgsql > \/dev\/null 2>&1; then\n {2}echo 'note: volume docker-compose_pgsql holds a database of an earlier time, which the restore empties; if its password was given up, remove it: docker volume rm docker-compose_pgsql'\nfi\n/,
    );
    assert.doesNotMatch(scripts(good.aws, { ...good.aws, ...managed })["prepare"] ?? "", /volume inspect/);
    assert.match(
      scripts({ ...eks, ...managed }, eks)["prepare"] ?? "",
      /get persistentvolumeclaim codeintel-db --ignore-not-found/,
    );
  });

  it("on a cluster run as Jobs that network policies take for the migrator, with logins from the Secrets", () => {
    const job = given(scripts(eks, { ...eks, ...managed })["dump"], 0) as unknown as {
      metadata: { name: string; namespace: string };
      spec: {
        template: {
          metadata: { labels: Record<string, string> };
          spec: { containers: { env: unknown[]; command: string[] }[]; securityContext: unknown };
        };
      };
    };
    const { template } = job.spec;
    const [container] = template.spec.containers;
    assert.deepEqual([job.metadata.name, job.metadata.namespace], ["sourcegraph-move-dump", "sourcegraph"]);
    assert.deepEqual(template.metadata.labels, {
      "app.kubernetes.io/name": "sourcegraph",
      "app.kubernetes.io/instance": "sourcegraph",
      "app.kubernetes.io/component": "migrator",
      app: "migrator",
      deploy: "sourcegraph",
    });
    assert.deepEqual(container?.command, ["sh", "/programs/dump.sh"]);
    assert.deepEqual(container?.env[3], {
      name: "PGPASSWORD",
      valueFrom: { secretKeyRef: { name: "pgsql-auth", key: "password" } },
    });
    assert.deepEqual(template.spec.securityContext, {
      runAsUser: 999,
      runAsGroup: 999,
      fsGroup: 999,
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
  });

  it("give up what was protected of the old stores, and nothing else by name", () => {
    const { "give-up": text } = scripts(eks, { ...eks, cache: "managed" });
    assert.match(text ?? "", /--argjson names '\["redis-store","sourcegraph-claim-redis-store"\]'/);
  });

  it("dump and restore the databases that move, each by its own variables", () => {
    const one = [{ service: "codeintel-db", prefix: "CODEINTEL_PG" }];
    assert.match(dumpProgram(one), /\ndump codeintel-db CODEINTEL_PG\nsay "every dump is whole"\n$/);
    assert.match(restoreProgram(one), /\nrestore codeintel-db CODEINTEL_PG\nsay "every database is equal"\n$/);
  });
});

describe("report of a move", () => {
  it("says so where nothing moves", () => {
    assert.deepEqual(moveSections(plan(good.aws, good.aws), { commands: true }), [
      {
        id: "move",
        title: "Move",
        columns: [{ title: "" }, { title: "" }],
        rows: [["stores", "nothing moves: the two configs have every store served by the same"]],
      },
    ]);
  });

  it("shows stores, time, steps and, when asked, programs", () => {
    const planned = plan(good.aws, { ...good.aws, ...managed });
    const ids = (commands: boolean) => moveSections(planned, { commands }).map(({ id }) => id);
    assert.deepEqual(ids(false), ["move", "terms", "steps"]);
    assert.deepEqual(
      ids(true).slice(3),
      Object.keys(moveScripts(planned))
        .sort(bySteps(planned))
        .map((id) => `program-${id}`),
    );
    const [first] = moveSections(planned, { commands: false });
    assert.deepEqual(first?.rows[0], [
      "databases.frontend",
      "bundled",
      "managed",
      "is dumped and restored with everything in it",
    ]);
  });

  it("gives other programs the plan, with the program of each step", () => {
    const planned = plan(good.aws, { ...good.aws, ...managed });
    const { steps } = moveDocument(planned) as { steps: { id: string; program?: string }[] };
    assert.equal(steps.find(({ id }) => id === "dump")?.program, moveScripts(planned)["dump"]);
    assert.equal(steps.find(({ id }) => id === "backup")?.program, undefined);
  });
});

/** Order of the steps of a plan. */
function bySteps({ steps }: ReturnType<typeof plan>): (a: string, b: string) => number {
  const at = (id: string) => steps.findIndex((step) => step.id === id);
  return (a, b) => at(a) - at(b);
}
