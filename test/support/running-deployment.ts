import assert from "node:assert/strict";
import type { Plan } from "../../components/core/planning/vm/plan";
import type { ServiceName } from "../../components/core/product/service";
import { serviceNamed } from "../../components/core/product/services";
import { succeeded } from "./compose-deployment";
import type { DockerEngine } from "./docker";

/** A container as the engine lists it. */
export interface Running {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly State: string;
  readonly Status: string;
  readonly Ports: readonly { IP?: string; PublicPort?: number; PrivatePort: number }[];
  readonly Mounts: readonly { Type: string; Name?: string; Destination: string }[];
}

/** The containers of a deployment on an engine that has no others. */
export class RunningDeployment {
  constructor(private readonly docker: DockerEngine) {}

  /** All containers by name, ended ones too. */
  async containers(): Promise<Map<string, Running>> {
    const list = await this.docker.api.json<Running[]>("GET", "/containers/json", { query: { all: true } });
    return new Map(list.map((each) => [each.Names[0]?.slice(1) ?? "", each]));
  }

  /** What a shell command prints in a container. */
  async inside(container: string, command: string): Promise<string> {
    return succeeded(await this.docker.docker(["exec", container, "sh", "-c", command])).trim();
  }

  /**
   * Everything that is planned and nothing else runs, is healthy where health is checked, and did its one-time work; but those
   * that are `gone`, since it was done before.
   */
  async isAsPlanned({ containers }: Plan, gone: readonly ServiceName[] = []): Promise<void> {
    const states = [...(await this.containers())].map(([name, { State, Status }]) => {
      const health = /\((?:health: )?(\w+)\)$/.exec(Status)?.[1] ?? "";
      return [name, State === "exited" ? Status.slice(0, "Exited (0)".length) : `${State} ${health}`.trim()];
    });
    const there = containers.filter(({ service }) => !gone.includes(service));
    const expected = there.map(({ name, service, health }) => {
      if (service === "migrator") return [name, "Exited (0)"];
      return [name, health === undefined ? "running" : "running healthy"];
    });
    assert.deepEqual(Object.fromEntries(states), Object.fromEntries(expected));
  }

  /** Containers that the engine had to start again. */
  async restarted(): Promise<string[]> {
    const ids = [...(await this.containers()).values()].map(({ Id }) => Id);
    const lines = succeeded(await this.docker.docker(["inspect", "--format", "{{.Name}} {{.RestartCount}}", ...ids]));
    return lines
      .trim()
      .split("\n")
      .filter((line) => !line.endsWith(" 0"));
  }

  /**
   * What each container says of the addresses it was told of, `NAME VARIABLE HOST:PORT`: those it has connected to, and those
   * that the plan has it told of.
   */
  async connections({ containers }: Plan): Promise<{ readonly made: string[]; readonly told: string[] }> {
    const running = containers.filter(({ service }) => service !== "migrator");
    const made = running.map(async ({ name }) => {
      const { stdout } = await this.docker.docker(["logs", name]);
      const lines = [...stdout.matchAll(/: (\S+): connected to (\S+)$/gm)];
      return lines.map(([, variable, address]) => `${name} ${variable} ${address}`);
    });
    const told = running.flatMap(({ name, environment, secretEnvironment, service }) => {
      const open = Object.entries(secretEnvironment).map(
        // What is left of a URL without its password.
        ([variable, parts]) => [variable, parts.filter((part) => typeof part === "string").join("")] as const,
      );
      const variables = [...Object.entries(environment), ...open].flatMap(([variable, value]): string[] => {
        if (variable.endsWith("PGHOST"))
          return [`${name} ${variable} ${value}:${environment[variable.replace("HOST", "PORT")]}`];
        const addresses = [...value.matchAll(/([a-z][a-z0-9-]*:\d+)/g)];
        return addresses.map(([, address]) => `${name} ${variable} ${address}`);
      });
      const builtIn = service.startsWith("sourcegraph-frontend")
        ? serviceNamed(service).connects.filter(({ to }) => to.startsWith("redis"))
        : [];
      return [...variables, ...builtIn.map(({ to, port }) => `${name} built-in ${to}:${port}`)];
    });
    return { made: (await Promise.all(made)).flat().sort(), told: [...new Set(told)].sort() };
  }
}
