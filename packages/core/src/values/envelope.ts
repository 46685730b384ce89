import type { Json, JsonType } from './json.ts';

/** The stored form of a value. */
export interface Envelope {
  readonly value: Json;
  readonly type: JsonType;
  readonly sensitive: boolean;
  readonly producer: { readonly node: string; readonly role: string; readonly incarnation: string };
  readonly writeId: string;
  /** ISO 8601. */
  readonly time: string;
  /** Where it was written, `recipe.rb:12`, if known. */
  readonly source?: string;
}
