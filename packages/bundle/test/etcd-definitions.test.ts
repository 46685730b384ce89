import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readDefinitions } from '../src/plugins/etcd-definitions.ts';

const store = createRequire(join(import.meta.dirname, '../../store-etcd/package.json'));
const definitions = readDefinitions(store.resolve('etcd3')) as Definitions;

interface Definitions {
  readonly nested: Readonly<Record<string, Package>>;
}
interface Package {
  readonly nested: Readonly<Record<string, { readonly methods?: object; readonly fields?: object }>>;
}

it('the calls of the store are there, and no others', () => {
  const services = Object.entries(definitions.nested['etcdserverpb']?.nested ?? {}).flatMap(([name, { methods }]) =>
    methods === undefined ? [] : [[name, Object.keys(methods).length]],
  );
  expect(Object.fromEntries(services)).toEqual({ KV: 2, Watch: 1, Lease: 3, Auth: 11 });
});

it('the names of these calls are words with a capital each, of which the library makes names of functions by the first letter', () => {
  const names = Object.values(definitions.nested['etcdserverpb']?.nested ?? {}).flatMap(({ methods = {} }) =>
    Object.keys(methods),
  );
  expect(names.filter((name) => !/^(?:[A-Z][a-z]+)+$/.test(name))).toEqual([]);
});

it('the messages of these calls have what they are made of, in other packages too', () => {
  expect(Object.keys(definitions.nested).sort()).toEqual(['authpb', 'etcdserverpb', 'mvccpb']);
  expect(Object.keys(definitions.nested['mvccpb']?.nested['KeyValue']?.fields ?? {})).toContain('mod_revision');
  const messages = Object.keys(definitions.nested['etcdserverpb']?.nested ?? {});
  expect(messages).toEqual(expect.arrayContaining(['TxnRequest', 'Compare', 'RequestOp', 'WatchCancelRequest']));
  expect(messages).not.toContain('CompactionRequest');
  expect(messages).not.toContain('SnapshotRequest');
});
