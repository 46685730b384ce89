import { median } from '../lib/statistics.mjs';

const columns = ['loginMs', 'exchangeMs', 'received/node', 'sent/node', 'server MB', 'client MB'];

/** Print what N nodes took on one store, the medians of its runs, with the extremes of the wall time. */
export function printExchange(store, count, kinds) {
  console.log(`\n${`${store}, ${count} nodes`.padEnd(24)}${columns.map((name) => name.padStart(15)).join('')}`);
  for (const [kind, runs] of Object.entries(kinds)) {
    const of = (pick) => median(runs.map(pick));
    const cells = [
      of((run) => run.loginMs).toFixed(0),
      of((run) => run.exchangeMs).toFixed(0),
      perNode(
        of((run) => run.messages?.received ?? Number.NaN),
        count,
      ),
      perNode(
        of((run) => run.messages?.sent ?? Number.NaN),
        count,
      ),
      `${of((run) => run.serverMb.before).toFixed(0)} > ${of((run) => run.serverMb.after).toFixed(0)}`,
      of((run) => run.clientMb).toFixed(0),
    ];
    const times = runs.map((run) => run.exchangeMs);
    const extremes = runs.length > 1 ? `  (${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)})` : '';
    console.log(`${kind.padEnd(24)}${cells.map((cell) => cell.padStart(15)).join('')}${extremes}`);
    const { operations } = runs[0];
    for (const [name, { login, exchange }] of Object.entries(operations ?? {}))
      console.log(`  ${name.padEnd(60)} login ${perNode(login, count)}, exchange ${perNode(exchange, count)}`);
  }
  const ratio = median(kinds.heddle.map((run, index) => run.exchangeMs / kinds.bare[index].exchangeMs));
  console.log(`  exchange: ${ratio.toFixed(2)} times the bare aggregate`);
}

function perNode(total, count) {
  return Number.isNaN(total) ? '-' : (total / count).toFixed(2);
}
