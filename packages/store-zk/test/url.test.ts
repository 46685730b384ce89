import { describe, expect, it } from 'vitest';
import driver from '../src/index.ts';
import { isLoopback, parseStoreUrl } from '../src/url.ts';

describe('a store URL', () => {
  it('names servers, ports and the root', () => {
    expect(parseStoreUrl('zk://h1:2182,h2,[::1]:2183/prod/shop')).toMatchObject({
      servers: [
        { host: 'h1', port: 2182 },
        { host: 'h2', port: 2181 },
        { host: '::1', port: 2183 },
      ],
      root: '/prod/shop',
      credentials: undefined,
    });
    expect(parseStoreUrl('zk://h1')).toMatchObject({ root: '' });
    expect(parseStoreUrl('zk://h1/')).toMatchObject({ root: '' });
    expect(parseStoreUrl('zk://h1/a/')).toMatchObject({ root: '/a' });
  });

  it('may hold a user and a password, percent-encoded', () => {
    const { credentials, shown } = parseStoreUrl('zk://joe:s%40c:r%2Fet@h1/a');
    expect(credentials).toEqual({ user: 'joe', password: 's@c:r/et' });
    expect(shown).toBe('zk://h1/a');
  });

  it('is on loopback when all its servers are', () => {
    const isLocal = (url: string) => isLoopback(parseStoreUrl(url).servers);
    for (const url of ['zk://127.0.0.1', 'zk://localhost:1,127.0.0.2', 'zk://[::1]'])
      expect(isLocal(url), url).toBe(true);
    for (const url of ['zk://10.0.0.1', 'zk://127.example', 'zk://localhost,zk']) expect(isLocal(url), url).toBe(false);
  });

  it.each([
    ['zk://', 'a host is missing'],
    ['zk://h1,,h2', 'a host is missing'],
    ['zk://h1:0', '0 is no port'],
    ['zk://h1:70000', '70000 is no port'],
    ['zk://h1:x', '"h1:x" is no HOST or HOST:PORT'],
    ['zk://::1', '"::1" is no HOST or HOST:PORT'],
    ['zk://h1/a//b', '"" cannot be a part of the root'],
    ['zk://h1/a/../b', '".." cannot be a part of the root'],
    ['zk://h1/a b', '"a b" cannot be a part of the root'],
    ['zk://h1/~', '"~" cannot be a part of the root'],
    ['zk://h1/zookeeper/quota', '/zookeeper belongs to the server'],
    ['zk://h1/a?x=1', 'it cannot be read'],
    ['zk://h1/a#x', 'it cannot be read'],
    ['etcd://h1', 'it does not start with "zk://" or "zks://"'],
    ['zks://h1:2281,h2/a', '"h2" has no port: say that of the server\'s secureClientPort'],
    ['zk://h1/a@b', 'before an "@" a "/" has to be written as %2F'],
    ['zk://joe@h1', 'before the "@" there has to be USER:PASSWORD'],
  ])('is refused when it says less or more: %s', async (url, problem) => {
    await expect(driver.open(url)).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining(problem) as string,
    });
  });

  it.each([
    'zk://joe:s3cret@',
    'zk://joe:s3cret@h1:0',
    'zk://joe:s3cret@h1/a b',
    'zk://joe:s3cret@x@h1',
    'zk://joe:s3cret%zz@h1',
    'zk://joe:s3/cret@h1',
    'zk://:s3cret@h1',
    'zks://joe:s3cret@h1',
  ])('never shows the password in a refusal: %s', async (url) => {
    const error = await driver.open(url).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'config-invalid' });
    expect(String(error)).not.toContain('s3');
    expect(JSON.stringify(error)).not.toContain('s3');
  });

  it.each([
    [{ user: '', password: 'x' }, 'the user is empty or has a colon'],
    [{ user: 'a:b', password: 'x' }, 'the user is empty or has a colon'],
    [{ user: 'a', password: '' }, 'the password is empty'],
  ])('is refused with credentials that the digest scheme does not take', async (credentials, problem) => {
    await expect(driver.open('zk://h1', { credentials })).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining(problem) as string,
    });
  });
});
