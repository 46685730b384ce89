import { readFileSync } from 'node:fs';
import { readDefinitions } from './etcd-definitions.ts';
import { type Instead, missing } from './instead-of.ts';

/** What etcd3 does when it is loaded: it reads a file beside itself, which a bundle does not have. */
const reading = /\(0, proto_loader_1\.loadSync\)\(`\$\{__dirname\}\/\.\.\/proto\/rpc\.proto`,/;

const pool = /\/etcd3\/lib\/connection-pool\.js$/;
const grpc = (name: string): RegExp => new RegExp(`/@grpc/grpc-js/build/src/${name}\\.js$`);

/** Its connections and the credentials for them; no locks, elections, watchers and builders of requests. */
const client = `
const { ConnectionPool } = require('./connection-pool.js');
exports.Etcd3 = class {
  constructor(options) { this.pool = new ConnectionPool(options); }
  close() { this.pool.close(); }
};`;

/** The definitions as data, without the parsing at start-up. */
function connectionPool(path: string): string {
  const text = readFileSync(path, 'utf8');
  if (!reading.test(text)) throw new Error(`${path} no longer reads its .proto file as it did`);
  return text.replace(reading, () => `(0, proto_loader_1.fromJSON)(${JSON.stringify(readDefinitions(path))},`);
}

/** Services from data, for a client: no parser, no descriptions of messages for others. */
const protoLoader = `
const { Root, Service } = require('protobufjs/light');
const services = (parent) => parent.nestedArray.flatMap((one) =>
  one instanceof Service ? [one] : one.nestedArray === undefined ? [] : services(one));
const writer = (type) => (value) => type.encode(type.fromObject(value)).finish();
const reader = (type, options) => (bytes) => type.toObject(type.decode(bytes), options);
const methods = (service, options) => Object.fromEntries(service.methodsArray.map((method) => [method.name, {
  path: '/' + service.fullName.slice(1) + '/' + method.name,
  requestStream: method.requestStream === true,
  responseStream: method.responseStream === true,
  requestSerialize: writer(method.resolvedRequestType),
  responseDeserialize: reader(method.resolvedResponseType, options),
  originalName: method.name[0].toLowerCase() + method.name.slice(1),
}]));
exports.fromJSON = (json, options) => Object.fromEntries(
  services(Root.fromJSON(json).resolveAll()).map((service) => [service.fullName.slice(1), methods(service, options)]));`;

/** A client to one server whose name the system resolves: no servers, no balancing between many. */
const grpcClient = `
const { ChannelCredentials } = require('./channel-credentials.js');
exports.credentials = {
  createInsecure: ChannelCredentials.createInsecure,
  createSsl: ChannelCredentials.createSsl,
};
exports.connectivityState = require('./connectivity-state.js').ConnectivityState;
exports.loadPackageDefinition = require('./make-client.js').loadPackageDefinition;
exports.Metadata = require('./metadata.js').Metadata;
require('./resolver-dns.js').setup();
require('./resolver-ip.js').setup();
require('./load-balancer-pick-first.js').setup();`;

/** What counts calls for whoever asks the process over gRPC: nobody does. */
const channelz = `
class Nothing {
  addTrace() {}
  refChild() {}
  unrefChild() {}
  addCallStarted() {}
  addCallSucceeded() {}
  addCallFailed() {}
}
exports.ChannelzTrace = exports.ChannelzTraceStub = Nothing;
exports.ChannelzChildrenTracker = exports.ChannelzChildrenTrackerStub = Nothing;
exports.ChannelzCallTracker = exports.ChannelzCallTrackerStub = Nothing;
let last = 0;
const register = (kind) => (name) => ({ kind, name, id: ++last });
exports.registerChannelzChannel = register('channel');
exports.registerChannelzSubchannel = register('subchannel');
exports.registerChannelzSocket = register('socket');
exports.unregisterChannelzRef = () => {};`;

/** Of etcd3 and of gRPC, what the store uses: one channel to one host, and the messages of its own calls. */
export const leanEtcd: readonly Instead[] = [
  { module: 'etcd3', by: /\/store-etcd\/src\/client\/etcd\.ts$/, text: client },
  { module: './connection-pool.js', by: /\/etcd3\/lib\/index\.js$/, text: connectionPool },
  { module: '@grpc/proto-loader', by: pool, text: protoLoader },
  { module: '@grpc/grpc-js', by: pool, text: grpcClient },
  // All others of its policies.
  {
    module: 'cockatiel',
    by: /\/store-etcd\/src\/client\/etcd\.ts$/,
    text: "exports.noop = new (require('./NoopPolicy.js').NoopPolicy)();",
  },
  // Options of calls that are made by etcd3 itself, and the repeating of them.
  { module: './util', by: pool, text: `exports.resolveCallOptions = () => { ${missing}; };` },
  {
    module: 'cockatiel',
    by: pool,
    text: `const none = () => { ${missing}; }; exports.retry = none; exports.handleWhen = none; exports.circuitBreaker = none; exports.isBrokenCircuitError = none;`,
  },
  { module: './channelz', by: grpc('(?:internal-channel|subchannel|transport)'), text: channelz },
  // The store goes through no proxy that is meant for others.
  {
    module: './http_proxy',
    by: grpc('(?:internal-channel|transport)'),
    text: `
exports.mapProxyName = (target) => ({ target, extraOptions: {} });
exports.getProxiedConnection = () => Promise.resolve(null);`,
  },
  // How calls are to be repeated and balanced, where DNS says so of a host.
  {
    module: './service-config',
    by: grpc('(?:resolver-dns|resolving-load-balancer)'),
    text: `exports.validateServiceConfig = () => { ${missing}; }; exports.extractAndSelectServiceConfig = () => null;`,
  },
  // Whether an object may be written as a message: what is sent is made here.
  {
    module: './verifier',
    by: /\/protobufjs\/src\/(?:index-light|type)\.js$/,
    text: 'module.exports = () => () => () => null;',
  },
  // It tells its version.
  {
    module: '../../package.json',
    by: grpc('(?:logging|transport)'),
    text: (path) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
      return `exports.version = ${JSON.stringify(version)};`;
    },
  },
  // Channels to a single member of many.
  {
    module: './single-subchannel-channel',
    by: grpc('subchannel'),
    text: `exports.SingleSubchannelChannel = class { constructor() { ${missing}; } };`,
  },
];
