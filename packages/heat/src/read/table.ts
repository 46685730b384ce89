/** Make a table whose keys are asked for with words of a template: `constructor` and its like are not in it unless they are given. */
export function table<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.freeze(Object.assign(Object.create(null) as Record<string, T>, entries));
}
