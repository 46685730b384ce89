import * as z from 'zod';
import { documentSchema } from './document.ts';
import { heatRolesSchema } from './heat-roles.ts';
import { planSchema } from './plan-schema.ts';

type JSONSchema = z.core.JSONSchema.JSONSchema;

type SchemaFile = 'heddle.schema.json' | 'plan.schema.json' | 'heat-roles.schema.json';

/** Give the published JSON Schemas (draft 2020-12) by file name: of the deployment file, of the plan, and of roles in Heat templates. */
export function jsonSchemas(): Readonly<Record<SchemaFile, JSONSchema>> {
  return {
    'heddle.schema.json': published(documentSchema),
    'plan.schema.json': published(planSchema),
    'heat-roles.schema.json': published(heatRolesSchema),
  };
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
