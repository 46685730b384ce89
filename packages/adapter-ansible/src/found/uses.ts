import { identifiersIn } from './mentions.ts';
import { textsIn, type YamlValue } from './yaml-file.ts';

/** What values are made of. */
export interface Uses {
  /** Every name that may be a variable. */
  readonly names: ReadonlySet<string>;
  /** Those that can be nothing else: neither filter, attribute nor argument, nor one of Ansible's own. */
  readonly variables: ReadonlySet<string>;
}

/** Find what the value of a variable is made of: without a template of nothing. */
export function usesOf(value: YamlValue): Uses {
  const templates = textsIn(value).filter(({ text = '' }) => /\{\{|\{%/.test(text));
  return usesOfTexts(templates);
}

/** Find what texts use whether they are templates or expressions, as in `loop` and `when`. */
export function usesOfTexts(values: readonly YamlValue[]): Uses {
  const texts = values.map(({ text = '' }) => text);
  return {
    names: new Set(texts.flatMap((text) => [...identifiersIn(text)])),
    variables: new Set(texts.flatMap(variablesIn)),
  };
}

/** Words of Jinja, and variables that every host has. */
export const notVariables: ReadonlySet<string> = new Set(
  (
    'and or not in is if else elif endif for endfor set endset true false none True False None defined undefined lookup query q range dict loop varargs ' +
    'item omit vars hostvars groups group_names inventory_hostname inventory_hostname_short inventory_dir inventory_file playbook_dir role_path role_name play_hosts environment'
  ).split(' '),
);

function variablesIn(text: string): readonly string[] {
  const parts = [...text.matchAll(/\{\{(.*?)\}\}|\{%(.*?)%\}/gs)].map(
    ([, value, statement]) => value ?? statement ?? '',
  );
  return parts.flatMap((part) =>
    [
      ...part
        .replace(/'[^']*'|"[^"]*"/g, "''")
        .matchAll(/(?<![\w.|]|[.|]\s+|\bis\s+|\bis\s+not\s+)[A-Za-z_]\w*(?!\w|\s*\(|\s*=(?!=))/g),
    ]
      .map(([name]) => name)
      .filter((name) => !notVariables.has(name) && !name.startsWith('ansible_')),
  );
}
