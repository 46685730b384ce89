import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { blankComments } from '../src/plugins/blank-comments.ts';

const shim = join(import.meta.dirname, '../../adapter-chef/gem');
const collection = join(import.meta.dirname, '../../adapter-ansible/ansible_collections/heddle/heddle/plugins');

async function textsOf(root: string, ending: string): Promise<[string, string][]> {
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith(ending)).sort();
  return Promise.all(names.map(async (name) => [name, await readFile(join(root, name), 'utf8')] as [string, string]));
}

/** The words of a program as its language reads them, each with its line; comments and line ends are left out. */
const rubyWords = `
require 'json'
require 'ripper'
kinds = %i[on_comment on_nl on_ignored_nl on_sp on_embdoc]
puts JSON.generate(JSON.parse($stdin.read).map { |text|
  Ripper.lex(text).reject { |token| kinds.include?(token[1]) }.map { |token| [token[0][0], token[2]] }
})`;
/** A text that says what something does, and nothing else, is no part of what it does. */
const pythonTrees = `
import ast, json, sys
def tree(text):
    parsed = ast.parse(text)
    for each in ast.walk(parsed):
        if isinstance(each, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(each, clean=False) is not None:
            first = each.body[0]
            each.body[0] = ast.Pass(lineno=first.lineno, col_offset=first.col_offset, end_lineno=first.lineno, end_col_offset=0)
    return ast.dump(parsed, include_attributes=True)
print(json.dumps([tree(text) for text in json.load(sys.stdin)]))`;

async function read(program: readonly [string, ...string[]], texts: readonly string[]): Promise<unknown[]> {
  const [name, ...words] = program;
  return JSON.parse((await execa(name, words, { input: JSON.stringify(texts) })).stdout) as unknown[];
}

describe('the Ruby and Python files that the bundle carries', () => {
  it.each([
    ['shim', shim, '.rb', ['ruby', '-e', rubyWords]],
    ['collection', collection, '.py', ['python3', '-c', pythonTrees]],
  ] as const)(
    '%s: each is the same program without its comments, line by line',
    async (_what, root, ending, program) => {
      const texts = (await textsOf(root, ending)).filter(([name]) => !name.startsWith('spec/'));
      const blanked = texts.map(([name, text]) => blankComments(name, text));
      expect(texts.length).toBeGreaterThan(10);
      expect(blanked.join('').length).toBeLessThan(texts.map(([, text]) => text).join('').length);
      expect(await read(program, blanked)).toEqual(
        await read(
          program,
          texts.map(([, text]) => text),
        ),
      );
    },
  );
});

it('lines keep their numbers, and what is behind code stays', () => {
  expect(blankComments('a.rb', '# one\n  # two\nputs "#{3}" # three\n#{4}\n')).toBe('\n\nputs "#{3}" # three\n\n');
});

it('words for the interpreter and of licences stay', () => {
  const text =
    '#!/usr/bin/ruby\n# frozen_string_literal: true\n# SPDX-License-Identifier: Apache-2.0\n# Copyright: us\n';
  expect(blankComments('a.rb', text)).toBe(text);
});

it('a line of a text is no comment', () => {
  const text = 'a = """\n# one\n"""\n# two\nb = \'\'\'\n# three\n\'\'\'\n';
  expect(blankComments('a.py', text)).toBe(text.replace('# two', ''));
});

it('a text that says what a function of Python does is empty, any other text stays', () => {
  const text =
    'def f():\n    """Do it."""\n    return """a"""\nTEXT = """b\nc"""\ndef g():\n    """One.\n\n    Two."""\n';
  expect(blankComments('a.py', text)).toBe(
    text.replace('"""Do it."""', '""').replace('"""One.\n\n    Two."""', '""\n\n'),
  );
});

it.each(['<<~TEXT\n# a\nTEXT\n', '=begin\n=end\n', '__END__\n# a\n'])('a Ruby file with %j is refused', (text) => {
  expect(() => blankComments('a.rb', text)).toThrow('a.rb holds text in which a line may begin like a comment');
});

it('other files stay as they are', () => {
  expect(blankComments('galaxy.yml', '# one\n')).toBe('# one\n');
});
