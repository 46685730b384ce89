import type { HotCall } from '../model/hot.ts';
import type { Template } from '../model/template.ts';
import { oldestEmitted, templateVersion } from '../model/versions.ts';
import type { Data } from '../read/data.ts';

/** Something in the emitted template that older versions do not have. */
export interface VersionNeed {
  /** The first version that has it. */
  readonly date: string;
  /** What it is, with a verb: `list_join writes maps`. */
  readonly what: string;
}

/** What user data needs: a map in it becomes JSON. */
export const joinedMaps: VersionNeed = { date: oldestEmitted, what: 'list_join writes maps as JSON' };

/** The version of the emitted template: the user's own, or the first one that has all that is needed. */
export class EmittedVersion {
  readonly #template: Template;
  readonly #newest: VersionNeed | undefined;

  constructor(template: Template, needs: readonly VersionNeed[]) {
    this.#template = template;
    const newer = needs.filter(({ date }) => date > template.version.date);
    this.#newest = newer.toSorted((one, other) => (one.date < other.date ? -1 : 1)).at(-1);
  }

  /** Report calls of functions that the emitted version has no more. */
  check(calls: Iterable<HotCall>): void {
    const newer = this.#newest === undefined ? undefined : templateVersion(this.#newest.date);
    if (newer === undefined) return;
    for (const call of calls) {
      if (newer.functions.has(call.name)) continue;
      const text = `the emitted template has version ${newer.date}, which has no ${call.name}: replace it`;
      this.#template.source.report(call.at, 'E_VERSION', text);
    }
  }

  /** As `heat_template_version` has it. */
  get written(): Data {
    return this.#newest?.date ?? this.#template.source.data['heat_template_version'] ?? null;
  }

  /** Says why the version is another one than the user's; none when it is not. */
  get warnings(): readonly string[] {
    if (this.#newest === undefined) return [];
    const { source, version } = this.#template;
    const { date, what } = this.#newest;
    const text = `the version ${version.date} becomes ${date}, from which on ${what}`;
    return [source.warning(['heat_template_version'], 'W_VERSION', text)];
  }
}
