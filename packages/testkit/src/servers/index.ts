export * from './etcd.ts';
export * from './server-process.ts';
export * from './zookeeper.ts';
