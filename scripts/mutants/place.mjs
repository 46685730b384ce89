/** Say why the text that a mutant changes names no place; undefined when it is in the source once. */
export function unclearPlace({ file, find }, source) {
  const times = source.split(find).length - 1;
  return times === 1 ? undefined : `its text is ${times} times in ${file}`;
}
