import { parseSpecification, type Specification } from "./core/planning/config/specification";

/** What every component is given beside the keys of the config. */
interface Given {
  /** Values of secrets, which may be Outputs. */
  readonly secrets?: Readonly<Record<string, unknown>>;
  /** Texts of the files the config names. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * The specification of a component's arguments. Of secrets only the names are looked at.
 *
 * @param config the keys of the config, and nothing else
 * @throws InputError, RefusedError
 */
export function specificationOf(config: object, { secrets = {}, files = {} }: Given): Specification {
  const names = Object.fromEntries(Object.keys(secrets).map((secret) => [secret, ""]));
  return parseSpecification({ ...config, secrets: names }, files);
}
