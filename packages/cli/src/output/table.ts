import Table from 'cli-table3';

export interface TableOptions {
  /** Columns of the terminal. @default no edge: nothing is cut */
  readonly width?: number | undefined;
  /** @default what the terminal and NO_COLOR say */
  readonly colour?: boolean;
}

/** A table without lines, as `kubectl` and `docker` print them. */
export function plainTable(head: readonly string[]) {
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
  };
  const table = new Table({
    head: [...head],
    chars: { ...none, left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  const padded = table.toString.bind(table);
  // The widest line of the last column is no reason to fill up the others.
  table.toString = () => padded().replace(/ +$/gm, '');
  return table;
}

/** Keep the first line of a text, at most `width` characters of it. */
export function cut(text: string, width: number): string {
  const line = text.split('\n')[0] ?? '';
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
