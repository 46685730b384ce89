import { type Data, type DataMap, entryOf, isDataList, isDataMap } from '../read/data.ts';
import { table } from '../read/table.ts';
import { kindOfAttribute } from './attribute-kinds.ts';
import { attributeCall, type Hot, namedTarget } from './hot.ts';

/** How a value gets through text: CloudFormation's one function that makes texts, `Fn::Join`, takes texts only. */
export type Carriage = 'text' | 'number' | 'boolean' | 'list';

/** Tell how the value of an expression can be carried to a machine in text; undefined: it cannot. */
export function carriageOf(hot: Hot, template: DataMap): Carriage | undefined {
  if (hot.kind === 'literal') return ofLiteral(hot.data);
  if (hot.kind !== 'call') return undefined;
  const items = hot.argument.kind === 'list' ? hot.argument.items : [];
  const of = (item: Hot | undefined) => (item === undefined ? undefined : carriageOf(item, template));
  switch (hot.name) {
    case 'get_resource':
    case 'list_join':
    case 'str_replace':
      return 'text';
    case 'get_param':
      return ofParameter(namedTarget(hot) ?? '', template);
    case 'get_attr': {
      const read = attributeCall(hot);
      const type = entryOf(entryOf(template.Resources, read?.resource ?? ''), 'Type');
      return kindOfAttribute(typeof type === 'string' ? type : '', read?.attribute ?? '');
    }
    case 'if': {
      const [yes, no] = [of(items[1]), of(items[2])];
      return yes === no ? yes : undefined;
    }
    case 'Fn::FindInMap':
      return ofMapping(items, template);
    case 'Fn::GetAZs':
      return 'list';
    case 'Fn::Select':
      return ofItems(items[1], of);
    default:
      return undefined;
  }
}

function ofLiteral(data: Data): Carriage | undefined {
  if (typeof data === 'string') return 'text';
  return typeof data === 'boolean' ? 'boolean' : data === null ? undefined : 'number';
}

function ofParameter(name: string, template: DataMap): Carriage | undefined {
  if (name.startsWith('AWS::')) return 'text';
  const type = entryOf(entryOf(template.Parameters, name), 'Type');
  const carriages = table<Carriage>({
    Boolean: 'boolean',
    CommaDelimitedList: 'list',
    Number: 'number',
    String: 'text',
  });
  return typeof type === 'string' && Object.hasOwn(carriages, type) ? carriages[type] : undefined;
}

/** What a mapping holds at one of its places, wherever the keys are computed. */
function ofMapping([name, key, value]: readonly Hot[], { Mappings }: DataMap): Carriage | undefined {
  const below = (maps: readonly Data[], hot: Hot | undefined): readonly Data[] =>
    maps.flatMap((map) => {
      if (!isDataMap(map)) return [];
      if (hot?.kind !== 'literal') return Object.values(map);
      const found = typeof hot.data === 'string' ? entryOf(map, hot.data) : undefined;
      return found === undefined ? [] : [found];
    });
  const found = below(below(below([Mappings ?? null], name), key), value);
  return only(found.map((data) => (isTextList(data) ? 'list' : ofLiteral(data))));
}

function isTextList(data: Data): boolean {
  return isDataList(data) && data.every((item) => typeof item === 'string');
}

/** Of a list of texts each item is one; of what is not known the item is taken for one, as Heat says when it is not. */
function ofItems(from: Hot | undefined, of: (hot: Hot) => Carriage | undefined): Carriage | undefined {
  return from?.kind === 'list' ? only(from.items.map(of)) : 'text';
}

function only(carriages: readonly (Carriage | undefined)[]): Carriage | undefined {
  const [first, second] = [...new Set(carriages)];
  return second === undefined ? first : undefined;
}
