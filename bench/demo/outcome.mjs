import { openStore } from '@heddle/agent';
import { currentEpoch, decodeRecord, epochKeys, formatPath, readState, references } from '@heddle/core';

/**
 * What a run left in its store: its roles with their times in ms since 1970, and when each value was published.
 *
 * @param events  What the agents told: the waits come from there.
 */
export async function readOutcome(url, deployment, events) {
  const store = await openStore(url);
  try {
    const state = await readState(store, deployment);
    const keys = epochKeys(deployment, await currentEpoch(store, deployment));
    const published = new Map();
    for (const { key, value } of await store.list(keys.values())) {
      const { time, producer } = decodeRecord(value);
      published.set(key.slice(-2).join('.'), { ms: Date.parse(time), role: `${producer.node}.${producer.role}` });
    }
    const roles = new Map();
    for (const node of state.nodes) {
      for (const role of node.roles) {
        const record = state.roles.find((candidate) => candidate.node === node.name && candidate.role === role.name);
        const waits = waitsOf(node.name, role, events, published);
        const startMs = Date.parse(record.startedAt);
        const endMs = Date.parse(record.endedAt);
        roles.set(`${node.name}.${role.name}`, {
          startMs,
          endMs,
          ranMs: endMs - startMs - record.blockedMs,
          blockedMs: record.blockedMs,
          waits,
        });
      }
    }
    return roles;
  } finally {
    await store.close();
  }
}

/** The reads of a role that waited, in order of their ends, each with the value that it was waiting for to the last. */
function waitsOf(node, role, events, published) {
  const received = events.filter(
    (event) => event.type === 'received' && event.node === node && event.role === role.name && event.waitedMs > 0,
  );
  const waits = received.map(({ input, ms, waitedMs }) => {
    const { expression } = role.inputs.find(({ path }) => formatPath(path) === input);
    const needs = references(expression)
      .flatMap(outputsOf)
      .flatMap((name) => published.get(name) ?? []);
    const last = needs.reduce((a, b) => (b.ms > (a?.ms ?? 0) ? b : a), undefined);
    return { input, startMs: ms - waitedMs, endMs: ms, from: last?.role, publishedMs: last?.ms };
  });
  return waits.sort((a, b) => a.endMs - b.endMs);
}

function outputsOf(need) {
  if (need.kind === 'output') return [`${need.node}.${need.output}`];
  return Array.from({ length: need.count }, (_, index) => `${need.group}-${index}.${need.output}`);
}
