import type { EnvironmentVariable } from "../service";

/** Where traces go. */
export const traces: EnvironmentVariable = {
  name: "OTEL_EXPORTER_OTLP_ENDPOINT",
  value: { address: "otel-collector", port: 4317, scheme: "http" },
};

/** Where a service reads its configuration from. */
export const internalApi: EnvironmentVariable = {
  name: "SRC_FRONTEND_INTERNAL",
  value: { address: "sourcegraph-frontend-internal", port: 3090 },
};
