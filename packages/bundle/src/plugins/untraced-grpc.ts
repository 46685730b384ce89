import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** The beginning of a statement that only traces: each stands on lines of its own. */
const beginning = /^[ \t]*(?:this\.(?:\w+\.)?\w*[tT]race|(?:\w+\.)?trace|\(0, \w+\.trace\))\(/gm;

/** Leave out what gRPC says of each step when `GRPC_TRACE` asks for it: its texts are a hundredth of the bundle. */
export function untracedGrpc(): Plugin {
  return {
    name: 'untraced-grpc',
    setup(build) {
      let count = 0;
      build.onLoad({ filter: /\/@grpc\/grpc-js\/build\/src\/.*\.js$/, namespace: 'file' }, async ({ path }) => {
        const { text, removed } = withoutTraces(await readFile(path, 'utf8'));
        count += removed;
        return { contents: text, loader: 'js' };
      });
      build.onEnd(() => (count > 0 ? undefined : { errors: [{ text: 'gRPC traces in another way than it did' }] }));
    },
  };
}

/** Put an empty statement in the place of each that only traces; its lines stay, so that all others keep their numbers. */
export function withoutTraces(source: string): { readonly text: string; readonly removed: number } {
  let text = '';
  let done = 0;
  let removed = 0;
  for (const { index, 0: begun } of source.matchAll(beginning)) {
    const end = callEnd(source, index + begun.length);
    // The head of a method has a body behind it, and an expression is part of a statement.
    if (index < done || source[end] !== ';') continue;
    text += `${source.slice(done, index)};${source.slice(index, end).replaceAll(/[^\n]/g, '')}`;
    done = end + 1;
    removed += 1;
  }
  return { text: text + source.slice(done), removed };
}

/** Give the place behind the parenthesis that ends a call, from a place inside of it. */
function callEnd(source: string, from: number): number {
  let level = 1;
  let place = from;
  for (; level > 0 && place < source.length; place += 1) {
    const character = source[place] ?? '';
    if (character === '(') level += 1;
    else if (character === ')') level -= 1;
    else if (`'"\``.includes(character)) place = source.indexOf(character, place + 1);
  }
  return place;
}
