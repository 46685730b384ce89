import * as z from 'zod';
import { nameRules } from './names.ts';

/** The largest group; a typing error should not expand to a billion nodes. */
export const maxGroupSize = 10_000;

// The message of a pattern is the kind of the name; shape.ts writes the sentence.
const deploymentName = z.string().regex(nameRules.deployment.pattern, 'deployment');
const nodeName = z.string().regex(nameRules.node.pattern, 'node');
const roleName = z.string().regex(nameRules.role.pattern, 'role');
export const outputName = z.string().regex(nameRules.output.pattern, 'output');
const paramName = z.string().regex(nameRules.param.pattern, 'param');

const duration = z.string().meta({ examples: ['90s', '10m', '1h30m'] });

export const outputSchema = z
  .strictObject({
    path: z.string().describe("Attribute path in the CM tool's tree, dotted; a backslash takes the next dot as it is."),
    sensitive: z
      .boolean()
      .optional()
      .describe('True: shown nowhere, and only in a store with access control. Default false.'),
    publish: z
      .enum(['settled', 'early', 'end'])
      .optional()
      .describe('When it is published; settled (default): once the role wrote it, defaults at the end of the role.'),
  })
  .describe('An output with settings.');

export const roleSchema = z
  .object({
    name: roleName,
    inputs: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'Attribute path to value. A value may hold ${NODE.OUTPUT}, ${GROUP[0].OUTPUT}, ${GROUP[*].OUTPUT}, ${self.name} and ${params.x}; ' +
          '{ $value, deadline, missing, default } and { $gather: GROUP.OUTPUT, as, atLeast } are long forms.',
      ),
    outputs: z
      .record(outputName, z.union([z.string(), outputSchema]))
      .optional()
      .describe('Output name to attribute path. The name is unique on its node.'),
    after: z
      .array(z.string())
      .optional()
      .describe('Roles that must have succeeded first: NODE.ROLE, GROUP.ROLE (all members), GROUP[0].ROLE.'),
    deadline: duration.optional().describe('Of every wait of this role, unless an input says otherwise.'),
    concurrent: z
      .boolean()
      .optional()
      .describe('True: the role reads from several threads, so its waits are no sign of a deadlock. Default false.'),
  })
  .catchall(z.unknown())
  .describe(
    "One CM run. Besides the keys below it has exactly one more, the adapter's name (chef, ansible, command or a package), with its options.",
  );

export const nodeSchema = z
  .strictObject({
    count: z
      .int()
      .min(1, 'a group has at least one member: "count" must be 1 or more')
      .max(maxGroupSize, `"count" must be at most ${maxGroupSize}`)
      .optional()
      .describe('Makes it a group with the members NAME-0, NAME-1, ...'),
    roles: z
      .array(roleSchema)
      .min(1, '"roles" is empty: a node has at least one role')
      .describe('In the order in which they run.'),
  })
  .describe('One machine, or a group of them.');

/** The shape of a deployment file; what names mean and whether they exist is checked by the compiler. */
export const documentSchema = z
  .strictObject({
    heddle: z.literal(1).describe('Version of this format.'),
    deployment: deploymentName.describe("The deployment's name."),
    store: z
      .string()
      .min(1, '"store" is empty')
      .optional()
      .describe('URL of the store. Default embedded:, a folder next to this file.'),
    params: z
      .record(paramName, z.unknown())
      .optional()
      .describe('Constants for ${params.NAME}; the command line can set them.'),
    deadline: duration.optional().describe('Of every wait, unless a role or an input says otherwise. Default 10m.'),
    grace: duration
      .optional()
      .describe('How long an agent may be gone before the roles that it has not ended are declared lost. Default 60s.'),
    nodes: z
      .record(nodeName, nodeSchema)
      .refine((nodes) => Object.keys(nodes).length > 0, '"nodes" is empty: a deployment has at least one node')
      .describe('Node or group name to declaration.'),
  })
  .meta({ title: 'Heddle deployment file', description: 'Who runs what, and which value comes from where.' });

/** The keys of each part of the document. */
export const documentKeys: readonly string[] = Object.keys(documentSchema.shape);
export const nodeKeys: readonly string[] = Object.keys(nodeSchema.shape);
export const roleKeys: readonly string[] = Object.keys(roleSchema.shape);
export const outputKeys: readonly string[] = Object.keys(outputSchema.shape);
