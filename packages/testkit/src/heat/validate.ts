import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** A template that Heat shall validate. */
export interface ValidationRequest {
  /** JSON or YAML. */
  readonly template: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Content of the files that `get_file` names. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What Heat says. */
export interface Validation {
  /** The kind and text of Heat's error, or null: the template is valid. */
  readonly error: string | null;
  /** A resource, and one that it is created after. */
  readonly edges: readonly (readonly [string, string])[];
  /** The properties of each resource with all functions resolved; what only a created resource gives is null. */
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The same of each resource's metadata. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The same of the template's outputs. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What Heat's reader makes of the text, as JSON with sorted keys; `1` and `1.0` differ. Null when it cannot read it. */
  readonly parsed: string | null;
}

// The script is no TypeScript: it stays in src.
const program = fileURLToPath(new URL('../../src/heat/validate.py', import.meta.url));

/**
 * Validate templates with the real Heat engine (Debian's python3-heat), in process and without a cloud.
 *
 * @returns One answer a template, in order.
 * @throws when the engine cannot be started; a template that Heat refuses is an answer.
 */
export async function validateWithHeat(requests: readonly ValidationRequest[]): Promise<readonly Validation[]> {
  const { stdout } = await execa('/usr/bin/python3', ['-B', program], { input: JSON.stringify(requests) });
  return JSON.parse(stdout) as readonly Validation[];
}
