import { maxGroupSize } from '@heddle/core';
import { type Data, dataWords, ExactNumber, entryOf } from '../read/data.ts';
import type { GroupType } from './group.ts';
import { namedTarget, readHot } from './hot.ts';
import type { Template, TemplateResource } from './template.ts';

/** How many members a group has, and who says so. */
export interface GroupSize {
  /** Members that the plan has; 0 only when a parameter says so. */
  readonly count: number;
  /** The parameter that gives the count: from now on its value is settled. */
  readonly parameter?: string;
  /** True: nobody knows how many, and that is reported. */
  readonly isUnknown?: true;
}

/** Values of parameters that were given when the template was compiled; they count before the defaults. */
export type GivenParameters = Readonly<Record<string, string>>;

/**
 * Find how many members Heat will create: a plan has a node for each.
 *
 * The count is a number, or a parameter with a value that is known now. What it cannot be is reported, and is 1.
 */
export function groupSize(
  resource: TemplateResource,
  type: GroupType,
  template: Template,
  given: GivenParameters,
): GroupSize {
  const { source, version } = template;
  const [property, written] = sizeProperty(type, resource.data.properties ?? null);
  const at = [...resource.at, 'properties', property];
  const refuse = (code: string, text: string, parameter?: string): GroupSize => {
    source.report(at, code, text);
    return parameter === undefined ? unknown : { ...unknown, parameter };
  };
  const hot = readHot(written, at, version.functions);
  if (hot.kind === 'call' && hot.name === 'get_param') {
    const parameter = namedTarget(hot);
    const known = template.parameters.get(parameter ?? '');
    // A name that there is not is told by whoever checks references.
    if (parameter === undefined || known === undefined) return unknown;
    const value = Object.hasOwn(given, parameter) ? given[parameter] : known.default;
    if (value === undefined) {
      const text = `the plan has a node for each member of "${resource.name}", and the parameter "${parameter}" has no default: give its value with --parameter ${parameter}=COUNT`;
      return refuse('E_GROUP', text, parameter);
    }
    const count = wholeNumber(value);
    if (count !== undefined && count <= maxGroupSize) return { count, parameter };
    const text = `the parameter "${parameter}" gives the count of "${resource.name}": ${countWords}`;
    return refuse('E_GROUP', text, parameter);
  }
  const count = wholeNumber(written);
  if (count === 0) {
    return refuse('E_COUNT0', `"${resource.name}" has no members, so nobody would run its roles: remove them`);
  }
  if (count !== undefined && count <= maxGroupSize) return { count };
  const what = hot.kind === 'call' ? hot.name : dataWords(written);
  const text = `the plan has a node for each member of "${resource.name}": give "${property}" as a number, or as get_param of a parameter, not as ${what}; ${countWords}`;
  return refuse('E_GROUP', text);
}

const unknown: GroupSize = { count: 1, isUnknown: true };
const countWords = `a count is a whole number up to ${maxGroupSize}`;

/** The property that says how many members a group starts with, as Heat takes it. */
function sizeProperty(type: GroupType, properties: Data): readonly [string, Data] {
  if (type === 'OS::Heat::ResourceGroup') return ['count', entryOf(properties, 'count') ?? 1];
  const wanted = entryOf(properties, 'desired_capacity');
  return wanted === undefined || wanted === null
    ? ['min_size', entryOf(properties, 'min_size') ?? null]
    : ['desired_capacity', wanted];
}

/** Heat takes a number as text, too. */
function wholeNumber(data: Data): number | undefined {
  const isPlain = typeof data === 'number' || typeof data === 'string';
  const text = data instanceof ExactNumber ? data.text : isPlain ? String(data) : '';
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
