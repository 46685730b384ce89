import { stripVTControlCharacters } from 'node:util';

/** A text on a terminal that is written anew in its place; what the command uses of the package of this name. */
export interface LogUpdate {
  (text: string): void;
  /** Take the text away. */
  clear(): void;
  /** Leave the text, and begin below it. */
  done(): void;
}

/** Of a terminal that does not know its size, as many serial consoles: it says 0, or nothing. */
const usualColumns = 80;
const usualRows = 24;

const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';

/** Write texts to `stream` one in the place of the other; a text that is higher than the terminal loses its first lines. */
export function createLogUpdate(stream: NodeJS.WriteStream): LogUpdate {
  let rows = 0;
  const show = (): void => {
    stream.write(showCursor);
  };
  const erase = (): string => {
    // Up to the first line of the text, and everything from there.
    const text = rows === 0 ? '' : `\u001B[${rows}A\r\u001B[J`;
    rows = 0;
    return text;
  };
  const update = (text: string): void => {
    const columns = stream.columns > 0 ? stream.columns : usualColumns;
    const height = stream.rows > 0 ? stream.rows : usualRows;
    process.off('exit', show).once('exit', show);
    const begin = `${hideCursor}${erase()}`;
    const lines = text.split('\n');
    const heights = lines.map((line) => Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns)));
    let first = lines.length;
    while (first > 0 && rows + (heights[first - 1] ?? 1) < height) rows += heights[--first] ?? 1;
    stream.write(
      `${begin}${lines
        .slice(first)
        .map((line) => `${line}\n`)
        .join('')}`,
    );
  };
  update.clear = (): void => {
    stream.write(erase());
  };
  update.done = (): void => {
    rows = 0;
    process.off('exit', show);
    show();
  };
  return update;
}
