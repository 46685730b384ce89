import { HeddleError } from '@heddle/core';

/** Stands for the drawing of pictures, whose library is as large as the rest of the bundle; a machine that runs roles draws none. */
export async function svgText(): Promise<string> {
  throw new HeddleError('tool-missing', 'this heddle is one file for machines, which draws no SVG', {
    next: [
      'heddle graph -o dot | dot -Tsvg  where Graphviz is installed',
      'heddle graph -o svg  of an installed Heddle',
    ],
  });
}
