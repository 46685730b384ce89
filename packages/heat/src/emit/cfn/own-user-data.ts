import type { Hot } from '../../model/hot.ts';

/** True when a text begins with `#!` whatever the functions in it give: the machine can run it. */
export function isScript(hot: Hot): boolean {
  return firstText(hot)?.startsWith('#!') === true;
}

/** The text with which an expression begins, as far as the template tells. */
function firstText(hot: Hot): string | undefined {
  if (hot.kind === 'literal') return typeof hot.data === 'string' ? hot.data : undefined;
  if (hot.kind !== 'call') return undefined;
  const { argument } = hot;
  if (hot.name === 'list_join' && argument.kind === 'list') {
    const [, parts] = argument.items;
    const [first] = parts?.kind === 'list' ? parts.items : [];
    return first === undefined ? undefined : firstText(first);
  }
  if (hot.name === 'str_replace' && argument.kind === 'map') {
    const template = new Map(argument.entries).get('template');
    return template === undefined ? undefined : firstText(template);
  }
  return undefined;
}
