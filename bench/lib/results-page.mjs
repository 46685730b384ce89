import { stages } from '../chain/stages.mjs';
import { machineLine } from './machine.mjs';
import { median } from './statistics.mjs';

/** Write the page that shows the last results; the numbers are those of the JSON files beside it. */
export function resultsPage([localReads, writeToRead, publishToAwait, allToAll, recovery, demo, chain]) {
  return `# Results

Written by \`node bench/all.mjs\`; each table is one run of the command above it. The JSON files beside this page hold all numbers.

${machineOf(localReads)}

## Local reads

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

## From write to read

${command(writeToRead)}
Goal: ${writeToRead.goal}. ${writeToRead.results.rounds} rounds of two values each.

| ms | quartile 1 | median | quartile 3 | p99 |
|---|---|---|---|---|
${latency('the bare store: put to watch', writeToRead.results.storeMs)}
${latency('Heddle: assignment to read', writeToRead.results.heddleMs)}

## From publish to await, on each store

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

## All to all

${command(allToAll)}
Goal: ${allToAll.goal}. N nodes write a value of ${allToAll.results.valueBytes} bytes each and read those of all; medians where there is more than one run. Messages are the server's own counts, per node.

| store | N | | log in | exchange | received | sent | server MB, before and after | clients MB |
|---|---|---|---|---|---|---|---|---|
${Object.entries(allToAll.results.stores)
  .flatMap(([store, counts]) => Object.entries(counts).flatMap((row) => exchangeRows(store, ...row)))
  .join('\n')}

## Recovery

${command(recovery)}
Goal: ${recovery.goal}.

| | times | median | extremes |
|---|---|---|---|
${Object.entries(recovery.results)
  .flatMap(([fault, stores]) => Object.entries(stores).map(([store, measured]) => recoveryRow(fault, store, measured)))
  .join('\n')}

## The demo

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

## The chain

${command(chain)}
From an enriched Heat template to CREATE_COMPLETE on two machines. ${chain.results.totalMs.count} runs.

| | median | extremes |
|---|---|---|
${duration('all of it', chain.results.totalMs)}
${Object.entries(stages)
  .map(([stage, what]) => duration(`${stage}: ${what}`, chain.results.stagesMs[stage]))
  .join('\n')}
`;
}

const kinds = {
  unrelated: 'with Heddle (input under another key) / without',
  shared: 'with Heddle (inputs beside the attributes read) / without',
  control: 'without / without, the noise of the method',
};

function machineOf({ machine }) {
  return `Machine: ${machineLine(machine)}.`;
}

function command({ command: text, machine }) {
  const busy = `processors ${Math.round(machine.busyShare * 100)} % busy`;
  return `\`${text}\` (${busy}; ${machine.date.slice(0, 10)}, commit ${machine.commit})\n`;
}

function latency(what, { quartile1, median, quartile3, p99 }) {
  return `| ${what} | ${[quartile1, median, quartile3, p99].map((value) => value.toFixed(1)).join(' | ')} |`;
}

function batches({ median, min, max }) {
  return `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;
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

function ratio(what, { median, min, max }) {
  return `| ${what} | ${median.toFixed(2)} | ${min.toFixed(2)} to ${max.toFixed(2)} |`;
}
