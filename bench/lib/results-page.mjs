import { ansibleSections } from './ansible-sections.mjs';
import { heatSections } from './heat-sections.mjs';
import { median } from './statistics.mjs';

/** By the name of its results: the section that shows them, in the order of the page. */
const sections = {
  'local-reads': (localReads) => `## Local reads

${command(localReads)}
Goal: ${localReads.goal}. ${(localReads.results.readsPerKind / 1e6).toFixed(1)} million reads in each kind of run, ${localReads.results.processesPerKind} processes a kind.

| compared | ratio of processor time | 95 % interval |
|---|---|---|
${Object.entries(localReads.results.ratios)
  .map(
    ([kind, { all }]) =>
      `| ${kinds[kind]} | ${all.ratio.toFixed(3)} | ${all.lower.toFixed(3)} to ${all.upper.toFixed(3)} |`,
  )
  .join('\n')}
`,
  'chef-attributes': (attributes) => `## Writing, merging and enumerating attributes

${command(attributes)}
Goal: ${attributes.goal}. ${attributes.results.processesPerKind} processes a kind. Ratio of processor time, with its 95 % interval.

| compared | write | write and read, which merges again | enumerate the node |
|---|---|---|---|
${Object.entries(attributes.results.ratios)
  .map(
    ([kind, of]) => `| ${attributeKinds[kind]} | ${[of.write, of.remerge, of.enumerate].map(interval).join(' | ')} |`,
  )
  .join('\n')}
`,
  'chef-start': (start) => `## A run that does nothing

${command(start)}
Goal: ${start.goal}. ${start.results.pairs} pairs of runs.

| | without Heddle, ms | with, ms | ratio in a pair: median (quartiles) |
|---|---|---|---|
${['wall', 'processor']
  .map((name) => {
    const { median, quartile1, quartile3 } = start.results.ratio[name];
    const [plain, heddle] = ['plain', 'heddle'].map((kind) => start.results[kind][`${name}Ms`].median.toFixed(0));
    return `| ${name} time | ${plain} | ${heddle} | ${median.toFixed(3)} (${quartile1.toFixed(3)} to ${quartile3.toFixed(3)}) |`;
  })
  .join('\n')}
`,
  'answer-to-read': (answer) => `## From the agent's answer to the read

${command(answer)}
Goal: ${answer.goal}. ${answer.results.values} blocked reads.

| ms | quartile 1 | median | quartile 3 | p99 |
|---|---|---|---|---|
${latency('answer to return', answer.results.returnMs)}
`,
  'write-to-read': (writeToRead) => `## From write to read

${command(writeToRead)}
Goal: ${writeToRead.goal}. ${writeToRead.results.rounds} rounds of two values each.

| ms | quartile 1 | median | quartile 3 | p99 |
|---|---|---|---|---|
${latency('the bare store: put to watch', writeToRead.results.storeMs)}
${latency('Heddle: assignment to read', writeToRead.results.heddleMs)}
`,
  'publish-to-await': (publishToAwait) => `## From publish to await, on each store

${command(publishToAwait)}
From core to core with all guards and records, beside the bare client library by turns, in two processes each.

| ms | quartile 1 | median | quartile 3 | p99 | median / the bare client's (batches) |
|---|---|---|---|---|---|
${Object.entries(publishToAwait.results.stores)
  .map(
    ([store, { bareMs, coreMs, medianRatio }]) =>
      `${latency(`${store}: the bare client`, bareMs)} |\n${latency(`${store}: Heddle`, coreMs)} ${batches(medianRatio)} |`,
  )
  .join('\n')}
`,
  'all-to-all': (allToAll) => `## All to all

${command(allToAll)}
Goal: ${allToAll.goal}. N nodes write a value of ${allToAll.results.valueBytes} bytes each and read those of all; medians where there is more than one run. Messages are the server's own counts, per node.

| store | N | | log in | exchange | received | sent | server MB, before and after | clients MB |
|---|---|---|---|---|---|---|---|---|
${Object.entries(allToAll.results.stores)
  .flatMap(([store, counts]) => Object.entries(counts).flatMap((row) => exchangeRows(store, ...row)))
  .join('\n')}
`,
  recovery: (recovery) => `## Recovery

${command(recovery)}
Goal: ${recovery.goal}.

| | times | median | extremes |
|---|---|---|---|
${Object.entries(recovery.results)
  .flatMap(([fault, stores]) => Object.entries(stores).map(([store, measured]) => recoveryRow(fault, store, measured)))
  .join('\n')}
`,
  'never-coming': (neverComing) => `## A value that never comes

${command(neverComing)}
Goal: ${neverComing.goal}. From a role's end record until each of ${neverComing.results.readers} readers, that wait for what it has not written, has its error.

${neverComingTable(neverComing)}
`,
  lost: (lost) => `## A lost agent

${command(lost)}
Goal: ${lost.goal}, here ${lost.results.limitMs / 1000} s. From the kill of an agent until each of ${lost.results.readers} readers has its error.

${neverComingTable(lost)}
`,
  deadlock: (deadlock) => `## Deadlock

${command(deadlock)}
Goal: ${deadlock.goal}. From the read that closes a circle of waits to the error of the one that is ended.

| ms | circles | median | quartile 3 | slowest | median / the store alone |
|---|---|---|---|---|---|
${Object.entries(deadlock.results.stores)
  .flatMap(([store, counts]) => Object.entries(counts).flatMap((row) => deadlockRows(store, ...row)))
  .join('\n')}
`,
  bookkeeping: (bookkeeping) => `## What waits cost

${command(bookkeeping)}
Goal: ${bookkeeping.goal}. ${bookkeeping.results.nodes} nodes read one another's values, which are published when all have waited ${bookkeeping.results.holdMs} ms.

| | ms until the last value, median | with / without (batches) | processor time, with / without | store writes for a wait | for another read |
|---|---|---|---|---|---|
${Object.entries(bookkeeping.results.stores)
  .map(([store, measured]) => bookkeepingRow(store, measured))
  .join('\n')}
`,
  ...ansibleSections(command),
  demo: (demo) => `## The demo

${command(demo)}
Goal: ${demo.goal}. ${demo.results.wallMs.count} runs.

| | median | extremes |
|---|---|---|
${duration('wall time of `heddle up`', demo.results.wallMs)}
${duration('critical path', demo.results.criticalPathMs)}
${duration("sum of the roles' own times", demo.results.sumOfRolesMs)}
${ratio('wall time / critical path', demo.results.wallByCriticalPath)}
${ratio('wall time / sum of the roles', demo.results.wallBySumOfRoles)}
${duration('`up` until the first role starts', demo.results.startUpMs)}
${duration('`up` until the first role of the critical path starts', demo.results.toPathMs)}
`,
  ...heatSections({ command, duration, ratio }),
};

/** Write the page that shows the last results, by name; the numbers are those of the JSON files beside it. What was not run is not shown. */
export function resultsPage(records) {
  const shown = Object.entries(sections).filter(([name]) => records[name] !== undefined);
  return [
    `# Results

Written by \`node bench/all.mjs\`; each table is one run of the command above it. The JSON files beside this page hold all numbers.

${machinesOf(Object.values(records))}
`,
    ...shown.map(([name, section]) => section(records[name])),
  ].join('\n');
}

const kinds = {
  unrelated: 'with Heddle (input under another key) / without',
  shared: 'with Heddle (inputs beside the attributes read) / without',
  control: 'without / without, the noise of the method',
};

const attributeKinds = {
  unrelated: 'with Heddle (inputs and outputs under other keys) / without',
  shared: 'with Heddle (inputs under the same key) / without',
  beside: 'with Heddle (an output under the same key) / without',
  control: 'without / without, the noise of the method',
};

/** What the machines of all results are, but for the processors, of which each section has its own. */
function machinesOf(records) {
  const lines = records.map(({ machine: { cores, memoryGiB, node, ruby, chef } }) =>
    [`${cores} cores`, `${memoryGiB} GiB`, `node ${node}`, `ruby ${ruby}`, `chef ${chef}`].join(', '),
  );
  return `Machines: ${[...new Set(lines)].join('; ')}.`;
}

function command({ command: text, machine }) {
  const busy = `${machine.cpu}, ${Math.round(machine.busyShare * 100)} % busy`;
  return `\`${text}\` (${busy}; ${machine.date.slice(0, 10)}, commit ${machine.commit})\n`;
}

function latency(what, { quartile1, median, quartile3, p99 }) {
  return `| ${what} | ${[quartile1, median, quartile3, p99].map((value) => value.toFixed(1)).join(' | ')} |`;
}

function batches({ median, min, max }) {
  return `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;
}

function interval({ ratio, lower, upper }) {
  return `${ratio.toFixed(3)} (${lower.toFixed(3)} to ${upper.toFixed(3)})`;
}

function duration(what, { median, min, max }) {
  const seconds = (ms) => (ms / 1000).toFixed(1);
  return `| ${what} | ${seconds(median)} s | ${seconds(min)} to ${seconds(max)} s |`;
}

function exchangeRows(store, count, { bare, heddle }) {
  const times = median(heddle.map((run, index) => run.exchangeMs / bare[index].exchangeMs));
  return [
    ['the bare client', bare],
    [`Heddle: ${times.toFixed(1)} times`, heddle],
  ].map(([what, runs]) => {
    const of = (pick) => median(runs.map(pick));
    const seconds = (pick) => `${(of(pick) / 1000).toFixed(2)} s`;
    const messages = (way) => (runs[0].messages ? (of((run) => run.messages[way]) / count).toFixed(1) : '');
    const memory = ['before', 'after'].map((when) => of((run) => run.serverMb[when]).toFixed(0)).join(', ');
    const cells = [
      seconds((run) => run.loginMs),
      seconds((run) => run.exchangeMs),
      messages('received'),
      messages('sent'),
    ];
    return `| ${[store, count, what, ...cells, memory, of((run) => run.clientMb).toFixed(0)].join(' | ')} |`;
  });
}

const faults = {
  restart: 'from the start of a killed server to the first value',
  leader: 'from the kill of the leader to the next value',
};

function recoveryRow(fault, store, { deliveredMs: { count, median: middle, min, max } }) {
  const seconds = (ms) => (ms / 1000).toFixed(2);
  return `| ${store}: ${faults[fault]} | ${count} | ${seconds(middle)} s | ${seconds(min)} to ${seconds(max)} s |`;
}

function neverComingTable({ results: { stores } }) {
  const row = (what, { errorMs, p99OfRuns }) => {
    const cells = [errorMs.median, errorMs.quartile3, errorMs.p99, errorMs.max].map((value) => value.toFixed(0));
    return `| ${[what, ...cells, p99OfRuns.map((value) => value.toFixed(0)).join(', ')].join(' | ')} |`;
  };
  const rows = Object.entries(stores).flatMap(([store, { floor, heddle }]) => [
    row(`${store}: the store alone`, floor),
    row(`${store}: Heddle`, heddle),
  ]);
  return `| ms | median | quartile 3 | p99 | slowest | p99 of each run |\n|---|---|---|---|---|---|\n${rows.join('\n')}`;
}

function deadlockRows(store, count, { floorMs, judgedMs, atOnceMs, judgedByFloor, atOnceByFloor }) {
  return [
    ['the store alone', floorMs, undefined],
    ['the others had waited', judgedMs, judgedByFloor],
    ['all at once', atOnceMs, atOnceByFloor],
  ].map(([what, { count: circles, median, quartile3, max }, times]) => {
    const cells = [median, quartile3, max].map((value) => value.toFixed(0));
    return `| ${[`${store}, ${count} nodes: ${what}`, circles, ...cells, times?.toFixed(0) ?? ''].join(' | ')} |`;
  });
}

function bookkeepingRow(store, { off, on, timeRatio, processorRatio, writes }) {
  const times = `${off.deliveredMs.median.toFixed(1)} without, ${on.deliveredMs.median.toFixed(1)} with`;
  const cells = [times, batches(timeRatio), batches(processorRatio)];
  return `| ${[store, ...cells, writes.recordsPerWait.toFixed(2), writes.perOtherRead.toFixed(2)].join(' | ')} |`;
}

function ratio(what, { median, min, max }) {
  return `| ${what} | ${median.toFixed(2)} | ${min.toFixed(2)} to ${max.toFixed(2)} |`;
}
