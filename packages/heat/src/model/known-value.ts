import { type Data, ExactNumber, entryOf, isDataList, isDataMap } from '../read/data.ts';
import type { GivenParameters } from './group-size.ts';
import type { Template } from './template.ts';

/**
 * Tells what conditions and parameters are, as far as given values and defaults say it.
 *
 * It is for who looks ahead: Heat has the last word, as it knows the stack's own parameters. Whatever takes more than comparing is not known.
 */
export class KnownValues {
  readonly #template: Template;
  readonly #given: GivenParameters;

  constructor(template: Template, given: GivenParameters) {
    this.#template = template;
    this.#given = given;
  }

  /** Tell whether a condition, or the name of one, in the terms of HOT, holds; undefined when that is not known. */
  holds(condition: Data): boolean | undefined {
    return this.#holds(condition, []);
  }

  /** Give the value of a constant or of a parameter; undefined when it is not known. */
  of(data: Data): Data | undefined {
    if (!isDataMap(data)) return isDataList(data) ? undefined : data;
    const name = entryOf(data, 'get_param');
    if (typeof name !== 'string' || Object.keys(data).length !== 1) return undefined;
    return Object.hasOwn(this.#given, name) ? this.#given[name] : this.#template.parameters.get(name)?.default;
  }

  /** @param asked  The names of the conditions around it: in a circle nothing is known. */
  #holds(condition: Data, asked: readonly string[]): boolean | undefined {
    const inner = (part: Data) => this.#holds(part, asked);
    if (typeof condition === 'boolean') return condition;
    if (typeof condition === 'string') {
      const { conditions } = this.#template;
      const isKnown = Object.hasOwn(conditions, condition) && !asked.includes(condition);
      return isKnown ? this.#holds(conditions[condition] ?? null, [...asked, condition]) : undefined;
    }
    const [[name, argument] = ['', null], second] = isDataMap(condition) ? Object.entries(condition) : [];
    if (second !== undefined) return undefined;
    const items = isDataList(argument) ? argument : [];
    switch (name) {
      case 'equals':
        return this.#areEqual(items[0] ?? null, items[1] ?? null);
      case 'Condition':
        return typeof argument === 'string' ? inner(argument) : undefined;
      case 'not':
        return opposite(inner(argument));
      case 'and':
        return all(items.map(inner));
      case 'or':
        return opposite(all(items.map((item) => opposite(inner(item)))));
      case 'get_param': {
        const text = comparable(this.of(condition) ?? null)?.toLowerCase();
        return text === 'true' ? true : text === 'false' ? false : undefined;
      }
      default:
        return undefined;
    }
  }

  #areEqual(a: Data, b: Data): boolean | undefined {
    const [left, right] = [a, b].map((side) => comparable(this.of(side)));
    return left === undefined || right === undefined ? undefined : left === right;
  }
}

/** A parameter is what its type makes of a text: `"5"` is 5 for a number. */
function comparable(data: Data | undefined): string | undefined {
  if (data instanceof ExactNumber) return data.text;
  const isPlain = typeof data === 'string' || typeof data === 'number' || typeof data === 'boolean';
  return isPlain ? String(data) : undefined;
}

function opposite(holds: boolean | undefined): boolean | undefined {
  return holds === undefined ? undefined : !holds;
}

function all(parts: readonly (boolean | undefined)[]): boolean | undefined {
  if (parts.includes(false)) return false;
  return parts.includes(undefined) ? undefined : true;
}
