import { SourcegraphVm } from "../../components/vm/gcp";
import { machineOutputs } from "../machine-outputs";
import type { Declare } from "../program";

/** Declares the docker-compose deployment on Google Cloud. */
export const declareVm: Declare = (name, args, within) => machineOutputs(new SourcegraphVm(name, args, within));
