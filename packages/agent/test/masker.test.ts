import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Masker } from '../src/child/masker.ts';

describe('the masker', () => {
  it('hides every text inside a sensitive value, numbers and keys of lists included', () => {
    const masker = new Masker();
    masker.add({ user: 'shopkeeper', pin: 98765, tokens: ['first-token', ['second-token']] });
    expect(masker.mask('shopkeeper logs in with 98765, first-token or second-token')).toBe(
      '******** logs in with ********, ******** or ********',
    );
  });

  it('hides a value that has characters of its own in patterns', () => {
    const masker = new Masker();
    masker.add('a+b(c)|$^.*');
    expect(masker.mask('it is a+b(c)|$^.*!')).toBe('it is ********!');
  });

  it('hides each line of a value of several lines, and the value as JSON writes it', () => {
    const masker = new Masker();
    masker.add('-----BEGIN KEY-----\nabcdefgh');
    expect(masker.mask('abcdefgh')).toBe('********');
    expect(masker.mask(JSON.stringify({ key: '-----BEGIN KEY-----\nabcdefgh' }))).toBe('{"key":"********"}');
  });

  it('hides the longer of two values of which one holds the other', () => {
    const masker = new Masker();
    masker.add('secret');
    masker.add('secret-and-more');
    expect(masker.mask('secret-and-more')).toBe('********');
  });

  it('hides a value in texts inside data, and leaves the shape of the data', () => {
    const masker = new Masker();
    masker.add('hunter22');
    expect(masker.maskTexts({ why: ['it is hunter22', 7, null], deep: { text: 'hunter22' } })).toEqual({
      why: ['it is ********', 7, null],
      deep: { text: '********' },
    });
  });

  it('leaves texts of less than four characters alone', () => {
    const masker = new Masker();
    masker.add('abc');
    expect(masker.mask('abc')).toBe('abc');
  });

  it('leaves no trace of any sensitive text of four characters or more', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (secret, before, after) => {
        const masker = new Masker();
        masker.add(secret);
        const masked = masker.mask(`${before}${secret}${after}`);
        // What is left may only hold the secret if the mask itself, or text around it, does.
        return !masked.includes(secret) || '********'.includes(secret) || `${before}********${after}`.includes(secret);
      }),
    );
  });
});
