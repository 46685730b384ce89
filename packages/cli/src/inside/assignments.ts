import { readFile } from 'node:fs/promises';
import type { Json } from '@heddle/core';
import { lazyError } from '../lazy-error.ts';

/**
 * Read the arguments of `heddle set`: `NAME=TEXT`, `NAME:=JSON`, `NAME=@FILE` (`@-` is standard input).
 *
 * @returns Output name to value.
 * @throws usage, config-invalid for a file that cannot be read, wrong-type for a file that is no text.
 */
export async function readAssignments(words: readonly string[]): Promise<ReadonlyMap<string, Json>> {
  const values = new Map<string, Json>();
  for (const word of words) {
    const [, name, operator, text] = /^([A-Za-z_][A-Za-z0-9_-]*)(:=|=@|=)(.*)$/s.exec(word) ?? [];
    if (name === undefined || operator === undefined || text === undefined) {
      throw await lazyError('usage', `"${word}" is no NAME=TEXT, NAME:=JSON or NAME=@FILE`, {
        next: ['heddle set host=10.0.0.5 port:=3306 cert=@cert.pem'],
      });
    }
    if (values.has(name))
      throw await lazyError('usage', `${name} is set twice; one run of heddle set gives every output one value`);
    values.set(
      name,
      operator === '=' ? text : operator === ':=' ? await jsonOf(name, text) : await contentOf(name, text),
    );
  }
  return values;
}

async function jsonOf(name: string, text: string): Promise<Json> {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw await lazyError('usage', `the value of ${name} is not JSON: ${(cause as Error).message}`, {
      cause,
      next: [`quote it for the shell: '${name}:=["a", 1]'; ${name}=TEXT sets text`],
    });
  }
}

async function contentOf(name: string, file: string): Promise<string> {
  let content: Buffer;
  try {
    content = file === '-' ? await readStandardInput() : await readFile(file);
  } catch (cause) {
    throw await lazyError(
      'config-invalid',
      `the file ${file} for ${name} cannot be read: ${(cause as Error).message}`,
      {
        cause,
        next: [`text that begins with @ is set as JSON: '${name}:="@..."'`],
      },
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch (cause) {
    throw await lazyError('wrong-type', `the file ${file} for ${name} is no UTF-8 text, and a value is text or JSON`, {
      cause,
      next: [`publish it in base64: heddle set "${name}=$(base64 -w0 ${file})"`],
    });
  }
}

async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
