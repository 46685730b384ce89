import { type Data, type DataMap, entryOf } from '../../read/data.ts';
import type { EmitOptions } from '../options.ts';
import { heddleParameters } from '../parameters.ts';
import type { SharedTexts } from '../shared-texts.ts';

/** The parameters that the emitted template has besides those of the user, as CloudFormation writes them. */
export function cfnParameters(options: EmitOptions, { parameters }: SharedTexts): DataMap {
  const all = { ...heddleParameters(options), ...parameters };
  return Object.fromEntries(Object.entries(all).map(([name, data]) => [name, translated(data)]));
}

function translated(data: Data): DataMap {
  const fallback = entryOf(data, 'default');
  return {
    Type: entryOf(data, 'type') === 'json' ? 'Json' : 'String',
    Description: entryOf(data, 'description') ?? '',
    ...(fallback === undefined ? {} : { Default: fallback }),
    ...(entryOf(data, 'hidden') === true ? { NoEcho: 'true' } : {}),
  };
}
