import type { Json } from '../../values/json.ts';
import { contains } from './contains.ts';
import { digest } from './digest.ts';
import { filter } from './filter.ts';
import { listConcat } from './list-concat.ts';
import { listJoin } from './list-join.ts';
import { makeUrl } from './make-url.ts';
import { mapMerge } from './map-merge.ts';
import { mapReplace } from './map-replace.ts';
import type { FunctionName } from './names.ts';
import { repeat } from './repeat.ts';
import { strReplace } from './str-replace.ts';
import { strSplit } from './str-split.ts';

/**
 * Call a function of Heat over what stands behind its name in a template, evaluated; with the results of Heat 19's newest
 * template version.
 *
 * @throws wrong-type for what the function does not take; the message names types and placeholders, never a value.
 */
export function callFunction(name: Exclude<FunctionName, 'select'>, argument: Json): Json {
  switch (name) {
    case 'contains':
      return contains(argument);
    case 'digest':
      return digest(argument);
    case 'filter':
      return filter(argument);
    case 'list_concat':
      return listConcat(argument, { name, isUnique: false });
    case 'list_concat_unique':
      return listConcat(argument, { name, isUnique: true });
    case 'list_join':
      return listJoin(argument);
    case 'make_url':
      return makeUrl(argument);
    case 'map_merge':
      return mapMerge(argument);
    case 'map_replace':
      return mapReplace(argument);
    case 'repeat':
      return repeat(argument);
    case 'str_replace':
      return strReplace(argument, { name, isStrict: false, refusesEmpty: false });
    case 'str_replace_strict':
      return strReplace(argument, { name, isStrict: true, refusesEmpty: false });
    case 'str_replace_vstrict':
      return strReplace(argument, { name, isStrict: true, refusesEmpty: true });
    case 'str_split':
      return strSplit(argument);
  }
}
