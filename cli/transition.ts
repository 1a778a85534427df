import { InputError, RefusedError } from "../components/core/errors";
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
}

/**
 * Reads a manifest.
 * @returns undefined for a text that is none
 * @throws RefusedError when it cannot be read by this version
 */
export function readDeployed(value: unknown): Deployed | undefined {
  if ((value as { readonly shape?: unknown } | null | undefined)?.shape === "multi-tenant") {
    const backend = parseMultiTenantManifest(value);
    return backend && { backend };
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
function checkFrom({ manifest, backend }: Deployed, planned: PlannedStack): void {
  switch (planned.shape) {
    case "vm":
      if (backend !== undefined) throw wrongShape(planned);
      checkTransition(manifest, planned.plan, requireVm(planned.specification));
      return;
    case "kubernetes":
      if (backend !== undefined) throw wrongShape(planned);
      checkKubernetesTransition(manifest, planned.plan, requireKubernetes(planned.specification));
      return;
    case "multi-tenant":
      if (manifest !== undefined) throw wrongShape(planned);
      checkMultiTenantTransition(backend, planned.plan, planned.specification.acknowledge);
      return;
    case "admin":
      if (manifest !== undefined || backend !== undefined) throw wrongShape(planned);
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
