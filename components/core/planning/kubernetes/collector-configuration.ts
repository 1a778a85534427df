import { stringify } from "yaml";
import { kubernetesAddress } from "../../product/kubernetes/workloads";

const yamlText = (value: unknown): string => stringify(value, { lineWidth: 0 });

/** Collectors listen on loopback unless told otherwise. */
const receivers = {
  otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" }, http: { endpoint: "0.0.0.0:4318" } } },
};

/** The agent of a node passes every span on to the collector. */
export function agentConfiguration(): Readonly<Record<string, string>> {
  const { host, port } = kubernetesAddress("otel-collector", 4317);
  return {
    "config.yaml": yamlText({
      receivers,
      exporters: { otlp: { endpoint: `${host}:${port}`, tls: { insecure: true } } },
      extensions: { health_check: { endpoint: "0.0.0.0:13133" } },
      service: {
        extensions: ["health_check"],
        pipelines: { traces: { receivers: ["otlp"], exporters: ["otlp"] } },
      },
    }),
  };
}

/** Jaeger 2 keeps the newest spans in memory and serves them below the path at which the frontends pass it on. */
export function jaegerConfiguration(): Readonly<Record<string, string>> {
  const store = "memory";
  return {
    "jaeger-config.yaml": yamlText({
      service: {
        extensions: ["jaeger_storage", "jaeger_query", "healthcheckv2"],
        pipelines: { traces: { receivers: ["otlp"], processors: ["batch"], exporters: ["jaeger_storage_exporter"] } },
      },
      extensions: {
        healthcheckv2: {
          use_v2: true,
          http: { endpoint: "0.0.0.0:13133", status: { enabled: true, path: "/status" } },
        },
        jaeger_storage: { backends: { [store]: { memory: { max_traces: 20_000 } } } },
        jaeger_query: {
          storage: { traces: store },
          base_path: "/-/debug/jaeger",
          http: { endpoint: "0.0.0.0:16686" },
        },
      },
      receivers,
      processors: { batch: {} },
      exporters: { jaeger_storage_exporter: { trace_storage: store } },
    }),
  };
}
