import { dataWords, entryOf, isDataMap } from '../read/data.ts';
import type { TemplateSource } from '../read/source.ts';

const sections: readonly string[] = ['parameters', 'conditions', 'resources', 'outputs'];

/** Report sections that are no map: nothing would be found in them, and Heat refuses them. */
export function checkSections(source: TemplateSource): void {
  for (const section of sections) {
    const data = source.data[section] ?? null;
    if (data === null || isDataMap(data)) continue;
    source.report([section], 'E_SECTION', `"${section}" is a map from name to declaration, not ${dataWords(data)}`);
  }
}

/** Report names that a parameter and a resource share. */
export function checkSharedNames({ data, report }: TemplateSource): void {
  for (const name of Object.keys(isDataMap(data['resources']) ? data['resources'] : {})) {
    if (entryOf(data['parameters'], name) === undefined) continue;
    report(['resources', name], 'E_NAME', `"${name}" is a parameter, too: Heat takes a name for one of them`);
  }
}
