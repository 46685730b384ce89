import type { RegisterAction, RegisterOperation, Version, WriteEnd } from '@heddle/testkit';
import { applied, isOpen } from '../../src/linearizability/history.ts';

const DONE: WriteEnd = { kind: 'done' };

export const get = (found: Version): RegisterAction => ({ kind: 'get', found });
export const put = (expects: Version, writes: string, end: WriteEnd = DONE): RegisterAction => ({
  kind: 'put',
  expects,
  writes,
  end,
});
export const remove = (expects: Version, end: WriteEnd = DONE): RegisterAction => ({ kind: 'delete', expects, end });
export const OPEN: WriteEnd = { kind: 'open' };
export const lost = (found: Version): WriteEnd => ({ kind: 'lost', found });

/** A history of operations with the times of their calls and answers. */
export function history(
  ...operations: readonly (readonly [from: number, to: number, action: RegisterAction])[]
): RegisterOperation[] {
  return operations.map(([calledAt, endedAt, action], client) => ({ client, calledAt, endedAt, action }));
}

/** The definition, word by word: try every order of the operations with every choice of open ones. Only for a few operations. */
export function isLinearizableByDefinition(operations: readonly RegisterOperation[], state?: Version): boolean {
  if (operations.every(isOpen)) return true;
  return operations.some((operation) => {
    const others = operations.filter((other) => other !== operation);
    const isFirst = others.every((other) => isOpen(other) || other.endedAt > operation.calledAt);
    const effect = isFirst && applied(state, operation.action);
    return effect && isLinearizableByDefinition(others, effect.next);
  });
}

/**
 * Make a small history: a register that is right, watched by clients whose answers are late, or get lost; now and then an answer is
 * replaced by one that may be wrong.
 */
export function randomHistory(random: () => number): RegisterOperation[] {
  const below = (limit: number): number => Math.floor(random() * limit);
  const count = 2 + below(6);
  const versions: Version[] = [undefined];
  const anyVersion = (): Version => versions[below(versions.length)];
  // The moment at which each one takes effect, inside its time.
  const plans = Array.from({ length: count }, (_, client) => {
    const calledAt = random();
    const endedAt = calledAt + random() * 0.6;
    return { client, calledAt, endedAt, at: calledAt + random() * (endedAt - calledAt) };
  }).sort((a, b) => a.at - b.at);
  let state: Version;
  return plans.map(({ client, calledAt, endedAt }): RegisterOperation => {
    const operation = (action: RegisterAction): RegisterOperation => ({ client, calledAt, endedAt, action });
    const kind = below(4);
    if (kind === 0) return operation(get(random() < 0.15 ? anyVersion() : state));
    const expects = random() < 0.6 ? state : anyVersion();
    const writes = `v${client}`;
    const isDone = expects === state;
    let end: WriteEnd = isDone ? DONE : lost(state);
    if (isDone && random() < 0.8) state = kind === 1 ? undefined : writes;
    else if (isDone) end = OPEN;
    if (random() < 0.25) end = OPEN;
    if (random() < 0.05) end = end.kind === 'done' ? lost(anyVersion()) : DONE;
    if (kind === 1) return operation(remove(expects, end));
    versions.push(writes);
    return operation(put(expects, writes, end));
  });
}
