import { SourcegraphVm } from "../../components/vm/aws";
import { machineOutputs } from "../machine-outputs";
import type { Declare } from "../program";

/** Declares the docker-compose deployment on AWS. */
export const declareVm: Declare = (name, args, within) => machineOutputs(new SourcegraphVm(name, args, within));
