import { describe, expect, it } from 'vitest';
import { didYouMean, joinWords, suggest, suggestionIn } from '../../src/text/did-you-mean.ts';

const keys = ['name', 'inputs', 'outputs', 'after', 'deadline', 'concurrent'];

describe('didYouMean', () => {
  it.each([
    ['a missing letter', 'input', 'inputs'],
    ['a wrong letter', 'nome', 'name'],
    ['swapped letters, also in a short word', 'nmae', 'name'],
    ['another case', 'Inputs', 'inputs'],
    ['two faults in a long word', 'concurent_', 'concurrent'],
    ['the closest of several', 'output', 'outputs'],
  ])('finds the word behind %s', (_, word, expected) => {
    expect(didYouMean(word, keys)).toBe(expected);
  });

  it.each([
    ['something else', 'chef'],
    ['a short word with nothing in common', 'ip'],
    ['an empty word', ''],
  ])('finds nothing for %s', (_, word) => {
    expect(didYouMean(word, keys)).toBeUndefined();
  });

  it('does not take one two-letter word for another', () => {
    expect(didYouMean('db', ['ip', 'da'])).toBeUndefined();
  });

  it('ignores "-", "_" and case', () => {
    expect(didYouMean('rootPassword', ['host', 'root_password'])).toBe('root_password');
  });
});

describe('suggest', () => {
  it('names the word that was meant', () => {
    expect(suggest('prot', ['host', 'port'], 'it has')).toBe('; did you mean "port"?');
    expect(suggestionIn(`x has no "prot"${suggest('prot', ['host', 'port'], 'it has')}`)).toBe('port');
  });

  it('lists what there is when nothing is close', () => {
    expect(suggest('zzzz', ['host', 'port', 'user'], 'it has')).toBe('; it has host, port and user');
    expect(suggestionIn('x; it has host, port and user')).toBeUndefined();
  });

  it('cuts a long list after ten', () => {
    const many = Array.from({ length: 11 }, (_, index) => `output${index}`);
    expect(suggest('q', many, 'it has')).toBe(`; it has ${many.slice(0, 10).join(', ')}, ...`);
  });

  it('says nothing without candidates', () => {
    expect(suggest('x', [], 'it has')).toBe('');
  });
});

it('joinWords joins as a sentence does', () => {
  expect([joinWords([]), joinWords(['a']), joinWords(['a', 'b']), joinWords(['a', 'b', 'c'], 'or')]).toEqual([
    '',
    'a',
    'a and b',
    'a, b or c',
  ]);
});
