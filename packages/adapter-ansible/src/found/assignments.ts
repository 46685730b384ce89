import { type Uses, usesOfTexts } from './uses.ts';
import { type Place, textsIn, type YamlValue } from './yaml-file.ts';

/** One variable that one task sets. */
export interface Assignment {
  readonly variable: string;
  /** True: under `no_log`, or from a vault. */
  readonly isSecret: boolean;
  readonly place: Place;
  readonly uses: Uses;
}

/** What a task sets. */
export interface TaskAssignments {
  readonly assignments: readonly Assignment[];
  /** The same for other hosts (`delegate_facts`). */
  readonly delegated: readonly Assignment[];
  /** What only the run can tell: one line each. */
  readonly undecided: readonly { readonly what: string; readonly place: Place }[];
}

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** A module and its arguments as a task names them. */
export interface ModuleCall {
  /** Without `ansible.builtin.`. */
  readonly module: string;
  readonly value: YamlValue;
  /** Free-form text as arguments too: `src=a dest=b`. */
  readonly words: ReadonlyMap<string, string>;
}

/** Find a module among the keys of a task, in any spelling. */
export function callOf(task: YamlValue, ...modules: readonly string[]): ModuleCall | undefined {
  for (const [key, value] of task.entries) {
    const isAction = key === 'action' || key === 'local_action';
    const [first = '', ...rest] = (isAction ? (value.text ?? '') : '').split(/\s+/);
    const named = isAction ? (value.entries.get('module')?.text ?? first) : key;
    const module = named.replace(/^ansible\.(?:builtin|legacy)\./, '');
    if (!modules.includes(module)) continue;
    return { module, value, words: wordsOf(isAction ? rest.join(' ') : (value.text ?? '')) };
  }
  return undefined;
}

/** Find the variables that a task sets with `set_fact` and `register`. */
export function assignmentsOf(
  task: YamlValue,
  { isSecret, isForOthers }: { readonly isSecret: boolean; readonly isForOthers: boolean },
): TaskAssignments {
  const registered = task.entries.get('register');
  const set = callOf(task, 'set_fact');
  const assignments: Assignment[] = [];
  const delegated: Assignment[] = [];
  let list = assignments;
  const undecided: { what: string; place: Place }[] = [];
  const add = (variable: string, value: YamlValue, texts: readonly YamlValue[], isEncrypted = false): void => {
    const uses = usesOfTexts(texts);
    if (variableName.test(variable))
      list.push({ variable, isSecret: isSecret || isEncrypted, place: value.place, uses });
    else undecided.push({ what: `sets a variable whose name is computed: ${variable}`, place: value.place });
  };
  if (registered?.text !== undefined) add(registered.text, registered, [...textsIn(task)]);
  if (set === undefined) return { assignments, delegated, undecided };
  if (isForOthers) list = delegated;
  const more = task.entries.get('args')?.entries ?? new Map<string, YamlValue>();
  for (const [variable, value] of [...set.value.entries, ...more]) {
    if (variable === 'cacheable' || (variable === 'module' && task.entries.has('action'))) continue;
    // In a loop the value is made of what the loop goes through.
    const loops = [...task.entries].filter(([key]) => key === 'loop' || key.startsWith('with_')).map(([, of]) => of);
    add(
      variable,
      value,
      [value, ...loops].flatMap((part) => textsIn(part)),
      isVault(value),
    );
  }
  for (const variable of set.words.keys()) if (variable !== 'cacheable') add(variable, set.value, textsIn(set.value));
  return { assignments, delegated, undecided };
}

/** True when a value, or a part of it, is encrypted. */
export function isVault(value: YamlValue): boolean {
  return value.tag === '!vault' || [...value.items, ...value.entries.values()].some(isVault);
}

/** Read `name=value` words, quoted or not. */
export function wordsOf(text: string): ReadonlyMap<string, string> {
  const words = [...text.matchAll(/([^\s=]+)=("[^"]*"|'[^']*'|\{\{.*?\}\}\S*|\S*)/g)];
  return new Map(words.map(([, key = '', value = '']) => [key, value.replace(/^(['"])(.*)\1$/, '$2')]));
}
