import * as compute from "@pulumi/gcp/compute";
import * as servicenetworking from "@pulumi/gcp/servicenetworking";
import type * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../vm/args";

/** Private services access of a network: how its machines reach Cloud SQL and Memorystore. */
export interface GcpPrivateServices {
  /** Name of the block that Google's services take their addresses from. */
  readonly range: pulumi.Output<string>;
  /** What has to be there before a service is made in the network, and goes after it. */
  readonly connection: pulumi.Resource;
}

/**
 * Declares private services access: a block of addresses that nothing else in the network gets, and the peering with
 * Google's own network.
 *
 * Google keeps a peering for days after the last service is gone and refuses to delete it, so it is left behind, and goes
 * with the network.
 *
 * @param name of both children in the program
 * @param cidr the block, /23 or larger
 */
export function declarePrivateServices(o: {
  readonly name: string;
  readonly network: compute.Network;
  readonly cidr: string;
  readonly project?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly parent: pulumi.Resource;
  readonly transform?: Transform<Pick<compute.GlobalAddressArgs, "labels">>;
}): GcpPrivateServices {
  const { name, network, project, labels, parent } = o;
  const [address = "", prefix = ""] = o.cidr.split("/");
  const range = new compute.GlobalAddress(
    name,
    {
      project,
      purpose: "VPC_PEERING",
      addressType: "INTERNAL",
      address,
      prefixLength: Number(prefix),
      network: network.id,
      labels: transformed<Pick<compute.GlobalAddressArgs, "labels">>({ labels }, o.transform).labels,
    },
    { parent },
  );
  const connection = new servicenetworking.Connection(
    name,
    {
      network: network.id,
      service: "servicenetworking.googleapis.com",
      reservedPeeringRanges: [range.name],
      deletionPolicy: "ABANDON",
      // What was left behind is taken over with the new block, where the network has outlived it.
      updateOnCreationFail: true,
    },
    { parent },
  );
  return { range: range.name, connection };
}
