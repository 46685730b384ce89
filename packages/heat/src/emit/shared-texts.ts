import { type Data, type DataMap, entryOf, isDataList } from '../read/data.ts';

/** The parameter whose default has the texts. */
const textsParameter = 'heddle_texts';

/** Gives what stands for a text in the files of a machine. @param name  That of the file. */
export type ShareText = (name: string, text: string) => Data;

/** Leave a text where it is. */
export const unshared: ShareText = (_, text) => text;

interface SharedText {
  readonly name: string;
  readonly text: string;
  readonly bytes: number;
  /** As JSON writes it, without the quotes around it. */
  readonly jsonBytes: number;
  /** As JSON writes it in a text that JSON writes. */
  readonly jsonInJsonBytes: number;
}

/** In what a text stands: as it is, in JSON, or in JSON that stands in JSON. */
export type TextForm = 'bytes' | 'jsonBytes' | 'jsonInJsonBytes';

/**
 * The texts that machines have in common, such as their scripts: each stands once in the emitted template, in the default of a parameter, and user
 * data refers to it.
 *
 * Heat takes half a megabyte of template, and the scripts of one machine have ten thousand bytes.
 */
export class SharedTexts {
  readonly #byText = new Map<string, SharedText>();
  readonly #byName = new Map<string, SharedText>();
  readonly #counts = new Map<string, number>();

  /** Take a text, in ASCII; give the call that Heat puts it in the place of. Another text of the same name gets a number. */
  readonly share = (name: string, text: string): DataMap => {
    const shared = this.#byText.get(text) ?? this.#add(name, text);
    return { get_param: [textsParameter, shared.name] };
  };

  /** The parameter with all texts, in the terms of HOT; nothing when there are none. */
  get parameters(): DataMap {
    if (this.#byName.size === 0) return {};
    const description = 'Scripts that the machines have in common; leave them as they are';
    const texts = [...this.#byName.values()].map(({ name, text }) => [name, text] as const);
    return { [textsParameter]: { type: 'json', description, default: Object.fromEntries(texts) } };
  }

  /** Count the bytes of the texts that files of a machine have in place of their content, in a form. */
  bytesIn(files: readonly { readonly content: Data }[], form: TextForm): number {
    let sum = 0;
    for (const { content } of files) {
      const shared = entryOf(content, 'get_param');
      if (!isDataList(shared) || shared[0] !== textsParameter || typeof shared[1] !== 'string') continue;
      sum += this.#byName.get(shared[1])?.[form] ?? 0;
    }
    return sum;
  }

  #add(name: string, text: string): SharedText {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    const inJson = JSON.stringify(text).slice(1, -1);
    const jsonBytes = Buffer.byteLength(inJson);
    const jsonInJsonBytes = Buffer.byteLength(JSON.stringify(inJson)) - 2;
    const free = count === 1 ? name : `${name}-${count}`;
    const shared = { name: free, text, bytes: Buffer.byteLength(text), jsonBytes, jsonInJsonBytes };
    this.#byText.set(text, shared);
    this.#byName.set(free, shared);
    return shared;
  }
}
