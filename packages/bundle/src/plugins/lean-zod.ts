import type { Instead } from './instead-of.ts';

const schemas = /\/zod\/v4\/classic\/schemas\.js$/;

/** Schemas check what they are given; nobody asks a machine for a JSON Schema of them. */
export const leanZod: readonly Instead[] = [
  { module: '../core/json-schema-processors.js', by: schemas, text: 'exports.none = true;' },
  { module: '../core/to-json-schema.js', by: schemas, text: 'exports.none = true;' },
];
