import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

/** What etcd3 does when it is loaded: it reads a file beside itself, which a bundle does not have. */
const reading = /\(0, proto_loader_1\.loadSync\)\(`\$\{__dirname\}\/\.\.\/proto\/rpc\.proto`,/;

/** What is used of protobufjs. */
interface Protobuf {
  readonly Root: new () => { loadSync(file: string, options: { keepCase: boolean }): { toJSON(): unknown } };
}

/** Give etcd3 the definition of its protocol as data instead of a file; that saves the parsing at start-up, too. */
export function inlineEtcdProto(): Plugin {
  return {
    name: 'etcd-proto',
    setup(build) {
      build.onLoad({ filter: /\/etcd3\/lib\/connection-pool\.js$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (!reading.test(text)) return { errors: [{ text: `${path} no longer reads its .proto file as it did` }] };
        const proto = JSON.stringify(readProto(path));
        return { contents: text.replace(reading, () => `(0, proto_loader_1.fromJSON)(${proto},`), loader: 'js' };
      });
    },
  };
}

/** Parse the .proto file as etcd3 would, with the parser that it would use. */
function readProto(module: string): unknown {
  const loader = createRequire(module).resolve('@grpc/proto-loader');
  const { Root } = createRequire(loader)('protobufjs') as Protobuf;
  return new Root().loadSync(join(dirname(module), '../proto/rpc.proto'), { keepCase: true }).toJSON();
}
