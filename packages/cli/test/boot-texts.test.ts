import { describe, expect, it } from 'vitest';
import { withTexts } from '../src/boot/texts.ts';

const files: Readonly<Record<string, string>> = {
  one: 'a "b"\n\n',
  none: '\n',
  three: 'a\n--\n\n--\nb\n',
  port: '3306\n',
  yes: 'True\n',
  no: 'False\n',
};
const read = async (name: string): Promise<string> => {
  const text = files[name];
  if (text === undefined) throw new Error(`there is no ${name}`);
  return text;
};
const filled = (data: Parameters<typeof withTexts>[0]) => withTexts(data, read, (problem) => new Error(problem));

describe('a file with texts of its own', () => {
  it.each([
    ['a text, without the newline that ends its file', { $text: 'one' }, 'a "b"\n'],
    ['an empty text', { $text: 'none' }, ''],
    ['a number', { $number: 'port' }, 3306],
    ['true', { $boolean: 'yes' }, true],
    ['false', { $boolean: 'no' }, false],
    ['a list', { $list: 'three', separator: '\n--\n' }, ['a', '', 'b']],
    ['an empty list', { $list: 'none', separator: ',' }, []],
  ])('gives %s', async (_, written, value) => {
    expect(await filled({ deep: [written, 1] })).toEqual({ deep: [value, 1] });
  });

  it('takes for a value what names no file of a machine', async () => {
    const data = { a: { $text: '../shadow' }, b: { $text: 'one', more: 1 }, c: { $other: 'one' }, d: null };
    expect(await filled(data)).toEqual(data);
  });

  it.each([{ $number: 'one' }, { $number: 'none' }, { $boolean: 'port' }])(
    'refuses %o without its text',
    async (data) => {
      await expect(filled(data)).rejects.toThrow(/^the file \w+ holds no (number|boolean)$/);
    },
  );

  it('fails with a file that is not there', async () => {
    await expect(filled({ $text: 'gone' })).rejects.toThrow('there is no gone');
  });
});
