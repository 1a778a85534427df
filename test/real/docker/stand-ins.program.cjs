// The program of stand-ins.test.ts: what it declares is said by OPTIONS, as JSON.
"use strict";
const docker = require("@pulumi/docker");
const pulumi = require("@pulumi/pulumi");

const options = JSON.parse(process.env.OPTIONS || "{}");
const reference = (image, release = "7.5.4453") => `registry.test/sourcegraph/${image}:${release}`;
const checked = (test) => ({ tests: ["CMD-SHELL", test], interval: "500ms", timeout: "2s", retries: 20 });

const programs = {
  /** A network, a volume, and two containers that know each other. */
  pair() {
    const network = new docker.Network("box", { name: "box" });
    const data = new docker.Volume("data", { name: "redis-store" }, { retainOnDelete: true });
    const image = new docker.RemoteImage("image", {
      name: reference("redis-store", options.release),
      keepLocally: true,
    });
    new docker.Container("store", {
      name: "store",
      image: image.imageId,
      restart: "always",
      memory: options.memory ?? 64,
      memorySwap: 512,
      cpus: options.cpus,
      volumes: [{ volumeName: data.name, containerPath: "/redis-data" }],
      networksAdvanced: [{ name: network.name, aliases: ["redis", "redis-store"] }],
      healthcheck: checked(options.health ?? "nc -w 1 127.0.0.1 6379 < /dev/null"),
      wait: true,
      waitTimeout: options.waitTimeout ?? 10,
      destroyGraceSeconds: 5,
    });
    const labels = ["a", "b"].map((label) => ({ label, value: label }));
    new docker.Container("proxy", {
      name: "proxy",
      image: reference("caddy"),
      envs: [
        "XDG_DATA_HOME=/caddy-storage/data",
        "XDG_CONFIG_HOME=/x",
        "SRC_FRONTEND_ADDRESSES=redis:6379",
        pulumi.secret("TOKEN=marker-4711"),
      ],
      uploads: [{ file: "/etc/caddy/Caddyfile", content: ":80\n", permissions: "0600" }],
      ports: [{ internal: 80, ip: "127.0.0.1" }],
      networksAdvanced: [{ name: network.name }],
      healthcheck: checked("nc -w 1 redis-store 6379 < /dev/null"),
      ulimits: [{ name: "nofile", soft: 1000, hard: 2000 }],
      labels: options.reversed ? labels.reverse() : labels,
      logDriver: "json-file",
      logOpts: { "max-size": "1m" },
      wait: true,
    });
  },

  /** A container that runs to its end. */
  once() {
    const { exitCode, containerLogs } = new docker.Container("once", {
      name: "once",
      image: reference("migrator"),
      command: ["--help"],
      envs: ["PGDATASOURCE=x", "CODEINTEL_PGDATASOURCE=x", "CODEINSIGHTS_PGDATASOURCE=x"],
      attach: true,
      logs: true,
      mustRun: false,
    });
    return { exitCode, containerLogs };
  },

  /** A volume, through a provider that names its engine. */
  held() {
    const provider = new docker.Provider("engine", { host: options.host });
    new docker.Volume("held", { name: "held" }, { provider });
  },
};

module.exports = programs[options.program ?? "pair"]();
