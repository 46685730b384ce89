<<<<<<< HEAD
=======
export * from './etcd.ts';
>>>>>>> etcd
export * from './server-process.ts';
export * from './zookeeper.ts';
