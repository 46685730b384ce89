import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { isLoopback, parseEtcdUrl } from '../src/url.ts';

function messageOf(url: string): string {
  try {
    parseEtcdUrl(url);
  } catch (error) {
    assert.equal((error as { code?: unknown }).code, 'config-invalid');
    return (error as Error).message;
  }
  return assert.fail(`${url} should be refused`);
}

describe('a store URL of etcd', () => {
  it('one host and a root', () => {
    assert.deepEqual(parseEtcdUrl('etcd://db.example:4001/shop'), {
      hosts: [{ name: 'db.example', port: 4001 }],
      root: ['shop'],
      credentials: undefined,
      isEncrypted: false,
      shown: 'etcd://db.example:4001/shop',
    });
  });

  it('with TLS', () => {
    const { isEncrypted, hosts, shown } = parseEtcdUrl('etcds://h1/x');
    assert.deepEqual([isEncrypted, hosts, shown], [true, [{ name: 'h1', port: 2379 }], 'etcds://h1/x']);
  });

  it('several hosts, the usual port, the usual root', () => {
    const { hosts, root } = parseEtcdUrl('etcd://h1,H2:1234,[::1]:7,127.0.0.1');
    assert.deepEqual(hosts, [
      { name: 'h1', port: 2379 },
      { name: 'h2', port: 1234 },
      { name: '[::1]', port: 7 },
      { name: '127.0.0.1', port: 2379 },
    ]);
    assert.deepEqual(root, ['heddle']);
    assert.deepEqual(parseEtcdUrl('etcd://h1/').root, ['heddle']);
  });

  it('a root of several segments, percent-encoded', () => {
    assert.deepEqual(parseEtcdUrl('etcd://h/a/b%2Fc/').root, ['a', 'b/c']);
  });

  it('a "/" or an "@" that is not encoded may be of a password, so the URL is refused without showing it', () => {
    for (const url of [
      'etcd://joe:c4n/4ry@h/x',
      'etcd://joe:c4n@4ry@h/x',
      'etcd://jo/e:c4n4ry@h',
      'etcd://h/c4n@4ry',
    ]) {
      const message = messageOf(url);
      assert.match(message, /"\/" has to be written as %2F, and an "@" as %40/);
      assert.doesNotMatch(message, /c4n/);
    }
  });

  it('user and password are decoded, and may contain what else means something', () => {
    const { credentials, hosts, shown } = parseEtcdUrl('etcd://us%20er:p%40s%2Fw:rd@h/x');
    assert.deepEqual(credentials, { user: 'us er', password: 'p@s/w:rd' });
    assert.deepEqual(hosts, [{ name: 'h', port: 2379 }]);
    assert.equal(shown, 'etcd://h/x');
  });

  it('what cannot be read is config-invalid and names the problem', () => {
    assert.match(messageOf('etcdx://h/x'), /does not start with "etcd:\/\/" or "etcds:\/\/"/);
    assert.match(messageOf('etcd:h'), /does not start with "etcd:\/\/"/);
    assert.match(messageOf('etcd://'), /"" is not HOST/);
    assert.match(messageOf('etcd://h1,,h2/x'), /"" is not HOST/);
    assert.match(messageOf('etcd://h:0/x'), /"h:0" is not HOST/);
    assert.match(messageOf('etcd://h:65536/x'), /"h:65536" is not HOST/);
    assert.match(messageOf('etcd://h:port/x'), /"h:port" is not HOST/);
    assert.match(messageOf('etcd://h/x?a=b'), /a "\?"/);
    assert.match(messageOf('etcd://h//x'), /cannot be one: .*a segment is empty/);
    assert.match(messageOf('etcd://h/%zz'), /cannot be one/);
    assert.match(messageOf('etcd://user@h/x'), /USER:PASSWORD/);
    assert.match(messageOf('etcd://user:@h/x'), /USER:PASSWORD/);
  });

  it('no message shows a password', () => {
    for (const url of [
      'etcd://u:secret@h:0/x',
      'etcd://u:secret@h/x?y',
      'etcd://u:sec%zzret@h/x',
      'etcds://u:secret@h:0/x',
      'etcd:u:secret@h',
      'etcd://u:sec@ret@h//x',
    ]) {
      assert.doesNotMatch(messageOf(url), /secret|sec|ret@/);
    }
  });

  it('is loopback only when every host is', () => {
    const of = (url: string) => isLoopback(parseEtcdUrl(url).hosts);
    assert.equal(of('etcd://127.0.0.1:1,localhost,[::1]/x'), true);
    assert.equal(of('etcd://127.0.0.1,10.0.0.1/x'), false);
    assert.equal(of('etcd://127.0.0.1.example.com/x'), false);
  });
});
