import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HeddleError, type Json } from '@heddle/core';
import * as z from 'zod';
import { withTexts } from './texts.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');

const fields = z.strictObject({
  heddleNode: z.literal(1),
  deployment: z.string().min(1),
  epoch: z.union([z.string().regex(/^[1-9]\d*$/, 'must be a number'), z.number().int().positive()]).transform(String),
  node: z.string().min(1).optional(),
  /** Instead of the node: the group in which this machine takes the first place that is free. */
  group: z.string().min(1).optional(),
  /** The store's URL. */
  store: z.string().min(1),
  /** The archive with what the roles run; null: it is on the machine. */
  content: z.strictObject({ url: z.string().min(1), sha256 }).nullable(),
  /** Values that came with the machine, by the ids that the plan gives them. */
  static: z.record(z.string(), z.json()).default({}),
  /** True when values stand in files of their own, and this one names them. */
  texts: z.literal(true).optional(),
  /** Outputs of this node that the end of the boot reports. */
  report: z.array(z.string().min(1)).default([]),
  /** Seconds that a boot may take; whoever waits for its end gives it up soon after. @default no limit */
  limitS: z.number().positive().optional(),
  /** Seconds for which the content's server and the store may be out of reach. @default five minutes */
  patienceS: z.number().positive().optional(),
});

const schema = fields.refine(
  ({ node, group }) => (node === undefined) !== (group === undefined),
  'it needs one of "node" and "group"',
);
const namesTexts = z.looseObject({ texts: z.literal(true) });

/** What a machine is told about itself when it is made: `/etc/heddle/node.json`. */
export type NodeFile = z.output<typeof schema>;

/** Name what a machine was told that it is. */
export function shownName({ node, group }: NodeFile): string {
  return node === undefined ? `a member of group ${group}` : `node ${node}`;
}

/** More than a machine's user data can bring, in bytes. */
const maxSizeBytes = 1024 * 1024;

/**
 * Read the file that says which node of which deployment this machine is.
 *
 * With `texts: true`, `{"$text": NAME}` in it stands for what is in the file `texts/NAME` beside it.
 * Messages hold nothing of the file's text: there may be secrets in it.
 * @throws config-invalid, with the place, when it is missing, readable by others, or not what it has to be.
 */
export async function readNodeFile(path: string): Promise<NodeFile> {
  const text = await readPrivate(path);
  let written: Json;
  try {
    written = JSON.parse(text) as Json;
  } catch (error) {
    throw invalid(`${path}${lineOf(error as Error, text)}: it is no JSON`);
  }
  const data = await complete(written, path);
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const place = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    return `${path}: ${place}${issue.message.replace(/^Invalid input: /, '')}`;
  });
  const [first = path] = problems;
  throw problems.length === 1 ? invalid(first) : invalid(`${path}: ${problems.length} mistakes`, problems);
}

/** Values that came as texts in files of their own; nothing stands for a file unless the file says so. */
async function complete(written: Json, path: string): Promise<Json> {
  if (!namesTexts.safeParse(written).success) return written;
  const read = (name: string): Promise<string> => readPrivate(join(dirname(path), 'texts', name));
  return withTexts(written, read, (problem) => invalid(`${path}: ${problem}`));
}

async function readPrivate(path: string): Promise<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { mode, size } = await file.stat();
    if ((mode & 0o077) !== 0) {
      const next = [`chmod 600 ${path}`];
      throw invalid(`${path} may hold secrets, and others may read it: its mode is ${octal(mode)}`, [], next);
    }
    if (size > maxSizeBytes) throw invalid(`${path} has ${size} bytes, more than a machine is given`);
    return await file.readFile('utf8');
  } catch (thrown) {
    if (thrown instanceof HeddleError) throw thrown;
    const { code, message } = thrown as NodeJS.ErrnoException;
    throw invalid(code === 'ENOENT' ? `there is no ${path}, which says what this machine is` : `${path}: ${message}`);
  } finally {
    await file?.close();
  }
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}

function lineOf({ message }: Error, text: string): string {
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined ? '' : `:${text.slice(0, Number(position)).split('\n').length}`;
}

function invalid(message: string, notes: readonly string[] = [], next: readonly string[] = []): HeddleError {
  return new HeddleError('config-invalid', message, {
    notes,
    next:
      next.length > 0 ? next : ['start the machine from the template that heddle compile wrote; it writes this file'],
  });
}
