// Makes, reads and deletes files; a deletion takes as long as the file `slow` is there.
const { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { setTimeout: sleep } = require("node:timers/promises");

const write = ({ file, __provider, ...rest }) => writeFileSync(file, JSON.stringify(rest));

module.exports = {
  create: async (inputs) => {
    write(inputs);
    return { id: inputs.file, outs: inputs };
  },
  read: async (id, props) =>
    existsSync(id) ? { id, props: { ...props, ...JSON.parse(readFileSync(id, "utf8")) } } : {},
  diff: async (_id, olds, { __provider, ...news }) => ({
    changes: Object.keys(news).some((key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key])),
  }),
  update: async (_id, _olds, inputs) => {
    write(inputs);
    return { outs: inputs };
  },
  delete: async (id) => {
    appendFileSync(join(dirname(id), "deletions.log"), `${id.split("/").at(-1)}\n`);
    while (existsSync(join(dirname(id), "slow"))) await sleep(100);
    rmSync(id, { force: true });
  },
};
