import { dataWords, isDataMap } from '../read/data.ts';
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
