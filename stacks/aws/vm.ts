import { SourcegraphVm } from "../../components/vm/aws";
import type { Declare } from "../program";

/** Declares the docker-compose deployment on AWS. */
export const declareVm: Declare = (name, args) => {
  const { url, release, connect, manifest, revocation } = new SourcegraphVm(name, args);
  return { url, release, connect, manifest, ...(revocation !== undefined && { revocation }) };
};
