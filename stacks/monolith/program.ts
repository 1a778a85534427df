import type { Specification } from "../../components/core/planning/config/specification";
import { DevMonolith } from "../../components/monolith/dev-monolith";
import type { Declare } from "../program";

/**
 * Declares everything in one place: the instance as it is declared by itself, and stand-ins of the support services.
 *
 * @param specification the instance, of zone `dev-monolith`
 * @param instance what declares the instance
 */
export function declareMonolith(specification: Specification, instance: Declare): Declare {
  return (name, args) => {
    new DevMonolith(name, { specification });
    return instance(name, args);
  };
}
