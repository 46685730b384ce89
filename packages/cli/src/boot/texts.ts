import type { Json } from '@heddle/core';

/**
 * Put what stands in files of their own into the file that says what a machine is: a template whose functions escape nothing writes each value as it is.
 *
 * `{"$text": NAME}` is the text of a file, `{"$number": NAME}` and `{"$boolean": NAME}` what it says, `{"$list": NAME, "separator": TEXT}` its parts; an
 * empty file is an empty list. The newline at the end of a file is none of the text.
 *
 * @param read  Gives the text of a file by its name.
 * @param fault  Makes the error; its text holds no value.
 */
export async function withTexts(
  data: Json,
  read: (name: string) => Promise<string>,
  fault: (problem: string) => Error,
): Promise<Json> {
  const walk = async (value: Json): Promise<Json> => {
    if (Array.isArray(value)) return Promise.all(value.map(walk));
    if (typeof value !== 'object' || value === null) return value;
    const found = carried(value as { readonly [key: string]: Json });
    if (found === undefined) {
      const entries = Object.entries(value).map(async ([key, item]) => [key, await walk(item)] as const);
      return Object.fromEntries(await Promise.all(entries));
    }
    const text = (await read(found.name)).replace(/\n$/, '');
    const result = valueOf(text, found);
    if (result === undefined) throw fault(`the file ${found.name} holds no ${found.kind}`);
    return result;
  };
  return walk(data);
}

interface Carried {
  readonly kind: 'text' | 'number' | 'boolean' | 'list';
  /** Of a file: letters and digits, so that it leads nowhere else. */
  readonly name: string;
  readonly separator: string;
}

function carried({ separator = '', ...rest }: { readonly [key: string]: Json }): Carried | undefined {
  const [entry, second] = Object.entries(rest);
  const [key = '', name] = second === undefined ? (entry ?? []) : [];
  const kind = /^\$(text|number|boolean|list)$/.exec(key)?.[1] as Carried['kind'] | undefined;
  if (kind === undefined || typeof name !== 'string' || !/^[a-z0-9]+$/.test(name)) return undefined;
  return typeof separator === 'string' ? { kind, name, separator } : undefined;
}

function valueOf(text: string, { kind, separator }: Carried): Json | undefined {
  switch (kind) {
    case 'text':
      return text;
    case 'list':
      return text === '' ? [] : text.split(separator);
    case 'boolean':
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined;
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  }
}
