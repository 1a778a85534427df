import { SourcegraphVm } from "../../components/vm/gcp";
import type { Declare } from "../program";

/** Declares the docker-compose deployment on Google Cloud. */
export const declareVm: Declare = (name, args) => {
  const { url, release, connect, manifest, revocation } = new SourcegraphVm(name, args);
  return { url, release, connect, manifest, ...(revocation !== undefined && { revocation }) };
};
