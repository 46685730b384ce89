import * as z from 'zod';
import { toDotPath } from 'zod/v4/core';
import { HeddleError } from '../errors/heddle-error.ts';
import type { Expression } from '../expressions/expression.ts';
import { functionNames } from '../expressions/functions/names.ts';
import type { Json } from '../values/json.ts';
import type { Plan } from './plan.ts';

const json: z.ZodType<Json> = z.json();
const count = z.int().min(1);
const segments = z.array(z.union([z.string(), z.int().min(0)])).readonly();
const path = z.array(z.string().min(1)).min(1).readonly();
const position = z
  .strictObject({ file: z.string(), line: z.int().min(1) })
  .readonly()
  .describe('Where it stands in a file of the user.');

const expression: z.ZodType<Expression> = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('constant'), value: json }),
    z.strictObject({ kind: z.literal('reference'), node: z.string(), output: z.string(), segments }),
    z.strictObject({ kind: z.literal('local'), output: z.string(), segments }),
    z.strictObject({
      kind: z.literal('gather'),
      group: z.string(),
      count,
      output: z.string(),
      segments,
      as: z.enum(['list', 'map', 'by-index']),
      atLeast: z.exactOptional(count),
    }),
    z.strictObject({ kind: z.literal('dir') }),
    z.strictObject({ kind: z.literal('static'), id: z.string().min(1) }),
    z.strictObject({
      kind: z.literal('call'),
      function: z.enum(functionNames),
      get argument() {
        return expression;
      },
    }),
    z.strictObject({
      kind: z.literal('choice'),
      by: z.string().min(1),
      get cases() {
        return z.array(z.tuple([z.union([z.string(), z.boolean()]), expression]).readonly()).readonly();
      },
      expected: z.exactOptional(z.union([z.string(), z.boolean()])),
      absent: z.exactOptional(z.string().min(1)),
    }),
    z.strictObject({
      kind: z.literal('text'),
      get parts() {
        return z.array(expression).readonly();
      },
    }),
    z.strictObject({
      kind: z.literal('list'),
      get items() {
        return z.array(expression).readonly();
      },
    }),
    z.strictObject({
      kind: z.literal('map'),
      get entries() {
        return z.array(z.tuple([z.string(), expression]).readonly()).readonly();
      },
    }),
  ])
  .meta({ id: 'Expression', description: 'What an input or an option is made of.' });

const input = z.strictObject({
  path: path.describe('Attribute path as segments.'),
  expression,
  deadlineMs: z.int().min(1).describe('Milliseconds a wait for this input may last.'),
  missing: z.enum(['wait', 'fail', 'default']),
  default: z.exactOptional(json).describe('With missing: default.'),
  sensitive: z.boolean().describe('True when any output that it reads is sensitive.'),
  position: z.exactOptional(position),
});

const output = z.strictObject({
  name: z.string(),
  path: path.describe('Attribute path as segments.'),
  sensitive: z.boolean(),
  publish: z.enum(['settled', 'early', 'end']),
  implicit: z.exactOptional(z.literal(true)).describe('There by a trait of the adapter.'),
  found: z.exactOptional(z.literal(true)).describe('Found in the files of the role.'),
  position: z.exactOptional(position),
});

const role = z.strictObject({
  name: z.string(),
  adapter: z.string().describe("The adapter's name, or the package that holds it."),
  options: expression.describe("The adapter's options."),
  inputs: z.array(input).readonly(),
  outputs: z.array(output).readonly(),
  after: z.array(z.strictObject({ node: z.string(), role: z.string() })).readonly(),
  deadlineMs: z.int().min(1).describe('Milliseconds it waits for the roles of after.'),
  concurrent: z.boolean(),
  readsPeers: z.exactOptional(z.literal(true)).describe('It may await outputs that are none of its inputs.'),
  atStart: z.exactOptional(z.literal(true)).describe('The agent runs it beside the others, from its start.'),
  sharedReads: z.exactOptional(
    z
      .array(z.strictObject({ path: path.describe('Attribute path as segments.'), position }))
      .readonly()
      .describe("Sensitive outputs found in other nodes' files that it may await by name."),
  ),
  toldOptions: z.exactOptional(
    z.array(z.string()).readonly().describe('The options that roles with readsPeers are told.'),
  ),
  position: z.exactOptional(position),
});

const node = z.strictObject({
  name: z.string(),
  group: z.string().nullable(),
  index: z.int().min(0),
  roles: z.array(role).readonly().describe('In the order in which they run.'),
});

/** The shape of a plan: what `heddle compile` writes. */
export const planSchema: z.ZodType<Plan> = z
  .strictObject({
    heddlePlan: z.literal(1).describe('Version of this format.'),
    deployment: z.string(),
    store: z.string().nullable().describe('URL of the store, null for the default.'),
    storePosition: z.exactOptional(position),
    template: z.exactOptional(z.string().describe('The template that it comes from: its stack starts the machines.')),
    directory: z.string().describe('The folder that paths resolve against, absolute.'),
    graceMs: z.exactOptional(
      z
        .int()
        .min(1)
        .describe('Milliseconds that an agent may be gone before its node is declared lost; default 60000.'),
    ),
    nodes: z.array(node).readonly(),
    groups: z.record(z.string(), count).readonly().describe('Group name to number of members.'),
    warnings: z.array(z.string()).readonly(),
  })
  .meta({ title: 'Heddle plan', description: 'A compiled deployment.' });

/**
 * Read a plan that was written as JSON.
 *
 * @param file  The name for messages.
 * @throws `config-invalid` with the first faults in `notes` when it is no plan of version 1.
 */
export function parsePlan(data: unknown, file: string): Plan {
  const result = planSchema.safeParse(data);
  if (result.success) return data as Plan;
  const notes = result.error.issues
    .slice(0, 10)
    .map((issue) => `${toDotPath(issue.path) || 'the top'}: ${issue.message}`);
  throw new HeddleError('config-invalid', `${file} is no plan that this Heddle reads`, {
    notes,
    next: ['write the plan again with heddle compile'],
    details: { file },
  });
}
