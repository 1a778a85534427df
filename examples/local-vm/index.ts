import { SourcegraphVm } from "sourcegraph-in-a-box/local";

const instance = new SourcegraphVm("sourcegraph", {
  release: "7.5.4453",
  local: { httpPort: 7080 },
  overrides: { searcher: { memoryGb: 2 } },
});

export const url = instance.url;
export const connect = instance.connect;
