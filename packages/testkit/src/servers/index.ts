export * from './certificates.ts';
export * from './etcd.ts';
export * from './server-process.ts';
export type { TestServer, TestServerOptions } from './test-server.ts';
export { startZookeeper, type ZookeeperOptions, type ZookeeperServer, type ZookeeperTls } from './zookeeper.ts';
export * from './zookeeper-ensemble.ts';
