import type { Json } from '../../values/json.ts';
import { listOf, mapOrNull } from './refusal.ts';

/** Merge maps, the later ones over the earlier ones; null is an empty map. */
export function mapMerge(argument: Json): Json {
  // Empty text is an empty sequence for Heat.
  const maps = argument === '' ? [] : listOf('map_merge', argument);
  return Object.fromEntries(maps.flatMap((map) => Object.entries(mapOrNull('map_merge', map, 'an item'))));
}
