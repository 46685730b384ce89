import { wordsOf } from './assignments.ts';
import { readYaml, textValue, type YamlValue } from './yaml-file.ts';

/**
 * Read the variables of groups and hosts that stand in an inventory file, INI or YAML.
 *
 * @returns One map for each group and host.
 */
export function inventoryVariables(text: string, file: string): readonly YamlValue[] {
  return /\.(ya?ml|json)$/.test(file)
    ? readYaml(text, file).documents.flatMap(({ entries }) => [...entries.values()].flatMap(ofGroup))
    : ofIni(text, file);
}

function ofGroup({ entries }: YamlValue): readonly YamlValue[] {
  const variables = entries.get('vars');
  const hosts = entries.get('hosts')?.entries.values() ?? [];
  const children = [...(entries.get('children')?.entries.values() ?? [])].flatMap(ofGroup);
  return [...(variables === undefined ? [] : [variables]), ...hosts, ...children];
}

function ofIni(text: string, file: string): readonly YamlValue[] {
  let kind = '';
  return text.split('\n').flatMap((written, index) => {
    const line = written.trim();
    const section = /^\[[^\]:]+(?::(\w+))?\]/.exec(line);
    if (section !== null) kind = section[1] ?? '';
    if (section !== null || kind === 'children' || /^[#;]/.test(line)) return [];
    const [, name = '', value = ''] = /^([^\s=]+)\s*=\s*(.*)$/.exec(line) ?? [];
    const words = kind === 'vars' ? new Map([[name, value]]) : wordsOf(line);
    const place = { file, line: index + 1 };
    const entries = new Map([...words].map(([word, of]) => [word, textValue(of, place)] as const));
    return [{ ...textValue(undefined, place), entries }];
  });
}
