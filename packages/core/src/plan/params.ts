import { HeddleError } from '../errors/heddle-error.ts';
import { parseTemplate, type Template } from '../expressions/template.ts';
import { suggest } from '../text/did-you-mean.ts';
import { isMap, type Json } from '../values/json.ts';
import type { Source } from './source.ts';

/**
 * Read the params of a file and put the overrides over them. Overrides are data: a `${` in them is text.
 *
 * @throws `usage` for an override of a param that the file does not declare.
 */
export function readParams(source: Source, overrides: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  const written = isMap(source.data.params) ? source.data.params : {};
  const params = new Map<string, Json>();
  for (const [name, data] of Object.entries(written)) {
    const at = ['params', name];
    params.set(name, constant(parseTemplate(data, at, source.problems.report, 'params'), source));
  }
  for (const [name, value] of Object.entries(overrides)) {
    if (!params.has(name)) {
      const names = [...params.keys()];
      const hint = names.length === 0 ? '; the file has no params' : suggest(name, names, 'it has');
      throw new HeddleError('usage', `${source.file} declares no param "${name}"${hint}`, {
        next: [`declare it in ${source.file}: params: { ${name}: ... }`],
      });
    }
    params.set(name, value);
  }
  return Object.fromEntries(params);
}

function constant(template: Template, source: Source): Json {
  switch (template.kind) {
    case 'constant':
      return template.value;
    case 'list':
      return template.items.map((item) => constant(item, source));
    case 'map':
      return Object.fromEntries(template.entries.map(([key, value]) => [key, constant(value, source)]));
    default:
      source.problems.report(template.path, 'a param is a constant and cannot hold ${...}; write $${ for a literal ${');
      return null;
  }
}
