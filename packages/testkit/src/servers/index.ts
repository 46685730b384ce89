export * from './certificates.ts';
export * from './cluster-faults.ts';
export { type EtcdOptions, type EtcdServer, startEtcd } from './etcd.ts';
export * from './etcd-cluster.ts';
export * from './free-port.ts';
export * from './server-process.ts';
export { startTestServer, type TestServer, type TestServerOptions } from './test-server.ts';
export { startZookeeper, type ZookeeperOptions, type ZookeeperServer } from './zookeeper.ts';
export * from './zookeeper-ensemble.ts';
