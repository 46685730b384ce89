export * from './etcd.ts';
export * from './server-process.ts';
export { startZookeeper, type ZookeeperOptions, type ZookeeperServer } from './zookeeper.ts';
export * from './zookeeper-ensemble.ts';
