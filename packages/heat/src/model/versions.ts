import { table } from '../read/table.ts';

/** What one version of the template format has. */
export interface TemplateVersion {
  /** The date, as Heat writes it. */
  readonly date: string;
  readonly functions: ReadonlySet<string>;
  /** Functions of older versions that are an error in this one. */
  readonly removed: ReadonlySet<string>;
  readonly hasConditions: boolean;
}

const cfnFunctions: readonly string[] =
  'Ref Fn::Base64 Fn::GetAZs Fn::Join Fn::MemberListToMap Fn::Replace Fn::ResourceFacade Fn::Split Fn::Select'.split(
    ' ',
  );

/** Each version with the functions that it adds; measured on Heat 19. */
const history: readonly (readonly [date: string, added: string])[] = [
  [
    '2013-05-23',
    `get_attr get_file get_param get_resource list_join resource_facade str_replace ${cfnFunctions.join(' ')}`,
  ],
  ['2014-10-16', ''],
  ['2015-04-30', 'digest repeat'],
  ['2015-10-15', 'str_split'],
  ['2016-04-08', 'map_merge'],
  ['2016-10-14', 'if map_replace yaql'],
  ['2017-02-24', 'filter str_replace_strict'],
  ['2017-09-01', 'contains list_concat list_concat_unique make_url str_replace_vstrict'],
  ['2018-03-02', ''],
  ['2018-08-31', ''],
  ['2021-04-16', ''],
];

const names = table({
  newton: '2016-10-14',
  ocata: '2017-02-24',
  pike: '2017-09-01',
  queens: '2018-03-02',
  rocky: '2018-08-31',
  wallaby: '2021-04-16',
});

/** From this version on `list_join` writes maps as JSON, which the emitted user data needs. */
export const oldestEmitted = '2015-10-15';

/** Every way to write a version, for messages. */
export const versionWords: readonly string[] = [...history.map(([date]) => date), ...Object.keys(names)];

/** Look up a version by its date or name; undefined when Heat has no such version. */
export function templateVersion(written: string): TemplateVersion | undefined {
  const date = names[written] ?? written;
  if (!history.some(([known]) => known === date)) return undefined;
  const removed = removedIn(date);
  const added = history.flatMap(([known, words]) => (known <= date ? words.split(' ') : []));
  return {
    date,
    functions: new Set(added.filter((name) => name !== '' && !removed.has(name))),
    removed,
    hasConditions: date >= '2016-10-14',
  };
}

/** What to read on with when a template has no version: all functions, so that the other errors are found in one go. */
export function anyVersion(): TemplateVersion {
  const date = history.at(-1)?.[0] ?? '';
  return {
    date,
    functions: new Set(history.flatMap(([, words]) => words.split(' '))),
    removed: new Set(),
    hasConditions: true,
  };
}

function removedIn(date: string): ReadonlySet<string> {
  if (date < '2014-10-16') return new Set();
  return new Set(cfnFunctions.filter((name) => name !== 'Fn::Select' || date >= '2015-10-15'));
}
