import type { SourcegraphVm as AwsVm } from "../components/vm/aws";
import type { SourcegraphVm as GcpVm } from "../components/vm/gcp";
import type { InstanceOutputs } from "./program";

/** What a stack shows of a machine in a cloud; the same on each, so that every verb that works on one finds it. */
export function machineOutputs(vm: AwsVm | GcpVm): InstanceOutputs {
  const { url, release, connect, manifest, machine, orderSecret, egressAddresses, revocation } = vm;
  return {
    url,
    release,
    connect,
    manifest,
    machine,
    orderSecret,
    egressAddresses,
    ...(revocation !== undefined && { revocation }),
  };
}
