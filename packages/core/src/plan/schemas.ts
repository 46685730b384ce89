import { z } from 'zod';
import { documentSchema } from './document.ts';
import { planSchema } from './plan-schema.ts';

type JSONSchema = z.core.JSONSchema.JSONSchema;

/** Give the published JSON Schemas (draft 2020-12) by file name: of the deployment file and of the plan. */
export function jsonSchemas(): Readonly<Record<'heddle.schema.json' | 'plan.schema.json', JSONSchema>> {
  return { 'heddle.schema.json': published(documentSchema), 'plan.schema.json': published(planSchema) };
}

/** `readOnly` says something about our types, nothing about the file. */
function published(schema: z.ZodType): JSONSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
    },
  });
}
