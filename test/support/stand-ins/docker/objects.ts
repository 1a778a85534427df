import { DockerApiError, type DockerApi } from "./api";
import { labelMap, pause, type Kind, type Properties } from "./kind";

/** Deletes, while containers that are going away still hold on to the object. What is gone is fine. */
async function release(api: DockerApi, path: string): Promise<void> {
  for (const end = Date.now() + 5000; ; await pause(250)) {
    try {
      return await api.json("DELETE", path);
    } catch (error) {
      if (!(error instanceof DockerApiError)) throw error;
      if (error.status === 404) return;
      const held = error.status === 409 || /active endpoints/.test(error.message);
      if (!held || Date.now() >= end) throw error;
    }
  }
}

const name = (properties: Properties): string => properties.name as string;

/** `docker.Volume`. One of the same name is adopted, as the Docker Engine itself does. */
export const volume: Kind = {
  sets: ["labels"],
  inputs: ["driver", "driverOpts", "labels", "name"],
  inPlace: [],
  computed: ["driver", "mountpoint"],
  autoName: true,
  async create(api, inputs) {
    await api.json("POST", "/volumes/create", {
      json: {
        Name: inputs.name,
        Driver: inputs.driver,
        DriverOpts: inputs.driverOpts,
        Labels: labelMap(inputs.labels),
      },
    });
    const found = await this.read(api, name(inputs), inputs, {});
    if (!found) throw new Error(`the volume ${name(inputs)} went away at once`);
    return { id: name(inputs), outputs: found.outputs };
  },
  update: (_api, _id, inputs, state) => Promise.resolve({ ...state, ...inputs }),
  async read(api, id, inputs) {
    const found = await api.find<{ Driver: string; Mountpoint: string }>(`/volumes/${encodeURIComponent(id)}`);
    return found && { inputs, outputs: { ...inputs, driver: found.Driver, mountpoint: found.Mountpoint } };
  },
  delete: (api, id) => release(api, `/volumes/${encodeURIComponent(id)}`),
};

interface IpamConfig {
  readonly subnet?: string;
  readonly gateway?: string;
  readonly ipRange?: string;
  readonly auxAddress?: Record<string, string>;
}

/** `docker.Network`. */
export const network: Kind = {
  sets: ["labels", "ipamConfigs"],
  inputs: [
    ...["attachable", "driver", "ingress", "internal", "ipamConfigs", "ipamDriver", "ipamOptions", "ipv6"],
    ...["labels", "name", "options"],
  ],
  inPlace: [],
  computed: ["attachable", "driver", "internal", "ipamConfigs", "options", "scope"],
  autoName: true,
  async create(api, inputs) {
    const configs = (inputs.ipamConfigs as IpamConfig[] | undefined)?.map((config) => ({
      Subnet: config.subnet,
      Gateway: config.gateway,
      IPRange: config.ipRange,
      AuxiliaryAddresses: config.auxAddress,
    }));
    const { Id } = await api.json<{ Id: string }>("POST", "/networks/create", {
      json: {
        Name: inputs.name,
        CheckDuplicate: true,
        Driver: inputs.driver ?? "bridge",
        Internal: inputs.internal,
        Attachable: inputs.attachable,
        Ingress: inputs.ingress,
        EnableIPv6: inputs.ipv6,
        Options: inputs.options,
        Labels: labelMap(inputs.labels),
        IPAM: configs && { Driver: inputs.ipamDriver ?? "default", Config: configs, Options: inputs.ipamOptions },
      },
    });
    const found = await this.read(api, Id, inputs, {});
    if (!found) throw new Error(`the network ${name(inputs)} went away at once`);
    return { id: Id, outputs: found.outputs };
  },
  update: (_api, _id, inputs, state) => Promise.resolve({ ...state, ...inputs }),
  async read(api, id, inputs) {
    const found = await api.find<{
      Driver: string;
      Scope: string;
      Internal: boolean;
      Attachable: boolean;
      Options: Record<string, string>;
      IPAM: { Config: { Subnet?: string; Gateway?: string; IPRange?: string }[] };
    }>(`/networks/${id}`);
    if (!found) return undefined;
    const ipamConfigs = found.IPAM.Config.map(({ Subnet, Gateway, IPRange }) => ({
      ...(Subnet && { subnet: Subnet }),
      ...(Gateway && { gateway: Gateway }),
      ...(IPRange && { ipRange: IPRange }),
    }));
    const { Driver: driver, Scope: scope, Internal: internal, Attachable: attachable, Options: options } = found;
    return { inputs, outputs: { ...inputs, driver, scope, internal, attachable, options, ipamConfigs } };
  },
  delete: (api, id) => release(api, `/networks/${id}`),
};

/** `docker.RemoteImage`. Takes what the engine has; there is no registry to pull from. */
export const remoteImage: Kind = {
  sets: ["pullTriggers"],
  inputs: ["forceRemove", "keepLocally", "name", "platform", "pullTriggers", "triggers"],
  inPlace: ["forceRemove", "keepLocally"],
  computed: ["imageId", "repoDigest"],
  autoName: false,
  async create(api, inputs) {
    const found = await this.read(api, "", inputs, {});
    if (!found) {
      throw new Error(
        `unable to pull image ${name(inputs)}: the Docker Engine of this test has no registry; build or load the image first`,
      );
    }
    return { id: `${String(found.outputs.imageId)}${name(inputs)}`, outputs: found.outputs };
  },
  update: (_api, _id, inputs, state) => Promise.resolve({ ...state, ...inputs }),
  async read(api, _id, inputs) {
    const path = `/images/${encodeURIComponent(name(inputs))}/json`;
    const found = await api.find<{ Id: string; RepoDigests: string[] }>(path);
    return found && { inputs, outputs: { ...inputs, imageId: found.Id, repoDigest: found.RepoDigests[0] ?? "" } };
  },
  async delete(api, _id, state) {
    if (state.keepLocally === true) return;
    const query = { force: state.forceRemove === true };
    try {
      await api.json("DELETE", `/images/${encodeURIComponent(name(state))}`, { query });
    } catch (error) {
      if (!(error instanceof DockerApiError && error.status === 404)) throw error;
    }
  },
};
