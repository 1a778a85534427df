import { SourcegraphVm } from "../../components/vm/gcp";
import type { DeclareCloud } from "../program";

/** Declares the docker-compose deployment on Google Cloud. */
export const declareVm: DeclareCloud = (name, args) => {
  const { url, release, connect, manifest } = new SourcegraphVm(name, args);
  return { url, release, connect, manifest };
};
