import type { Instead } from './instead-of.ts';

const client = /\/node-zookeeper-client\/(?:index|lib\/ConnectionStringParser)\.js$/;

/** Of two large libraries the few functions that ZooKeeper's client calls, each from its own file. */
export const leanZookeeper: readonly Instead[] = [
  {
    module: 'async',
    by: client,
    text: ['eachSeries', 'reduce', 'whilst'].map((name) => `exports.${name} = require('../${name}.js');`).join('\n'),
  },
  {
    module: 'underscore',
    by: client,
    text: ['clone', 'defaults', 'shuffle'].map((name) => `exports.${name} = require('./cjs/${name}.js');`).join('\n'),
  },
];
