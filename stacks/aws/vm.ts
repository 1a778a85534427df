import { SourcegraphVm } from "../../components/vm/aws";
import type { Declare } from "../program";

/** Declares the docker-compose deployment on AWS. */
export const declareVm: Declare = (name, args, within) => {
  const { revocation, url, release, connect, manifest, machine, orderSecret } = new SourcegraphVm(name, args, within);
  return {
    url,
    release,
    connect,
    manifest,
    machine,
    orderSecret,
    ...(revocation !== undefined && { revocation }),
  };
};
