// Accounts of an organization: each has a number of its own, an address that is never free again, and stays for 90 days closed.
"use strict";
const { all } = require("./cloud.cjs");
const { digits } = require("./shapes.cjs");

const ACCOUNT = "aws:organizations/account:Account";
const ATTACHED = "aws:organizations/policyAttachment:PolicyAttachment";

exports.create = {
  [ACCOUNT]: ({ cloud, inputs }) => {
    if (all(cloud, ACCOUNT).some(({ outputs }) => outputs.email === inputs.email))
      throw new Error(
        `waiting for Organizations Account create: unexpected state 'FAILED', wanted target 'SUCCEEDED'. last error: EMAIL_ALREADY_EXISTS`,
      );
    const id = digits(12);
    return { id, arn: `arn:aws:organizations::123456789012:account/o-abc/${id}`, status: "ACTIVE", state: "ACTIVE" };
  },
};

exports.delete = {
  [ACCOUNT]: ({ cloud, id, state, object }) => {
    if (state.closeOnDeletion !== true)
      throw new Error(
        `deleting AWS Organizations Account (${id}): operation error Organizations: RemoveAccountFromOrganization, api error ConstraintViolationException: The member account is missing one or more of the prerequisites required to operate as a standalone account.`,
      );
    const attached = all(cloud, ATTACHED).filter(({ outputs }) => outputs.targetId === id);
    if (attached.length > 0)
      throw new Error(`closing AWS Organizations Account (${id}): ${attached[0].id} is still attached`);
    Object.assign(object.outputs, { status: "SUSPENDED", state: "SUSPENDED" });
    return { stays: true };
  },
};
