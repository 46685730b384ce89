import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import driver from '../src/index.ts';
import { isReachedFromElsewhere, parseStoreUrl } from '../src/url.ts';

describe('a store URL', () => {
  it('names a folder, as it stands', () => {
    expect(parseStoreUrl('embedded:/var/lib/a b%20c')).toEqual({ kind: 'folder', folder: '/var/lib/a b%20c' });
    expect(parseStoreUrl('embedded:.heddle/shop')).toEqual({ kind: 'folder', folder: resolve('.heddle/shop') });
  });

  it('names a host and a port', () => {
    expect(parseStoreUrl('heddle://10.0.0.1:7070')).toEqual({ kind: 'tcp', host: '10.0.0.1', port: 7070 });
    expect(parseStoreUrl('heddle://store.example:7070/')).toEqual({ kind: 'tcp', host: 'store.example', port: 7070 });
    expect(parseStoreUrl('heddle://[::1]:7070')).toEqual({ kind: 'tcp', host: '::1', port: 7070 });
  });

  it('is reached from other machines unless it is a folder or on loopback', () => {
    const reached = (url: string) => isReachedFromElsewhere(parseStoreUrl(url));
    for (const url of ['embedded:x', 'heddle://127.0.0.1:1', 'heddle://localhost:1', 'heddle://[::1]:1'])
      expect(reached(url), url).toBe(false);
    for (const url of ['heddle://10.0.0.1:1', 'heddle://127.example:1', 'heddle://store:1'])
      expect(reached(url), url).toBe(true);
  });

  it('is refused with config-invalid when it says less or more', async () => {
    const wrong = [
      'embedded:',
      'heddle://',
      'heddle://host',
      'heddle://host:0',
      'heddle://host:70/path',
      'heddle://host:99999',
      'zk://host:2181',
      '',
    ];
    for (const url of wrong) await expect(driver.open(url), url).rejects.toMatchObject({ code: 'config-invalid' });
  });

  it('never shows the password that somebody put into it', async () => {
    const error = await driver.open('heddle://me:secret@host:70').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'config-invalid' });
    expect(String(error)).not.toContain('secret');
  });

  it.each([
    'heddle://joe:s3cret@host',
    'heddle://joe:s3cret@host:99999',
    'heddle://joe:s3cret@',
    'heddle://joe:s3c/ret@host:70',
    'heddle://joe:s3cret@host:70/path',
  ])('is refused for its credentials before anything else: %s', (url) => {
    expect(() => parseStoreUrl(url)).toThrow('store URL "heddle://...": credentials do not belong in it');
  });

  it('of another scheme is named without its credentials', () => {
    expect(() => parseStoreUrl('zk://joe:s3cret@host')).toThrow('store URL "zk://...@host": it starts with neither');
  });
});
