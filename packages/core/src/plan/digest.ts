import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '../values/json.ts';
import type { PlanRole } from './plan.ts';

/**
 * Compute the digest of what a role does: adapter, options, inputs and outputs.
 *
 * Places in the file, deadlines, `after` and `concurrent` are left out: a run that succeeded stays good when they change.
 *
 * @returns SHA-256 of the canonical JSON, 64 lower-case hexadecimal digits.
 */
export function roleDigest(role: PlanRole): string {
  const { name, adapter, options } = role;
  const inputs = role.inputs.map(({ path, expression, missing, default: fallback }) => {
    return { path, expression, missing, ...(fallback === undefined ? {} : { default: fallback }) };
  });
  const outputs = role.outputs.map(({ name: output, path, sensitive, publish }) => ({
    name: output,
    path,
    sensitive,
    publish,
  }));
  const definition = { name, adapter, options, inputs: sorted(inputs), outputs: sorted(outputs) };
  return createHash('sha256').update(canonicalJson(definition)).digest('hex');
}

/** In an order that does not depend on the file. */
function sorted(items: readonly object[]): readonly string[] {
  return items.map((item) => canonicalJson(item as Json)).sort();
}
