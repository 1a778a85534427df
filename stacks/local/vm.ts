import { SourcegraphVm } from "../../components/vm/local";
import type { Declare } from "../program";

/** Declares the docker-compose deployment on a Docker Engine. */
export const declareVm: Declare = (name, args) => {
  const { url, release, connect, manifest } = new SourcegraphVm(name, args);
  return { url, release, connect, manifest };
};
