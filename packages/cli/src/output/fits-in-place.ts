/**
 * True for a terminal on which a text can be drawn anew in its place.
 *
 * One that does not know its size, as a serial console or a container's, says 0: how many lines a text takes there nobody knows.
 */
export function fitsInPlace({ isTTY, columns, rows }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'>): boolean {
  return isTTY === true && columns > 0 && rows > 0;
}
