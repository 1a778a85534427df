// Changes that a provider leaves out of its diff, by type and path. Each takes the same as the rules of conditions.cjs.
"use strict";
const { UNKNOWN } = require("./compare.cjs");

const decreases = ({ change }) => change.after !== UNKNOWN && Number(change.after) < Number(change.before);

module.exports = {
  ...require("./aws-stores.cjs").disregarded,
  "gcp:sql/databaseInstance:DatabaseInstance": {
    // The disk has grown by itself.
    "settings.diskSize": (c) => c.news.settings?.diskAutoresize !== false && decreases(c),
  },
};
