import { expect, it } from 'vitest';
import { createLogUpdate } from '../src/runtime/log-update.ts';

const hide = '\u001B[?25l';
const up = (rows: number): string => `\u001B[${rows}A\r\u001B[J`;

/** A terminal that remembers what was written to it. */
function terminal(
  columns: number | undefined,
  rows: number | undefined,
): { stream: NodeJS.WriteStream; take: () => string } {
  let written = '';
  const stream = { columns, rows, write: (text: string) => (written += text) } as unknown as NodeJS.WriteStream;
  return {
    stream,
    take() {
      const text = written;
      written = '';
      return text;
    },
  };
}

it('a text stands in the place of the one before, lines that the terminal breaks included', () => {
  const { stream, take } = terminal(10, 24);
  const update = createLogUpdate(stream);
  update('one\ntwelve chars');
  expect(take()).toBe(`${hide}one\ntwelve chars\n`);
  update('two');
  expect(take()).toBe(`${hide}${up(3)}two\n`);
  update.done();
});

it('colours have no width', () => {
  const { stream, take } = terminal(4, 24);
  const update = createLogUpdate(stream);
  update('\u001B[31mred\u001B[39m');
  take();
  update.clear();
  expect(take()).toBe(up(1));
  update.done();
});

it('a text that is higher than the terminal loses its first lines', () => {
  const { stream, take } = terminal(80, 3);
  const update = createLogUpdate(stream);
  update('1\n2\n3\n4');
  expect(take()).toBe(`${hide}3\n4\n`);
  update.done();
});

it.each([0, undefined])('a terminal that says of its size %s is taken for one of 80 columns and 24 rows', (size) => {
  const { stream, take } = terminal(size, size);
  const update = createLogUpdate(stream);
  update(`${'x'.repeat(81)}\nlast`);
  expect(take()).toBe(`${hide}${'x'.repeat(81)}\nlast\n`);
  update.clear();
  expect(take()).toBe(up(3));
  update(Array.from({ length: 30 }, (_, line) => line).join('\n'));
  expect(take().split('\n').slice(0, -1)).toHaveLength(23);
  update.done();
});

it('the text that is left stays, the cursor comes back, and the next text begins below', () => {
  const { stream, take } = terminal(80, 24);
  const before = process.listenerCount('exit');
  const update = createLogUpdate(stream);
  update('last');
  update('last');
  take();
  update.done();
  expect(take()).toBe('\u001B[?25h');
  expect(process.listenerCount('exit')).toBe(before);
  update('new');
  expect(take()).toBe(`${hide}new\n`);
  update.done();
});
