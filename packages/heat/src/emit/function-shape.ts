import { type FunctionName, functionNames, isDigestAlgorithm, joinWords, urlParts } from '@heddle/core';
import type { Hot, HotCall } from '../model/hot.ts';
import type { TemplateVersion } from '../model/versions.ts';

/** `select` is no function of a template, and `repeat` knows `permutations` from Pike on. */
const fromPike = '2017-09-01';

/** The function of core that a call of the template is; undefined when there is none. */
export function runtimeFunction({ name }: HotCall): FunctionName | undefined {
  return functionNames.find((known) => known === name && known !== 'select');
}

/**
 * Give the argument of a call as core's function takes it, when it has a shape that Heat takes while it parses a template.
 *
 * @returns What is wrong with it, as text.
 */
export function argumentOf(name: FunctionName, argument: Hot, version: TemplateVersion): Hot | string {
  switch (name) {
    case 'list_join':
      return argument.kind === 'list' && argument.items.length > 1 ? argument : 'takes [delimiter, list, ...]';
    case 'contains':
      return isPair(argument) ? argument : 'takes [value, sequence]';
    case 'filter':
      return isPair(argument) ? argument : 'takes [values, list]';
    case 'str_replace':
    case 'str_replace_strict':
    case 'str_replace_vstrict':
      return hasKeys(argument, ['template', 'params']) ? argument : 'takes a map with template and params';
    case 'repeat':
      return repeatArgument(argument, version);
    case 'make_url':
      return hasKeys(argument, [], urlParts) ? argument : `takes a map with ${joinWords(urlParts)}`;
    case 'digest':
      return isSwapped(argument) ? 'takes [algorithm, text]: the algorithm comes first' : argument;
    case 'str_split':
      return argument.kind === 'list' || argument.kind === 'call' ? argument : 'takes [delimiter, text, index]';
    default:
      return argument;
  }
}

function repeatArgument(argument: Hot, version: TemplateVersion): Hot | string {
  const needed = ['template', 'for_each'];
  if (!hasKeys(argument, needed, [...needed, 'permutations'])) return 'takes a map with template and for_each';
  if (version.date >= fromPike) return argument;
  return { ...argument, entries: argument.entries.filter(([key]) => key !== 'permutations') };
}

/** An algorithm where the text belongs, and none where it is taken from: then that is what was to be digested. */
function isSwapped(argument: Hot): boolean {
  const [first, second] = argument.kind === 'list' ? argument.items : [];
  return isAlgorithm(second) && !isAlgorithm(first);
}

function isAlgorithm(hot: Hot | undefined): boolean {
  return hot?.kind === 'literal' && typeof hot.data === 'string' && isDigestAlgorithm(hot.data);
}

function isPair(hot: Hot): boolean {
  return hot.kind === 'list' && hot.items.length === 2;
}

function hasKeys(
  hot: Hot,
  needed: readonly string[],
  known: readonly string[] = needed,
): hot is Extract<Hot, { kind: 'map' }> {
  if (hot.kind !== 'map') return false;
  const keys = hot.entries.map(([key]) => key);
  return needed.every((key) => keys.includes(key)) && keys.every((key) => known.includes(key));
}
