import type { DataMap } from '../read/data.ts';
import type { DocumentPath, TemplateSource } from '../read/source.ts';

/** Where data that has been moved stands in the text of the template. */
export class MovedPlaces {
  readonly #places = new Map<string, DocumentPath>();
  /** How long the shortest and the longest path are. */
  #bounds: readonly [number, number] = [Number.POSITIVE_INFINITY, 0];

  add(path: DocumentPath, from: DocumentPath): void {
    this.#places.set(keyOf(path), from);
    const [least, most] = this.#bounds;
    this.#bounds = [Math.min(least, path.length), Math.max(most, path.length)];
  }

  /** Give the path in the text: that of the nearest data around it that has been moved, else the path itself. */
  find(path: DocumentPath): DocumentPath {
    const [least, most] = this.#bounds;
    for (let length = Math.min(most, path.length); length >= least; length -= 1) {
      const from = this.#places.get(keyOf(path.slice(0, length)));
      if (from !== undefined) return [...from, ...path.slice(length)];
    }
    return path;
  }
}

function keyOf(path: DocumentPath): string {
  return JSON.stringify(path);
}

/** Give a template other data; what is said of it has the places of the text. */
export function withData(source: TemplateSource, data: DataMap, places: MovedPlaces): TemplateSource {
  return {
    ...source,
    data,
    locate: (path, textColumn) => source.locate(places.find(path), textColumn),
    report: (path, code, text) => source.report(places.find(path), code, text),
    warning: (path, code, text) => source.warning(places.find(path), code, text),
  };
}
