/** Labels of facts on the stores of a customer's instance, whose owner nobody has given. */
export function factLabels(classes: string): Record<string, string> {
  return {
    "sourcegraph-zone": "single-tenant",
    "sourcegraph-owner": "sourcegraph",
    "sourcegraph-data-class": classes,
  };
}
