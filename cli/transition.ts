import { InputError, RefusedError } from "../components/core/errors";
import {
  checkAdminTransition,
  parseAdminManifest,
  type AdminManifest,
} from "../components/core/planning/admin/manifest";
import { requireKubernetes, requireVm } from "../components/core/planning/config/specification";
import { checkKubernetesTransition } from "../components/core/planning/kubernetes/transition";
import { checkTransition, parseManifest, type Manifest } from "../components/core/planning/manifest";
import { parseMultiTenantManifest, type MultiTenantManifest } from "../components/core/planning/multi-tenant/manifest";
import { checkMultiTenantTransition } from "../components/core/planning/multi-tenant/transition";
import type { PlannedStack } from "./planned";

/** What is deployed, by the manifest that the last update exported. */
export interface Deployed {
  /** Of an instance. */
  readonly manifest?: Manifest;
  /** Of the multi-tenant backend. */
  readonly backend?: MultiTenantManifest;
  /** Of support services. */
  readonly support?: AdminManifest;
}

/**
 * Reads a manifest.
 * @returns undefined for a text that is none
 * @throws RefusedError when it cannot be read by this version
 */
export function readDeployed(value: unknown): Deployed | undefined {
  const shape = (value as { readonly shape?: unknown } | null | undefined)?.shape;
  if (shape === "multi-tenant") {
    const backend = parseMultiTenantManifest(value);
    return backend && { backend };
  }
  if (shape === "admin") {
    const support = parseAdminManifest(value);
    return support && { support };
  }
  const manifest = parseManifest(value);
  return manifest && { manifest };
}

function wrongShape({ shape }: PlannedStack): InputError {
  return new InputError(
    [
      {
        path: "against",
        message: `holds the manifest of another shape, and the stack is of shape ${shape}; name its own`,
      },
    ],
    "the comparison cannot be made",
  );
}

/** Throws what the way from what is deployed to what is planned is refused for. */
function checkFrom({ manifest, backend, support }: Deployed, planned: PlannedStack): void {
  const others = {
    vm: [backend, support],
    kubernetes: [backend, support],
    "multi-tenant": [manifest, support],
    admin: [manifest, backend],
  } as const;
  if (others[planned.shape].some((other) => other !== undefined)) throw wrongShape(planned);
  switch (planned.shape) {
    case "vm":
      checkTransition(manifest, planned.plan, requireVm(planned.specification));
      return;
    case "kubernetes":
      checkKubernetesTransition(manifest, planned.plan, requireKubernetes(planned.specification));
      return;
    case "multi-tenant":
      checkMultiTenantTransition(backend, planned.plan, planned.specification.acknowledge);
      return;
    case "admin":
      checkAdminTransition(support, planned.plan);
  }
}

/**
 * Why the way from what is deployed is refused; undefined when nothing speaks against it.
 * @throws InputError where what is deployed is of another shape
 */
export function transitionRefusal(deployed: Deployed, planned: PlannedStack): RefusedError | undefined {
  try {
    checkFrom(deployed, planned);
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) return error;
    throw error;
  }
}
