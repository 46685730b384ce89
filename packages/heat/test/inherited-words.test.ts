import { isHeddleError } from '@heddle/core';
import { expect, it } from 'vitest';
import { compiled, role, server, template } from './support/compile.ts';

/** What every object of JavaScript answers to, and a table of Heat's words must not. */
const inherited = ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf'];

/** What compiling gives: `template`, or the codes of its errors. */
function outcomeOf(text: string): string {
  try {
    compiled(text);
    return 'template';
  } catch (thrown) {
    if (!isHeddleError(thrown)) throw thrown;
    return [thrown.message, ...thrown.notes].map((line) => /E_[A-Z_]+/.exec(line)?.[0] ?? line).join(' ');
  }
}

it.each(inherited)('%s as the name of a type is a type that nobody knows', (word) => {
  const read = server(`[${role('app', "{ x: { get_attr: [other, 'value'] } }")}]`);
  const plain = outcomeOf(template({ other: '{ type: My::Own }', web: read }));
  expect(outcomeOf(template({ other: `{ type: ${word} }`, web: read }))).toBe(plain);
  const group = '{ type: OS::Heat::ResourceGroup, properties: { count: 1, resource_def: { type: My::Own } } }';
  expect(outcomeOf(template({ other: group.replace('My::Own', word), web: read }))).toBe(
    outcomeOf(template({ other: group, web: read })),
  );
});

it.each(inherited)('%s as the name of a version or a function is one that Heat has not', (word) => {
  const text = template({ web: server(`[${role('app', '{ x: { FUNCTION: [a] } }')}]`) });
  expect(outcomeOf(text.replace('FUNCTION', word))).toBe(outcomeOf(text.replace('FUNCTION', 'no_such')));
  expect(outcomeOf(template({}, '', word))).toBe(outcomeOf(template({}, '', 'no_such')));
});
