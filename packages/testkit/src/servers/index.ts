export * from './server-process.ts';
export * from './zookeeper.ts';
