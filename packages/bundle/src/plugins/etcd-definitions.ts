import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The calls of etcd that the store makes; what else the server offers stays out. */
const calls: Readonly<Record<string, readonly string[]>> = {
  KV: ['Range', 'Txn'],
  Lease: ['LeaseGrant', 'LeaseRevoke', 'LeaseKeepAlive'],
  Watch: ['Watch'],
  Auth: [
    'Authenticate',
    'UserAdd',
    'UserChangePassword',
    'UserDelete',
    'UserGet',
    'UserGrantRole',
    'UserList',
    'RoleAdd',
    'RoleDelete',
    'RoleGrantPermission',
    'RoleList',
  ],
};

/** What is used of protobufjs. */
interface Reflected {
  readonly name: string;
  readonly parent: Reflected | null;
  readonly nestedArray?: readonly Reflected[];
  readonly fieldsArray?: readonly { resolve(): { resolvedType: Reflected | null } }[];
  readonly methodsArray?: readonly (Reflected & {
    readonly resolvedRequestType: Reflected;
    readonly resolvedResponseType: Reflected;
    options?: unknown;
  })[];
  remove(child: Reflected): void;
}
interface Root extends Reflected {
  loadSync(file: string, options: { keepCase: boolean }): Root;
  resolveAll(): Root;
  lookup(path: string): Reflected | null;
  toJSON(): unknown;
}
interface Protobuf {
  readonly Root: new () => Root;
}

/**
 * Parse etcd's .proto file with the parser that etcd3 uses, and keep what the store's calls need of it.
 *
 * @param module  Path of a module of etcd3.
 * @throws Error when the file lacks one of the calls.
 */
export function readDefinitions(module: string): unknown {
  const loader = createRequire(module).resolve('@grpc/proto-loader');
  const { Root } = createRequire(loader)('protobufjs') as Protobuf;
  const root = new Root().loadSync(join(dirname(module), '../proto/rpc.proto'), { keepCase: true }).resolveAll();
  const kept = new Set<Reflected>();
  for (const [name, methods] of Object.entries(calls)) keepService(root, name, methods, kept);
  removeRest(root, kept);
  return root.toJSON();
}

function keepService(root: Root, name: string, methods: readonly string[], kept: Set<Reflected>): void {
  const service = root.lookup(`etcdserverpb.${name}`);
  const found = (service?.methodsArray ?? []).filter((method) => methods.includes(method.name));
  if (service === null || found.length < methods.length) throw new Error(`etcd's definition of ${name} has changed`);
  keep(service, kept);
  for (const method of service.methodsArray ?? []) {
    if (!found.includes(method)) {
      service.remove(method);
      continue;
    }
    // How a gateway would map it to HTTP.
    delete method.options;
    keep(method.resolvedRequestType, kept);
    keep(method.resolvedResponseType, kept);
  }
}

/** Keep something, what it lies in, and the types of its fields. */
function keep(one: Reflected, kept: Set<Reflected>): void {
  for (let at: Reflected | null = one; at !== null; at = at.parent) {
    if (kept.has(at)) continue;
    kept.add(at);
    for (const field of at.fieldsArray ?? []) {
      const { resolvedType } = field.resolve();
      if (resolvedType !== null) keep(resolvedType, kept);
    }
  }
}

function removeRest(parent: Reflected, kept: ReadonlySet<Reflected>): void {
  for (const child of parent.nestedArray ?? []) {
    if (kept.has(child)) removeRest(child, kept);
    else parent.remove(child);
  }
}
