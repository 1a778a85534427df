// Amounts in Kubernetes' notation. The sizing counts memory in GB as the vendor's values do, where `8G` is 10^9 bytes and
// `8Gi` 2^30; a container keeps the kind of unit that the vendor's chart writes for it.

/** CPUs, in cores. */
export function cpuQuantity(cores: number): string {
  const milli = Math.max(1, Math.round(cores * 1000));
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/**
 * Memory, in GB.
 *
 * @param like an amount in the chart's notation; one in `Gi` or `Mi` gives binary units
 */
export function memoryQuantity(gb: number, like: string): string {
  const binary = like.endsWith("i");
  if (Number.isInteger(gb)) return binary ? `${gb}Gi` : `${gb}G`;
  // Below one the vendor's numbers are thousandths in either notation: 0.512 stands for 512Mi.
  return binary
    ? `${Math.max(1, Math.round(gb * (gb < 1 ? 1000 : 1024)))}Mi`
    : `${Math.max(1, Math.round(gb * 1000))}M`;
}

const multiples: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** The number an amount in Kubernetes' notation stands for: cores, or bytes. */
export function quantityValue(quantity: string): number {
  const [, number = "", unit = ""] = /^([\d.]+)([a-zA-Z]*)$/.exec(quantity) ?? [];
  const multiple = multiples[unit];
  if (number === "" || multiple === undefined)
    throw new Error(`'${quantity}' is not an amount in Kubernetes' notation`);
  return Number(number) * multiple;
}

/** GiB an amount of memory or disk stands for. */
export function gibOf(quantity: string): number {
  return quantityValue(quantity) / 2 ** 30;
}
