import { HeddleError, type Json, parsePath } from '@heddle/core';
import * as z from 'zod';
import type { ReportedOutput } from '../role/role-outputs.ts';

/** Characters of a message that are kept. */
const longestMessage = 2048;

const positive = z.number().positive();

const awaitBody = z.object({
  input: z.string().optional(),
  path: z.array(z.string().min(1)).min(1).optional(),
  node: z.string().min(1).optional(),
  output: z.string().min(1).optional(),
  source: z.string().max(500).optional(),
  background: z.boolean().optional(),
  wait: z.boolean().optional(),
  ends: z.boolean().optional(),
  compiling: z.boolean().optional(),
  timeoutMs: positive.optional(),
});

const publishBody = z.object({
  outputs: z.record(
    z.string(),
    z.object({
      value: z.json(),
      origin: z.enum(['automatic', 'default', 'saved', 'written']).default('written'),
      source: z.string().max(500).optional(),
      kept: z.boolean().optional(),
    }),
  ),
  end: z.boolean().default(false),
});

const stateBody = z.object({
  step: z.string().optional(),
  updated: z.number().int().nonnegative().optional(),
  recovered: z.boolean().optional(),
  warning: z
    .string()
    .transform((text) => text.slice(0, longestMessage))
    .optional(),
  error: z.object({ message: z.string(), source: z.string().optional(), output: z.string().optional() }).optional(),
});

const knockBody = z.object({ role: z.string().min(1).optional(), whyRun: z.boolean().optional() });

/** Read the body of an await; throws usage. */
export function readAwait(body: unknown) {
  const { input, path, node, output, ...rest } = check(awaitBody, body);
  if (node !== undefined && output !== undefined) return { ...rest, what: { node, output } };
  if (path !== undefined) return { ...rest, what: { path } };
  if (input !== undefined) return { ...rest, what: { path: parsePath(input) } };
  throw new HeddleError('usage', 'the body names no input: {"input": "db.host"}');
}

/** Read the body of a publish; throws usage. */
export function readPublish(body: unknown): { outputs: ReadonlyMap<string, ReportedOutput>; end: boolean } {
  const { outputs, end } = check(publishBody, body);
  return { outputs: new Map(Object.entries(outputs) as [string, ReportedOutput & { value: Json }][]), end };
}

/** Read the body of a state; texts are cut to what is kept. Throws usage. */
export function readState(body: unknown) {
  const state = check(stateBody, body);
  if (state.error === undefined) return state;
  return { ...state, error: { ...state.error, message: state.error.message.slice(0, longestMessage) } };
}

/** Read the body of a run that asks to be let in; throws usage. */
export function readKnock(body: unknown) {
  return check(knockBody, body);
}

function check<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new HeddleError(
    'usage',
    `the body is not what this route takes: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
    {
      next: ['docs/protocol.md shows the bodies'],
    },
  );
}
