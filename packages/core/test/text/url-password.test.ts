import { passwordOf, withoutPassword, withoutUser } from '@heddle/core';
import { describe, expect, it } from 'vitest';

const canary = 'c4n4ry';
const separators = ['/', '@', ':', '//', '://', '?', '#', '%', '%2F', ' ', '\n', '[', ']', ',', '+', '\\', 'ß', ''];
const schemes = ['zk://', 'etcd://', 'etcds://', 'https://', 'foo:', 'mine+mine://', '@example/store+mine://'];

/** Passwords that begin with, end with and hold everything that means something in a URL. */
function* passwords(): Generator<string> {
  for (const first of separators) for (const second of separators) yield `${first}${canary}${second}${canary}${first}`;
}

describe('a URL with a password', () => {
  it.each(schemes)('%s shows nothing of it, whatever is in it', (scheme) => {
    for (const password of passwords()) {
      const url = `${scheme}joe:${password}@h1:2181,h2/root`;
      expect(withoutPassword(url), JSON.stringify(url)).toBe(`${scheme}joe:***@h1:2181,h2/root`);
      expect(passwordOf(url)).toBe(password);
      expect(withoutUser(url), JSON.stringify(url)).toBe(`${scheme}h1:2181,h2/root`);
    }
  });

  it.each(schemes)('%s shows nothing of one whose user is odd, or absent', (scheme) => {
    for (const user of ['', 'j/o', 'j@o', 'j o', '//']) {
      for (const password of passwords()) {
        expect(withoutPassword(`${scheme}${user}:${password}@h`)).not.toContain(canary);
        expect(withoutPassword(`${scheme}${user}${password.replaceAll(':', '')}@h`)).not.toContain(canary);
      }
    }
  });

  it('keeps its user, so that a person sees who connects', () => {
    expect(withoutPassword('zk://joe:s3cret@h:1/x')).toBe('zk://joe:***@h:1/x');
  });
});

describe('a URL without a password', () => {
  it.each([
    'zk://h1:2181,h2:2181/root',
    'heddle://127.0.0.1:7470',
    'embedded:/home/joe:x@example/store',
    '@example/heddle-store-foo+foo://h:1/x',
    'https://h:8080/content.tar.gz',
  ])('%s stays as it is', (url) => {
    expect(withoutPassword(url)).toBe(url);
    expect(passwordOf(url)).toBeUndefined();
    expect(withoutUser(url)).toBe(url);
  });
});
