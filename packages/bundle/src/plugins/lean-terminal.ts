import { join } from 'node:path';
import { type FileInstead, type Instead, missing } from './instead-of.ts';

/**
 * Of what draws on a terminal, what the commands use.
 *
 * @param runtime  The folder of the files that stand in the place of others.
 */
export function leanTerminal(runtime: string): readonly (Instead | FileInstead)[] {
  return [
    {
      module: 'log-update',
      by: /\/cli\/src\/(?:up\/live-display|output\/watch-status)\.ts$/,
      file: join(runtime, 'log-update.ts'),
    },
    // Tables whose borders and heads have colours.
    { module: '@colors/colors/safe', by: /\/cli-table3\/src\/cell\.js$/, text: `${missing};` },
    // A list of all of them: the language knows it.
    {
      module: 'emoji-regex',
      by: /\/string-width\/index\.js$/,
      text: String.raw`module.exports = () => /\p{RGI_Emoji}/gv;`,
    },
  ];
}
