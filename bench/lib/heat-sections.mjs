import { stages } from '../chain/stages.mjs';
import { ways } from '../stack-create/ways.mjs';

/**
 * The sections of the results page about Heat templates, by the name of their results.
 *
 * @param cells  `command` gives the line above a table, `duration` and `ratio` a row of one.
 */
export function heatSections({ command, duration, ratio }) {
  return {
    compile: (record) => `## Compiling a template

${command(record)}
Goal: ${record.goal}.

| resources | ms: median | extremes | / a bare parse, wall time | / a bare parse, processor time | us for a resource | MB kept | MB at most |
|---|---|---|---|---|---|---|---|
${Object.entries(record.results)
  .flatMap(([format, counts]) => Object.entries(counts).map(([count, found]) => compileRow(format, count, found)))
  .join('\n')}
`,
    chain: (chain) => `## The chain

${command(chain)}
From an enriched Heat template to CREATE_COMPLETE on two machines. ${chain.results.totalMs.count} runs.

| | median | extremes |
|---|---|---|
${duration('all of it', chain.results.totalMs)}
${Object.entries(stages)
  .map(([stage, what]) => duration(`${stage}: ${what}`, chain.results.stagesMs[stage]))
  .join('\n')}
`,
    'stack-create': (record) => `## From stack create to complete

${command(record)}
${record.results.servers} servers, each of which needs the address of the one before and what its role publishes. The second figure is the time as a share of that of the same roles one
after the other in the same round; all runs wrote the same files.

| | median | extremes |
|---|---|---|
${Object.entries(record.results.builds)
  .flatMap(([buildS, byWay]) => Object.entries(byWay).flatMap((row) => stackRows({ duration, ratio }, buildS, ...row)))
  .join('\n')}
`,
    bundle: (bundle) => `## The bundle

${command(bundle)}
${bundle.results.sizeBytes} bytes, ${bundle.results.gzipBytes} gzipped (limit ${bundle.results.limits.gzipBytes}). ${bundle.results.nodeMs.count} starts of each, by turns.

| ms | median | extremes |
|---|---|---|
${startRow('`node -e 0`', bundle.results.nodeMs)}
${startRow('`heddle --version`', bundle.results.versionMs)}
${startRow('`heddle boot`, until it loads its store', bundle.results.untilStoreMs)}
`,
  };
}

function startRow(what, { median, min, max }) {
  return `| ${[what, median.toFixed(0), `${min.toFixed(0)} to ${max.toFixed(0)}`].join(' | ')} |`;
}

function compileRow(format, count, { compileMs, ratio, processorRatio, usPerResource, keptBytes, mostBytes }) {
  const ms = (value) => value.toFixed(value < 10 ? 2 : 0);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  const cells = [
    `${format}, ${Number(count).toLocaleString('en')}`,
    ms(compileMs.median),
    `${ms(compileMs.min)} to ${ms(compileMs.max)}`,
    ratio.median.toFixed(2),
    processorRatio.median.toFixed(2),
    usPerResource.toFixed(0),
    megabytes(keptBytes),
    megabytes(mostBytes),
  ];
  return `| ${cells.join(' | ')} |`;
}

function stackRows({ duration, ratio }, buildS, way, { totalMs, bySerial }) {
  const what = `servers made in ${buildS} s: ${ways[way]}`;
  return way === 'serial' ? [duration(what, totalMs)] : [duration(what, totalMs), ratio(`${what}, share`, bySerial)];
}
