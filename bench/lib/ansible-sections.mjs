/** The sections of the results page about Ansible, by the name of their results; `command` gives the line above a table. */
export function ansibleSections(command) {
  return {
    'push-or-pull': (record) => pushOrPull('Push or pull', command(record), record),
    'push-or-pull-16': (record) => pushOrPull('Push or pull: 16 machines', command(record), record),
    'ansible-reads': (record) => `## Reads in a template of Ansible

${command(record)}
Goal: ${record.goal}. Processor time of one template, median in ms; then what a playbook that does nothing takes with Heddle, beside one without.

| ansible-core | | 1 use | 100 uses | 1000 uses |
|---|---|---|---|---|
${Object.entries(record.results)
  .flatMap(([version, { reads }]) => Object.entries(reads).map(([kind, cells]) => readsRow(version, kind, cells)))
  .join('\n')}

| ansible-core | | without Heddle, ms | with, ms | ratio in a pair: median (quartiles) |
|---|---|---|---|---|
${Object.entries(record.results)
  .flatMap(([version, { start }]) => ['wall', 'processor'].map((figure) => startRow(version, figure, start)))
  .join('\n')}
`,
  };
}

function pushOrPull(title, heading, record) {
  return `## ${title}

${heading}
Goal: ${record.goal}. Medians and extremes, in seconds.

| machines | | busiest machine | all of it | the store | wall time |
|---|---|---|---|---|---|
${Object.entries(record.results.byCount)
  .flatMap(([count, ways]) => Object.entries(ways).map(([way, figures]) => pushOrPullRow(count, way, figures)))
  .join('\n')}
${growthLine(record.results.growth)}`;
}

function pushOrPullRow(count, way, { busiestMs, totalMs, storeMs, wallMs }) {
  const cells = [busiestMs, totalMs, storeMs, wallMs].map(
    ({ median, min, max }) => `${seconds(median)} (${seconds(min)} to ${seconds(max)})`,
  );
  return `| ${[count, way, ...cells].join(' | ')} |`;
}

function growthLine({ push, heddle }) {
  if (push === undefined) return '';
  const cost = ({ busiestMs, totalMs }) =>
    `${seconds(busiestMs.slopeMs)} s on the busiest machine and ${seconds(totalMs.slopeMs)} s in all`;
  return `\nOne machine more costs, by the line through the medians: by push ${cost(push)}, with Heddle ${cost(heddle)}.\n`;
}

function readsRow(version, kind, cells) {
  const times = Object.values(cells).map(({ processorMs }) => processorMs.median.toFixed(1));
  return `| ${[version, kind, ...times].join(' | ')} |`;
}

function startRow(version, figure, { plainMs, heddleMs, ratio }) {
  const { median, quartile1, quartile3 } = ratio[figure];
  const [plain, heddle] = [plainMs, heddleMs].map((times) => times[figure].median.toFixed(0));
  return `| ${version} | ${figure} time | ${plain} | ${heddle} | ${median.toFixed(3)} (${quartile1.toFixed(3)} to ${quartile3.toFixed(3)}) |`;
}

function seconds(ms) {
  return (ms / 1000).toFixed(2);
}
