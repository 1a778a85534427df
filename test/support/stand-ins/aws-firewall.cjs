// The network firewall of AWS: it tells of an endpoint in the zone of each of its subnets.
"use strict";
const { keyOf } = require("./cloud.cjs");
const { hex } = require("./shapes.cjs");

const FIREWALL = "aws:networkfirewall/firewall:Firewall";

exports.create = {
  [FIREWALL]: ({ cloud, inputs }) => ({
    firewallStatuses: [
      {
        syncStates: (inputs.subnetMappings ?? []).map(({ subnetId }) => ({
          availabilityZone: cloud.objects[keyOf("aws:ec2/subnet:Subnet", subnetId)]?.outputs.availabilityZone,
          attachments: [{ subnetId, endpointId: `vpce-${hex(17)}` }],
        })),
      },
    ],
  }),
};
