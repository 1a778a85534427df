/** An object without the members that are undefined: what JSON would make of it. */
export function plain<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Value;
}
