import * as fc from 'fast-check';
import { versionWords } from '../../src/model/versions.ts';
import { type Data, ExactNumber, isDataList, isDataMap } from '../../src/read/data.ts';

/** Words that a template may have as a key or a text. */
const words: readonly string[] = [
  'get_attr get_param get_resource get_file list_join str_replace str_split map_merge if yaql repeat digest filter',
  'make_url list_concat contains resource_facade Ref Fn::GetAtt equals not and or',
  'roles inputs outputs after deadline missing default sensitive path publish name chef ansible command',
  'type properties metadata depends_on condition user_data user_data_format resource_def resource count',
  'resources parameters conditions heat_template_version description hidden template params for_each',
  'OS::Nova::Server OS::Heat::ResourceGroup OS::Heat::AutoScalingGroup AWS::EC2::Instance OS::Heat::Value x.yaml',
  '__proto__ constructor toString hasOwnProperty $value $gather heddle_x machine first_address networks %index%',
  '. a..b a.b \\ \\. a[0] 0 -1 ${x} {{x}} \u0000 \ud83d 😀 10m 0s 1e9h role[x] recipe[ db.mysql a.one http://x/y.yaml ../up.yaml',
]
  .flatMap((line) => line.split(' '))
  .concat(versionWords, ['', ' ', '\n', 'x'.repeat(60_000)]);

// biome-ignore format: by what they are
const scalars: readonly Data[] = [
  null, true, false, 0, -1, 1.5, 1e21, 5e-324, '', [], {}, [[]], [{}], [null], { a: null }, { '': '' },
  new ExactNumber('1.0'), new ExactNumber('123456789012345678901234567890'), new ExactNumber('-0.0'),
];

const kinds = [
  'drop',
  'copy',
  'retype',
  'rename',
  'reword',
  'wrap',
  'unwrap',
  'graft',
  'swap',
  'widen',
  'deepen',
] as const;

/** One change of a template's data. */
export interface DataEdit {
  readonly kind: (typeof kinds)[number];
  /** Which of all values, counted round. */
  readonly at: number;
  readonly other: number;
  readonly pick: number;
}

/** Every place is as likely; fast-check likes small numbers better. */
const place = fc.noBias(fc.nat(99_999));

export const dataEdit: fc.Arbitrary<DataEdit> = fc.record({
  kind: fc.constantFrom(...kinds),
  at: place,
  other: place,
  pick: place,
});

/** The edited data; what is edited stays as it was. */
export function mutated(data: Data, edits: readonly DataEdit[]): Data {
  const root = copy(data);
  for (const edit of edits) apply(edit, slotsIn(root));
  return root;
}

/** A place that holds a value. */
interface Slot {
  readonly holder: Record<string, Data> | Data[];
  readonly key: string | number;
}

function apply({ kind, at, other, pick }: DataEdit, slots: readonly Slot[]): void {
  const slot = slots[at % slots.length];
  const second = slots[other % slots.length];
  if (slot === undefined || second === undefined) return;
  const value = read(slot);
  const word = words[pick % words.length] ?? '';
  switch (kind) {
    case 'drop':
      if (Array.isArray(slot.holder)) slot.holder.splice(Number(slot.key), 1);
      else delete slot.holder[slot.key];
      return;
    case 'copy':
      if (Array.isArray(slot.holder)) slot.holder.push(copy(value));
      else define(slot.holder, `${slot.key}_${pick}`, copy(value));
      return;
    case 'retype':
      write(slot, copy(scalars[pick % scalars.length] ?? null));
      return;
    case 'rename':
      if (Array.isArray(slot.holder)) return;
      delete slot.holder[slot.key];
      define(slot.holder, word, value);
      return;
    case 'reword':
      write(slot, typeof value === 'string' && pick % 2 === 0 ? value + word : word);
      return;
    case 'wrap':
      write(slot, pick % 3 === 0 ? [value] : { [word]: pick % 3 === 1 ? value : [value, word] });
      return;
    case 'unwrap':
      write(slot, isDataMap(value) ? (Object.values(value)[0] ?? null) : isDataList(value) ? (value[0] ?? null) : word);
      return;
    case 'graft':
      write(slot, copy(read(second)));
      return;
    case 'swap':
      write(slot, copy(read(second)));
      write(second, copy(value));
      return;
    case 'widen':
      write(
        slot,
        Array.from({ length: Math.min(1 + (pick % 300), Math.ceil(1000 / sizeOf(value))) }, () => copy(value)),
      );
      return;
    case 'deepen':
      for (let level = pick % 8 === 0 ? 290 : 1 + (pick % 5); level > 0; level -= 1) {
        write(slot, pick % 2 === 0 ? [read(slot)] : { [word.slice(0, 20)]: read(slot) });
      }
  }
}

/** Every place of a value in data, the top itself left out. */
function slotsIn(root: Data): readonly Slot[] {
  const slots: Slot[] = [];
  const open = [...entriesOf(root)];
  for (let slot = open.pop(); slot !== undefined && slots.length < 5000; slot = open.pop()) {
    slots.push(slot);
    open.push(...entriesOf(read(slot)));
  }
  return slots;
}

function entriesOf(value: Data): readonly Slot[] {
  const keys = isDataList(value) ? value.map((_, index) => index) : isDataMap(value) ? Object.keys(value) : [];
  return keys.map((key) => ({ holder: value as Slot['holder'], key }));
}

function read({ holder, key }: Slot): Data {
  return (holder as Record<string, Data>)[key] ?? null;
}

function write({ holder, key }: Slot, value: Data): void {
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else define(holder, String(key), value);
}

/** An entry of its own, also with a name such as `__proto__`. */
function define(holder: Record<string, Data>, key: string, value: Data): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

/** How many values it is made of, itself included. */
function sizeOf(data: Data): number {
  const inner = isDataList(data) ? data : isDataMap(data) ? Object.values(data) : [];
  return inner.reduce<number>((sum, item) => sum + sizeOf(item), 1);
}

function copy(data: Data): Data {
  if (isDataList(data)) return data.map(copy);
  if (!isDataMap(data)) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, copy(value)]));
}
