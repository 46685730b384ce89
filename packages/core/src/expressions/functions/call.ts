import type { Json } from '../../values/json.ts';
import { listJoin } from './list-join.ts';
import type { FunctionName } from './names.ts';
import { strReplace } from './str-replace.ts';

/**
 * Call a function over values, with the results that Heat gives for template versions from 2015-10-15.
 *
 * @throws wrong-type for what the function does not take; the message names types and placeholders, never a value.
 */
export function callFunction(name: FunctionName, values: readonly Json[]): Json {
  switch (name) {
    case 'str_replace':
      return strReplace(values, { name, isStrict: false });
    case 'str_replace_strict':
      return strReplace(values, { name, isStrict: true });
    case 'list_join':
      return listJoin(values);
  }
}
