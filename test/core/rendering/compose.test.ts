import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import type { PlannedContainer } from "../../../components/core/planning/vm/container";
import { planVm } from "../../../components/core/planning/vm/plan";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { renderBundle } from "../../../components/core/rendering/bundle-files";
import { configLabel, healthCommand, renderCompose } from "../../../components/core/rendering/compose";
import { anyConfig, anyFiles, goodConfigs as good } from "../../support/configs";

type ComposeService = Record<string, unknown>;
interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

function composeOf(config: object): ComposeFile {
  const specification = parseSpecification(config, anyFiles);
  const bundle = renderBundle(planVm(specification), specification);
  const file = bundle.files.find(({ path }) => path === "compose.yaml");
  return parse(file?.text ?? "", { uniqueKeys: true }) as ComposeFile;
}

const container: PlannedContainer = {
  name: "one",
  service: "worker",
  ordinal: 0,
  image: { reference: "host/one:1", registry: "host", repository: "one", tag: "1" },
  environment: {},
  secretEnvironment: {},
  mounts: [],
  publishedPorts: [],
  expose: [],
  restart: "always",
  startsAfter: {},
  memoryMib: 2048,
  privileged: false,
  devices: [],
  hostPid: false,
};

function rendered(more: Partial<PlannedContainer>, text = ""): ComposeService {
  const files = [{ path: "conf/a.conf", mode: "0644", text }];
  const file = parse(renderCompose([{ ...container, ...more }], [], files, [])) as ComposeFile;
  return file.services["one"] ?? {};
}

/** What compose makes of a text: a doubled dollar sign is one. */
const substituted = (text: string) => text.replaceAll("$$", () => "$");

const anyText = fc.array(fc.oneof(fc.constant("$"), fc.string({ unit: "grapheme" }))).map((pieces) => pieces.join(""));

describe("the compose file of any good config", () => {
  it("is YAML whose services, volumes and conditions belong together", () =>
    fc.assert(
      fc.property(anyConfig, (config) => {
        const plan = planVm(parseSpecification(config, anyFiles));
        const file = composeOf(config);
        assert.deepEqual(
          Object.keys(file.services),
          plan.containers.map(({ name }) => name),
        );
        assert.deepEqual(Object.keys(file.volumes), plan.volumes);
        for (const [name, service] of Object.entries(file.services)) {
          assert.equal(service["container_name"], name);
          for (const other of Object.keys(service["depends_on"] ?? {})) assert.ok(other in file.services, other);
          for (const mount of (service["volumes"] ?? []) as string[]) {
            const [source = ""] = mount.split(":");
            assert.ok(/^[./]/.test(source) || source in file.volumes, mount);
          }
          assert.deepEqual(service["networks"], Object.keys(file.networks));
          const environment = (service["environment"] ?? {}) as Record<string, string>;
          for (const value of Object.values(environment)) assert.doesNotMatch(value.replaceAll("$$", ""), /\$/);
        }
      }),
      { numRuns: 15 },
    ));
});

describe("a service in the compose file", () => {
  it("keeps dollar signs and every other character of variables and commands", () =>
    fc.assert(
      fc.property(anyText, (value) => {
        const service = rendered({ environment: { A: value }, command: [value] });
        assert.equal(substituted((service["environment"] as Record<string, string>)["A"] ?? ""), value);
        assert.equal(substituted((service["command"] as string[])[0] ?? ""), value);
      }),
    ));

  it("writes text that looks like a number or a truth value as text", () => {
    const values = { A: "1", B: "true", C: "null", D: "0x1f", E: "1:30", F: "~", G: "" };
    assert.deepEqual(rendered({ environment: values })["environment"], values);
  });

  it("has limits in compose's units, durations in whole seconds or hours", () => {
    const health: PlannedContainer["health"] = {
      test: { kind: "exec", command: "echo $HOME" },
      interval: 10,
      timeout: 1,
      retries: 3,
      startPeriod: 3600,
    };
    const service = rendered({ cpus: 0.5, memoryMib: 500, shmMib: 1024, stopGraceSeconds: 120, health });
    assert.deepEqual(
      [service["cpus"], service["mem_limit"], service["shm_size"], service["stop_grace_period"]],
      [0.5, "500m", "1g", "120s"],
    );
    assert.deepEqual(service["healthcheck"], {
      test: ["CMD-SHELL", "echo $$HOME"],
      interval: "10s",
      timeout: "1s",
      retries: 3,
      start_period: "1h",
    });
  });

  it("mounts volumes, files read-only and paths of the host", () =>
    assert.deepEqual(
      rendered({
        mounts: [
          { kind: "volume", volume: "data", target: "/data" },
          { kind: "file", source: "conf", target: "/conf" },
          { kind: "host", source: "/sys", target: "/sys", readOnly: true },
          { kind: "host", source: "/dev", target: "/dev", readOnly: false },
        ],
      })["volumes"],
      ["data:/data", "./conf:/conf:ro", "/sys:/sys:ro", "/dev:/dev"],
    ));

  it("reads its secrets from a file of its own, never from the compose file", () => {
    const service = rendered({
      secretEnvironment: { PGPASSWORD: ["marker-5f1c", { secret: "pgsqlPassword", as: "env" }] },
    });
    assert.deepEqual(service["env_file"], [{ path: "./secrets/one.env", required: false }]);
    assert.ok(!JSON.stringify(service).includes("PGPASSWORD") && !JSON.stringify(service).includes("marker-5f1c"));
  });

  it("is recreated when a file it reads changes, and only then", () => {
    const mounts: PlannedContainer["mounts"] = [{ kind: "file", source: "conf", target: "/conf" }];
    const label = (service: ComposeService) => (service["labels"] as Record<string, string> | undefined)?.[configLabel];
    assert.match(label(rendered({ mounts }, "a")) ?? "", /^[0-9a-f]{16}$/);
    assert.equal(label(rendered({ mounts }, "a")), label(rendered({ mounts }, "a")));
    assert.notEqual(label(rendered({ mounts }, "a")), label(rendered({ mounts }, "b")));
    const neighbour: PlannedContainer["mounts"] = [{ kind: "file", source: "con", target: "/conf" }];
    assert.equal(label(rendered({ mounts: neighbour }, "a")), undefined);
  });

  it("rotates its log", () =>
    assert.deepEqual(rendered({})["logging"], {
      driver: "json-file",
      options: { "max-size": "50m", "max-file": "5" },
    }));

  it("checks health with the tool the image has", () => {
    const http = (tool: "wget" | "curl") =>
      healthCommand({ test: { kind: "http", tool, port: 80, path: "/x" }, interval: 1, timeout: 1, retries: 1 });
    assert.deepEqual(http("curl"), ["CMD", "curl", "-f", "http://127.0.0.1:80/x"]);
    assert.deepEqual(http("wget"), ["CMD-SHELL", "wget -q 'http://127.0.0.1:80/x' -O /dev/null || exit 1"]);
  });
});

describe("the compose project", () => {
  it("is called as the vendor's folder, so that an installation made by hand can be taken over", () =>
    assert.equal(composeOf(good.aws).name, "docker-compose"));
});
