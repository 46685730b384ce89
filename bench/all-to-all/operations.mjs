import { createRequire } from 'node:module';

const zookeeper = createRequire(new URL('../../packages/store-zk/package.json', import.meta.url))(
  'node-zookeeper-client',
);

/** Count what is asked of the ZooKeeper client library, by operation and kind of path; names of nodes are left out. */
export function countOperations() {
  const counts = {};
  let when = 'login';
  const note = (name) => {
    counts[name] ??= {};
    counts[name][when] = (counts[name][when] ?? 0) + 1;
  };
  const { prototype } = zookeeper.createClient('127.0.0.1:1').constructor;
  for (const method of ['getData', 'getChildren', 'exists', 'create', 'setData']) {
    const original = prototype[method];
    prototype[method] = function counted(path, ...rest) {
      note(`${method} ${kindOf(path)}`);
      return original.call(this, path, ...rest);
    };
  }
  const { transaction } = prototype;
  prototype.transaction = function counted(...words) {
    const made = transaction.apply(this, words);
    const { commit } = made;
    made.commit = (callback) => {
      const written = made.ops.filter((op) => op.path && !/\/~.{22}$/.test(op.path)).at(-1);
      commit.call(made, (error, ...rest) => {
        note(`multi ${written ? kindOf(written.path) : ''}${error ? ' refused' : ''}`);
        callback(error, ...rest);
      });
    };
    return made;
  };
  return {
    counts,
    during(phase) {
      when = phase;
    },
  };
}

function kindOf(path) {
  return path.replace(/\/~.{22}$/, '/~MARK').replace(/web-\d+/, 'NODE');
}
