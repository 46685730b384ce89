import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { createKeyCodec } from '../src/key.ts';
import { formatRev, modRevisionOf, nextRevision } from '../src/revision.ts';
import { decodeStored, encodeStored } from '../src/stored.ts';

describe('the keys of etcd', () => {
  const codec = createKeyCodec(['shop']);

  it('stand as they are in etcdctl, each segment with its slash', () => {
    assert.equal(codec.encode(['1', 'values', 'web-0', 'ip']).toString(), '/shop/1/values/web-0/ip/');
    assert.equal(codec.encode(['a/b', '50%', 'tab\t', 'é']).toString(), '/shop/a%2Fb/50%25/tab%09/é/');
  });

  it('come back as they were', () => {
    for (const key of [['a'], ['a/b', '%2F', '%'], ['\u0000', '..', ' ', '🦊', '\u0085']]) {
      assert.deepEqual(codec.decode(codec.encode(key)), key);
    }
  });

  it('below a prefix are the entry itself and what has it above, not its neighbours', () => {
    const { key, end } = codec.below(['a']);
    const isIn = (name: readonly string[]): boolean => {
      const bytes = codec.encode(name);
      return Buffer.compare(bytes, key) >= 0 && Buffer.compare(bytes, end) < 0;
    };
    for (const name of [['a'], ['a', 'b'], ['a', '\u{10ffff}'], ['a', '\u0000']]) assert.equal(isIn(name), true);
    for (const name of [['ab'], ['a-b'], ['a0'], ['a!', 'c'], ['b'], ['A']]) assert.equal(isIn(name), false);
  });

  it('a key that Heddle does not make is corrupt', () => {
    for (const text of ['/shop/', '/shop/a', '/other/a/', '/shop/%zz/']) {
      assert.throws(() => codec.decode(Buffer.from(text)), { code: 'corrupt' });
    }
  });
});

describe('the stored bytes', () => {
  it('are the format, the write id and the value', () => {
    assert.equal(encodeStored('ab', Buffer.from('xyz')).toString('hex'), '0102616278797a');
    const { writeId, value } = decodeStored(encodeStored('é', new Uint8Array()), 'k');
    assert.deepEqual([writeId, value.byteLength], ['é', 0]);
  });

  it('that Heddle did not write are corrupt, and the message names the key and no byte of them', () => {
    for (const text of ['', '\u0001', '\u0001\u0009short', 'secret']) {
      assert.throws(() => decodeStored(Buffer.from(text), '/shop/a/'), {
        code: 'corrupt',
        message: 'the etcd key /shop/a/ was not written by Heddle',
      });
    }
  });
});

describe('revisions', () => {
  it('name the state of an entry; a text that is none matches nothing', () => {
    assert.equal(modRevisionOf(formatRev('5', '17')), '17');
    for (const text of ['', '5', '5:', '5:0', '0:0', ':7', '5:x', '5:7 ', `5:${'9'.repeat(19)}`]) {
      assert.equal(modRevisionOf(text), '-1');
    }
    assert.equal(nextRevision('9007199254740993'), '9007199254740994');
  });
});
