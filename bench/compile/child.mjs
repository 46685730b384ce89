// Compiles one template by turns with a bare parse of the same text, and prints wall and processor times in ms as JSON: FORMAT COUNT ROUNDS.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { makeTemplate } from './template.mjs';

const heat = fileURLToPath(new URL('../../packages/heat/', import.meta.url));
const { compileTemplate } = await import(`${heat}joined/index.js`);
const { parse, stringify } = createRequire(`${heat}package.json`)('yaml');

const [format, count, rounds] = process.argv.slice(2);
const data = makeTemplate(Number(count));
const text = format === 'json' ? JSON.stringify(data, null, 2) : stringify(data, { aliasDuplicateObjects: false });
const options = { file: `template.${format}`, deployment: 'bench', store: 'zk://10.0.0.5:2181/heddle', timeoutS: 3600 };
const works = {
  compile: () => compileTemplate(text, options),
  parse: format === 'json' ? () => JSON.parse(text) : () => parse(text),
};

const times = { compile: [], parse: [] };
const processor = { compile: [], parse: [] };
const heap = () => {
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};
for (let round = 0; round < Number(rounds); round += 1) {
  const names = round % 2 === 0 ? ['parse', 'compile'] : ['compile', 'parse'];
  for (const name of names) {
    heap();
    const [started, used] = [performance.now(), process.cpuUsage()];
    works[name]();
    times[name].push(performance.now() - started);
    const { user, system } = process.cpuUsage(used);
    processor[name].push((user + system) / 1000);
  }
}
const before = heap();
const compiled = works.compile();
const keptBytes = heap() - before;
console.log(
  JSON.stringify({
    times,
    processor,
    textBytes: text.length,
    templateBytes: compiled.template.length,
    nodes: compiled.plan.nodes.length,
    keptBytes,
    mostBytes: process.resourceUsage().maxRSS * 1024,
  }),
);
