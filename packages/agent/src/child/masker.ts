import { isMap, type Json } from '@heddle/core';

const mask = '********';
/** Shorter texts are not masked: hiding every "a" would hide everything else. */
const shortestMasked = 4;

/** Replaces sensitive values in text. */
export class Masker {
  readonly #secrets = new Set<string>();
  #pattern: RegExp | undefined;

  /** Learn a sensitive value; every text inside it counts, also as JSON writes it. */
  add(value: Json): void {
    const before = this.#secrets.size;
    this.#collect(value);
    if (this.#secrets.size === before) return;
    const longestFirst = [...this.#secrets].sort((a, b) => b.length - a.length);
    this.#pattern = new RegExp(longestFirst.map(escapeRegExp).join('|'), 'g');
  }

  mask(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, mask);
  }

  /** Mask every text inside data of any shape; keys and everything that is no text stay. */
  maskTexts(data: unknown): unknown {
    if (typeof data === 'string') return this.mask(data);
    if (Array.isArray(data)) return data.map((item) => this.maskTexts(item));
    if (typeof data !== 'object' || data === null) return data;
    return Object.fromEntries(Object.entries(data).map(([key, item]) => [key, this.maskTexts(item)]));
  }

  #collect(value: Json): void {
    if (Array.isArray(value)) for (const item of value as readonly Json[]) this.#collect(item);
    else if (isMap(value)) for (const item of Object.values(value)) this.#collect(item);
    else if (typeof value === 'string' || typeof value === 'number') this.#collectText(String(value));
  }

  #collectText(text: string): void {
    for (const line of [text, ...text.split('\n')]) {
      if (line.length < shortestMasked) continue;
      this.#secrets.add(line);
      this.#secrets.add(JSON.stringify(line).slice(1, -1));
    }
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
